"""Where the letters of a text stand on the page: columns of the network -> boxes in the ink.

The network is sure of a letter somewhere within it. Between two letters' columns the border runs where there is
least ink; a connected component that lies mostly between two borders belongs to that letter as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ocr.page import Box
from ocr.reading.rows.picture import HEIGHT
from ocr.reading.rows.strips import Strip

_OWN = 0.7  # of a component's width
_STRAY = 0.02  # how much ink a column of distance from the middle counts for


def letter_boxes(strip: Strip, spans: NDArray[np.int64], stride: int) -> list[Box]:
    """The boxes of one strip's letters, left to right, in pixels of the ink, inside the strip's own.

    spans: (L, 2) columns of the network, ascending, as `ocr.reading.rows.align` gives them.
    """
    borders = _borders(strip.picture, spans * stride, stride)
    left, top = strip.parts[:, :2].min(axis=0).tolist()
    right, bottom = strip.parts[:, 2:].max(axis=0).tolist()
    owners = _owners(strip, borders)
    boxes = []
    for number in range(len(spans)):
        corners = [strip.parts[owners == number].astype(np.float64)]
        rest = _strip_box(strip, int(borders[number]), int(borders[number + 1]), owners, len(corners[0]) > 0)
        if rest is not None:
            corners.append(rest)
        around = np.concatenate(corners)
        low, high = around[:, :2].min(axis=0), around[:, 2:].max(axis=0)
        x, right_x = sorted((int(np.clip(low[0], left, right - 1)), int(np.clip(high[0], left + 1, right))))
        y, bottom_y = int(np.clip(low[1], top, bottom - 1)), int(np.clip(high[1], top + 1, bottom))
        boxes.append(Box(x, y, max(right_x, x + 1), max(bottom_y, y + 1)))
    return _in_order(boxes)


def _borders(picture: NDArray[np.uint8], spans: NDArray[np.int64], stride: int) -> NDArray[np.int64]:
    """(L + 1,) picture columns that part the letters, ascending."""
    ink = picture.sum(axis=0, dtype=np.float64) / 255
    borders = [0]
    centres = spans.mean(axis=1)
    for before, after in zip(centres[:-1].tolist(), centres[1:].tolist(), strict=True):
        first = max(borders[-1] + 1, int(before) + stride // 2)
        last = max(first + 1, min(int(np.ceil(after)) + stride // 2, len(ink)))
        columns = np.arange(first, last)
        middle = (before + after + stride) / 2
        cost = ink[np.minimum(columns, len(ink) - 1)] + _STRAY * np.abs(columns - middle)
        borders.append(int(columns[np.argmin(cost)]))
    borders.append(max(picture.shape[1], borders[-1] + 1))
    return np.array(borders, np.int64)


def _owners(strip: Strip, borders: NDArray[np.int64]) -> NDArray[np.int64]:
    """(N,) the letter that each component of the strip belongs to as a whole, -1 for none."""
    middle = strip.parts[:, [1, 3]].mean(axis=1)
    ends = [
        strip.from_ink(np.stack([strip.parts[:, side].astype(np.float64), middle], axis=1))[:, 0]
        for side in (0, 2)
    ]
    low, high = np.minimum(*ends), np.maximum(*ends)
    shared = np.minimum(high[:, None], borders[1:]) - np.maximum(low[:, None], borders[:-1])
    best = shared.argmax(axis=1)
    owned = shared[np.arange(len(best)), best] >= _OWN * (high - low)
    return np.where(owned, best, -1)


def _strip_box(
    strip: Strip, first: int, last: int, owners: NDArray[np.int64], known: bool
) -> NDArray[np.float64] | None:
    """(1, 4) box of the ink between two borders that belongs to no letter as a whole; None where there is none.

    Without any ink at all it is the box of the stretch; None if the letter is ``known`` to have some.
    """
    spanning = strip.parts[owners < 0].astype(np.float64)
    if known and not len(spanning):
        return None
    rows, columns = np.nonzero(strip.picture[:, first:last] > 127)
    if len(rows) and len(spanning):
        points = strip.to_ink(np.stack([columns + first + 0.5, rows + 0.5], axis=1))
        inside = (
            (points[:, None, 0] >= spanning[:, 0] - 1)
            & (points[:, None, 0] <= spanning[:, 2] + 1)
            & (points[:, None, 1] >= spanning[:, 1] - 1)
            & (points[:, None, 1] <= spanning[:, 3] + 1)
        ).any(axis=1)
        points = points[inside]
        if len(points):
            half = 0.5 / strip.geometry.scale
            low, high = points.min(axis=0) - half, points.max(axis=0) + half
            return np.array([[*np.floor(low), *np.ceil(high)]])
    if known:
        return None
    corners = strip.to_ink(np.array([[u, v] for u in (first, last) for v in (0.25 * HEIGHT, 0.75 * HEIGHT)]))
    return np.array([[*corners.min(axis=0), *corners.max(axis=0)]])


def _in_order(boxes: Sequence[Box]) -> list[Box]:
    """The same boxes; no letter begins before the one at its left."""
    ordered: list[Box] = []
    left = -1
    for box in boxes:
        left = max(left, box.left)
        ordered.append(Box(left, box.top, max(box.right, left + 1), box.bottom))
    return ordered
