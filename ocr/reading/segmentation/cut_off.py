"""Whether a sheet that was found leaves writing out: the edge of a shadow may look like the edge of paper."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocr.reading.segmentation.components import Components

_FEW = 3  # letters: a sheet with fewer is no sheet where there are more beside it
_ALONE = (
    0.3  # part of the ink beside such a sheet that must look like letters; desks have texture of all sizes
)
_BARE = 0.3  # of the contrast of ink elsewhere: the faintest pencil has more than half, grain a tenth
_NEXT = 3.0  # letter heights: a row goes on after a gap of no more than this
_MOST = 0.7  # part of the ink where rows would go on that must look like letters
_LARGE = 3.0  # letter heights: what is larger is no texture but the desk itself
_SAME_ROW = 0.4  # part of the lower of two letters' heights that they share when they stand in one row


def is_bare(ink: float, outer_ink: float) -> bool:
    """Whether what passes for ink on the sheet is but the grain of its paper, beside what is ink beyond it.

    ink, outer_ink: usual contrast of the ink on the sheet and beyond it, see `threshold.ink_level`.
    """
    return ink < _BARE * outer_ink


def leaves_writing_out(
    inside: Components,
    height: float,
    pen: float,
    outside: Components,
    outer_height: float,
    outer_pen: float,
) -> bool:
    """Whether rows of letters go on beyond the sheet, or stand beyond it alone.

    height, pen: letter height and stroke width of what is inside, pixels; outer_height, outer_pen: outside.
    """
    own = _like_letters(inside, height, pen)
    if own.sum() < _FEW:
        others = _like_letters(outside, outer_height, outer_pen)
        return bool(others.sum() > _FEW and outside.area[others].sum() > _ALONE * outside.area.sum())
    letters = inside.boxes[own]
    next_to = np.array([_goes_on(letters, box, height) for box in outside.boxes], bool)
    alike = next_to & _like_letters(outside, height, pen)
    # Strokes and scraps of texture are of all sizes, and some have the size of letters by chance.
    small = next_to & (outside.height < _LARGE * height) & (outside.width < 2 * _LARGE * height)
    return bool(alike.any() and outside.area[alike].sum() > _MOST * outside.area[small | alike].sum())


def _goes_on(letters: NDArray[np.int32], box: NDArray[np.int32], height: float) -> bool:
    """Whether ``box`` stands in a row with one of ``letters``, (N, 4), and near it."""
    shared = np.minimum(letters[:, 3], box[3]) - np.maximum(letters[:, 1], box[1])
    lower = np.minimum(letters[:, 3] - letters[:, 1], box[3] - box[1])
    gap = np.maximum(letters[:, 0] - box[2], box[0] - letters[:, 2])
    return bool(((shared > _SAME_ROW * lower) & (gap < _NEXT * height)).any())


def _like_letters(found: Components, height: float, pen: float) -> NDArray[np.bool_]:
    """(N,) bool: components of about this height and stroke width, in pixels."""
    high = (found.height > 0.5 * height) & (found.height < 1.7 * height)
    return high & (found.width < 6 * height) & (found.stroke > 0.5 * pen) & (found.stroke < 1.8 * pen)
