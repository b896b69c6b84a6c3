"""A component that is cut between rows -> its pieces: what the cuts tear off a letter goes back to it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

# In letter heights.
_PART = 0.45  # a row's part of a component is no lower,
_THIN, _TAIL = (
    0.5,
    0.6,
)  # and what is no wider than the first no lower than the second: a tail hangs into the next row


def parted(region: NDArray[np.bool_], paths: NDArray[np.float64], height: float) -> NDArray[np.int32]:
    """(h, w) int32: the number, 1 or more, of the piece that each pixel of ``region`` belongs to; 0 outside.

    region: (h, w) bool, the component. paths: (P, w), how far below the top, in pixels, each cut crosses each column.
    height: of letters, pixels.
    """
    rows = (np.arange(len(region))[:, None, None] + 0.5 > paths[None]).sum(axis=1)
    pieces = np.zeros(region.shape, np.int32)
    low = [False]
    for row in range(len(paths) + 1):
        part = (region & (rows == row)).view(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8, ltype=cv2.CV_32S)
        pieces += np.where(labels > 0, labels + np.int32(len(low) - 1), 0)
        wide, high = stats[1:count, cv2.CC_STAT_WIDTH], stats[1:count, cv2.CC_STAT_HEIGHT]
        low += (high < np.where(wide > _THIN * height, _PART, _TAIL) * height).tolist()
    return _owners(pieces, np.array(low))[pieces]


def _owners(pieces: NDArray[np.int32], low: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(N + 1,): for each of N pieces the one that it goes to: itself, or, if ``low``, the one that it touches most."""
    touching = _touching(pieces, len(low))
    owner = np.arange(len(low), dtype=np.int32)
    size = np.bincount(pieces.ravel(), minlength=len(low))
    for number in np.argsort(size, kind="stable").tolist():
        if not low[number] or not touching[number].any():
            continue
        other = int(touching[number].argmax())
        owner[owner == number] = other
        touching[other] += touching[number]
        touching[:, other] = touching[other]
        touching[number] = touching[:, number] = touching[other, other] = 0
    return owner


def _touching(pieces: NDArray[np.int32], count: int) -> NDArray[np.intp]:
    """(count, count): how many pixels of each piece touch each other one."""
    touching = np.zeros((count, count), np.intp)
    right = pieces.shape[1]
    for down, shift in ((0, 1), (1, -1), (1, 0), (1, 1)):
        first = pieces[: len(pieces) - down, max(0, -shift) : right - max(0, shift)]
        second = pieces[down:, max(0, shift) : right + min(0, shift)]
        met = (first != second) & (first > 0) & (second > 0)
        np.add.at(touching, (first[met], second[met]), 1)
    return touching + touching.T
