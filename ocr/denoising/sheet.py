"""Crops as pictures: pairs of before and after, and a contact sheet of many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

_GAP = 2  # crop pixels between two crops of a pair
_MARGIN = 6  # crop pixels around a pair
_PAPER = 246  # around the crops, so that their white shows


def as_gray(crop: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(32, 32) float32, 1 = ink -> uint8, 255 = paper."""
    return np.rint(255 * (1 - np.clip(crop, 0, 1))).astype(np.uint8)


def contact_sheet(rows: Sequence[Iterable[NDArray[np.float32]]], enlarge: int = 3) -> NDArray[np.uint8]:
    """(H, W) uint8: each of ``rows`` a row of crops (32, 32), each crop ``enlarge`` times as large."""
    grid = [[as_gray(crop) for crop in row] for row in rows]
    columns = max((len(row) for row in grid), default=0)
    pitch = 32 + _GAP
    sheet = np.full((len(grid) * pitch + _GAP, columns * pitch + _GAP), _PAPER, np.uint8)
    for down, row in enumerate(grid):
        for across, crop in enumerate(row):
            top, left = _GAP + down * pitch, _GAP + across * pitch
            sheet[top : top + 32, left : left + 32] = crop
    return _enlarged(sheet, enlarge)


def pairs_sheet(
    before: NDArray[np.float32], after: NDArray[np.float32], columns: int = 8, enlarge: int = 3
) -> NDArray[np.uint8]:
    """(H, W) uint8: ``columns`` pairs in each row, left as it was, right as it is; crops (N, 32, 32)."""
    wide, high = 64 + _GAP + _MARGIN, 32 + _MARGIN
    rows = -(-len(before) // columns)
    sheet = np.full((rows * high + _MARGIN, columns * wide + _MARGIN), _PAPER, np.uint8)
    for index, (left_crop, right_crop) in enumerate(zip(before, after, strict=True)):
        top, left = _MARGIN + index // columns * high, _MARGIN + index % columns * wide
        sheet[top : top + 32, left : left + 32] = as_gray(left_crop)
        sheet[top : top + 32, left + 32 + _GAP : left + 64 + _GAP] = as_gray(right_crop)
    return _enlarged(sheet, enlarge)


def _enlarged(sheet: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    size = (sheet.shape[1] * times, sheet.shape[0] * times)
    return np.asarray(cv2.resize(sheet, size, interpolation=cv2.INTER_NEAREST), np.uint8)
