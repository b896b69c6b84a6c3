"""Which components are writing: neither specks nor ghosts, smudges, the edges of things or what rules left behind."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.segmentation.components import Components, find_components
from ocr.reading.segmentation.row_cuts import cut_rows
from ocr.reading.segmentation.sharpness import blurred
from ocr.reading.segmentation.survey import stroke_width

# All lengths are in letter heights unless they say otherwise.
_FAINT = 0.42  # of the page's ink contrast: ghosts of wiped ink and show-through are below
_WRITTEN = 0.75  # part of the ink in letters that is no darker than the contrast which ghosts are measured by
_MIDDLE = 1.4  # of a stroke's mean contrast, its soft edges included
_HIGHEST = 4.5
_LONGEST = 14.0
_DENSE = (
    2.0  # widths: letters that hang together are at least so long a stroke; rules and edges are about one
)
_ROW = 2.5  # no row of joined letters is higher
_EDGE = 0.35  # what touches the picture's edge and reaches in no further than this is no letter
_SCRAP = 0.2  # what a rule leaves behind is no thicker than this
MARK = 0.45  # what is smaller than this both ways is a mark or a piece of a letter


class Writing(NamedTuple):
    """The components of a page's ink, those that span rows cut between them.

    components: N of them. writing: (N,) bool, which of them are writing. pen: usual stroke width in pixels.
    ink_level: usual contrast in the middle of strokes of the writing, 0 .. 255.
    """

    components: Components
    writing: NDArray[np.bool_]
    pen: float
    ink_level: float


def find_writing(
    mask: NDArray[np.uint8],
    trace: NDArray[np.uint8],
    contrast: NDArray[np.uint8],
    rules: NDArray[np.uint8],
    height: float,
    ink_level: float,
) -> Writing:
    """Find the components of the ink, and the writing among them.

    mask, trace: (H, W) uint8, 1 where there is ink, and where there is at least a trace of it. contrast: (H, W) uint8.
    rules: (H, W) uint8, not 0 where a rule was taken away. height: of letters, pixels. ink_level: usual contrast of
    strokes, as far as is known yet.
    """
    found = find_components(mask, contrast, trace)
    pen = stroke_width(found)
    writing = _is_writing(found, height, pen, ink_level)
    alike = _like_letters(found, height)
    if alike.any() and not (writing & alike).any():
        ink_level = min(ink_level, _contrast_of(found, alike))
        writing = _is_writing(found, height, pen, ink_level)
    writing &= ~_beside_rules(found, rules, height)
    large = writing & (np.maximum(found.width, found.height) > MARK * height)
    soft = blurred(found, mask, contrast, large)
    cut = cut_rows(found, trace, height, ~soft & (found.contrast > _FAINT * ink_level))
    if cut is not found:
        found, soft = cut, np.append(soft, np.zeros(len(cut) - len(found), bool))
        writing = _is_writing(found, height, pen, ink_level) & ~_beside_rules(found, rules, height)
    return Writing(found, writing & ~soft, pen, ink_level)


def _like_letters(found: Components, height: float) -> NDArray[np.bool_]:
    """(N,) bool: which components have the shape of letters or joined letters and lie in the picture whole."""
    whole = (found.boxes[:, :2] > 0).all(axis=1) & (found.boxes[:, 2:] < found.labels.shape[::-1]).all(axis=1)
    sized = (found.height > MARK * height) & (found.height < 2 * height) & (found.width < _LONGEST * height)
    return np.asarray(whole & sized & (found.stroke < 0.3 * height))


def _contrast_of(found: Components, alike: NDArray[np.bool_]) -> float:
    """The contrast, 0 .. 255, that the strokes of the components ``alike``, some at least, have in their middle.

    What is left of a dark desk beside the sheet is ink, too, and may be most of it: faint pencil is no ghost beside it.
    """
    order = np.argsort(found.contrast[alike])
    share = np.cumsum(found.area[alike][order])
    return _MIDDLE * float(found.contrast[alike][order][np.searchsorted(share, _WRITTEN * share[-1])])


def _is_writing(found: Components, height: float, pen: float, ink_level: float) -> NDArray[np.bool_]:
    """(N,) bool: which components are neither specks nor ghosts nor smudges nor edges of things."""
    wide, high = found.width, found.height
    size = np.maximum(wide, high)
    speck = (size < 0.75 * pen) | (size < 0.07 * height) | (found.area < 4)
    faint = found.contrast < _FAINT * ink_level
    too_large = (high > _HIGHEST * height) | (wide > _LONGEST * height) & ~_is_word(found, height)
    # A dark region rather than strokes: much thicker than the pen, and not just a dot pressed hard.
    # Where there is more of such than of writing, the usual pen is theirs: ask shapes like single letters.
    compact = (high > MARK * height) & (high < 2 * height) & (wide < 3 * height)
    pen = float(np.median(found.stroke[compact])) if compact.any() else pen
    blob = (found.stroke > max(2.5 * pen, 0.3 * height)) & (size > 0.6 * height)
    rows, columns = found.labels.shape
    left, top, right, bottom = found.boxes.T
    through = ((top <= 0) & (bottom >= rows)) | ((left <= 0) & (right >= columns))
    bar = through & (found.area > 0.8 * wide * high) & (found.stroke > 1.5 * pen)  # the side of a frame
    # Shadows of the paper's edge and of what lies beside it run along the edge of the picture.
    margin = _EDGE * height
    along = (right <= margin) | (left >= columns - margin) | (bottom <= margin) | (top >= rows - margin)
    outside = (left <= 0) | (top <= 0) | (right >= columns) | (bottom >= rows)
    return ~(speck | faint | too_large | blob | bar | (along & outside))


def _is_word(found: Components, height: float) -> NDArray[np.bool_]:
    """(N,) bool: which components, however long, go up and down within one row, whole in the picture."""
    dense = found.area > _DENSE * found.width * found.stroke
    whole = (found.boxes[:, 0] > 0) & (found.boxes[:, 2] < found.labels.shape[1])
    return np.asarray(dense & whole & (found.height < _ROW * height))


def _beside_rules(found: Components, rules: NDArray[np.uint8], height: float) -> NDArray[np.bool_]:
    """(N,) bool: which components are scraps that a rule left behind: flat, and against where it was."""
    scrap = np.zeros(len(found), bool)
    flat = np.minimum(found.width, found.height) < _SCRAP * height
    small = np.maximum(found.width, found.height) < 1.5 * height
    if not cv2.countNonZero(rules):
        return scrap
    for index in np.flatnonzero(flat & (small | (found.width > 4 * found.height))):
        left, top, right, bottom = found.boxes[index]
        around = rules[max(0, top - 3) : bottom + 3, max(0, left - 3) : right + 3]
        along = 0 if right - left >= bottom - top else 1  # a stroke that stands on a rule is no scrap of it
        scrap[index] = np.count_nonzero(around.any(axis=along)) > 0.4 * max(right - left, bottom - top)
    return scrap
