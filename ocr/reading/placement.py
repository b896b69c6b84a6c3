"""Where a letter stands in its row: what tells ``c`` from ``C`` and a comma from an apostrophe.

A crop is scaled to one size and so forgets how large the letter was. These features bring it back, relative
to a frame measured from the boxes of the row alone. Training lays out rows and comes through here as well.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

FEATURES = (
    "log2 height / letter height",
    "top above baseline / letter height",
    "bottom above baseline / letter height",
    "width / letter height",
    "log2 width / height",
    "row known",
)
_MARK = 0.45  # what is lower than this part of the tall letters is a mark, not a letter
_STEEPEST = 0.3


class RowFrame(NamedTuple):
    """Baseline ``y = slope * x + offset`` in pixels, y down, and the usual height of the row's letters."""

    slope: float
    offset: float
    height: float


def row_frame(boxes: ArrayLike) -> RowFrame | None:
    """The frame of one row of writing.

    boxes: (N, 4) left, top, right, bottom of everything in the row, letters and marks, in any order.

    The letter height is the 75th percentile of the heights after marks are left out: that of capitals in a
    row of capitals, of ascenders in most other rows. The baseline runs through the bottoms, its slope the
    median over pairs of letters half a row apart. None where there is no box.
    """
    row = np.asarray(boxes, np.float64).reshape(-1, 4)
    if len(row) == 0:
        return None
    heights = row[:, 3] - row[:, 1]
    letters = row[heights >= _MARK * np.quantile(heights, 0.8)]
    letters = letters[np.argsort(letters[:, 0] + letters[:, 2])]
    across = (letters[:, 0] + letters[:, 2]) / 2
    bottoms = letters[:, 3]
    slope = 0.0
    if len(letters) >= 4:
        half = len(letters) // 2
        run = np.maximum(across[half:] - across[:-half], 1.0)
        slope = float(np.clip(np.median((bottoms[half:] - bottoms[:-half]) / run), -_STEEPEST, _STEEPEST))
    offset = float(np.median(bottoms - slope * across))
    return RowFrame(slope, offset, float(max(np.quantile(letters[:, 3] - letters[:, 1], 0.75), 1.0)))


def placement(boxes: ArrayLike, frame: RowFrame | None) -> NDArray[np.float32]:
    """The classifier's placement features, in the order of `FEATURES`.

    boxes: (N, 4) left, top, right, bottom of candidate letters, in the pixels of ``frame``.
    frame: their row's, or None where a letter stands alone; then only its own proportions are given.

    Returns (N, 6) float32, each within [-3, 3]; the last is 1 where the row is known.
    """
    row = np.asarray(boxes, np.float64).reshape(-1, 4)
    width = np.maximum(row[:, 2] - row[:, 0], 1e-6)
    height = np.maximum(row[:, 3] - row[:, 1], 1e-6)
    features = np.zeros((len(row), len(FEATURES)))
    features[:, 4] = np.log2(width / height)
    if frame is not None:
        baseline = frame.slope * (row[:, 0] + row[:, 2]) / 2 + frame.offset
        features[:, 0] = np.log2(height / frame.height)
        features[:, 1] = (baseline - row[:, 1]) / frame.height
        features[:, 2] = (baseline - row[:, 3]) / frame.height
        features[:, 3] = width / frame.height
        features[:, 5] = 1.0
    return np.clip(features, -3.0, 3.0).astype(np.float32)
