"""Ink -> letter boxes. The heart of the reader: a letter is a connected component, or several that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.ink import Ink
from ocr.reading.segmentation.comb import Comb, find_combs
from ocr.reading.segmentation.components import Components, find_components
from ocr.reading.segmentation.grid import BoxGrid, Groups
from ocr.reading.segmentation.row_cuts import cut_rows
from ocr.reading.segmentation.sharpness import blurred
from ocr.reading.segmentation.survey import stroke_width
from ocr.reading.segmentation.threshold import TRACE

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
_MARK = 0.45  # what is smaller than this both ways is a mark or a piece of a letter
_PIECE_GAP = 0.12  # a piece this close beside a letter belongs to it
_STEM_GAP = 0.04  # a stem this close beside the rest of a letter belongs to it
_DOT_GAP = 0.6  # a piece this close above or below a letter belongs to it
_JOINED_HEIGHT = 1.5  # joined pieces are never higher than this
_MOST = (
    5000  # components that are looked at: a page of the closest writing has fewer, a picture of gravel more
)


@dataclass(frozen=True, slots=True)
class Letters:
    """N letters and marks of a page, in no order.

    boxes:      (N, 4) int32, left, top, right, bottom, in pixels of the ink.
    pieces:     for each, the labels of its components in ``components.labels``.
    mark:       (N,) bool, True for what is too small for a letter: dots, commas, dashes, quotes.
    height:     letter height of the page, in pixels.
    pen:        usual stroke width, in pixels.
    ink_level:  usual contrast in the middle of their strokes, 0 .. 255.
    combs:      rows of form boxes that hold one letter each.
    """

    boxes: NDArray[np.int32]
    pieces: tuple[tuple[int, ...], ...]
    mark: NDArray[np.bool_]
    components: Components
    height: float
    pen: float
    ink_level: float
    combs: tuple[Comb, ...] = ()

    def __len__(self) -> int:
        return len(self.boxes)

    def patch(self, index: int, ink: Ink, *, with_rules: bool = False) -> NDArray[np.uint8]:
        """(h, w) uint8 density of one letter alone, a pixel of margin around its box; neighbours are blanked.

        with_rules: what was cut away as a rule within the letter's width is put back.
        """
        part = self._part(index, 1 if not with_rules else max(1, round(0.1 * self.height)))
        labels = self.components.labels[part]
        own = (
            np.isin(labels, self.pieces[index])
            if len(self.pieces[index]) > 1
            else labels == self.pieces[index][0]
        )
        # Beside ink the paper keeps its soft edge; ink of others goes.
        patch = np.where(own | (labels == 0), ink.density[part], 0).astype(np.uint8)
        if with_rules:
            left, _, right, _ = self.boxes[index]
            columns = slice(left - part[1].start, right - part[1].start)
            patch[:, columns] |= ink.rules[part][:, columns]
        return patch

    def touches_rule(self, index: int, ink: Ink) -> bool:
        """Whether a rule was cut away at the letter's edge or within it."""
        part = self._part(index, 2)
        if not ink.rules[part].any():
            return False
        own = np.isin(self.components.labels[part], self.pieces[index]).view(np.uint8)
        return bool((cv2.dilate(own, np.ones((5, 5), np.uint8)) & ink.rules[part]).any())

    def _part(self, index: int, margin: int) -> tuple[slice, slice]:
        left, top, right, bottom = self.boxes[index].tolist()
        rows, columns = self.components.labels.shape
        return (
            slice(max(0, top - margin), min(rows, bottom + margin)),
            slice(max(0, left - margin), min(columns, right + margin)),
        )


def find_letters(ink: Ink) -> Letters:
    """Find the letters on a page: specks and smudges dropped, pieces of one letter joined, marks kept."""
    trace = (ink.density > TRACE).view(np.uint8)
    found = find_components(ink.mask, ink.contrast, trace)
    pen = stroke_width(found)
    height = ink.letter_height
    level = ink.ink_level
    writing = _is_writing(found, height, pen, level)
    alike = _like_letters(found, height)
    if alike.any() and not (writing & alike).any():
        level = min(level, _contrast_of(found, alike))
        writing = _is_writing(found, height, pen, level)
    writing &= ~_beside_rules(found, ink, height)
    soft = blurred(found, ink.mask, ink.contrast, _large(found, writing, height))
    cut = cut_rows(found, trace, height, ~soft & (found.contrast > _FAINT * level))
    if cut is not found:
        found, soft = cut, np.append(soft, np.zeros(len(cut) - len(found), bool))
        writing = _is_writing(found, height, pen, level) & ~_beside_rules(found, ink, height)
    writing &= ~soft
    combs = tuple(find_combs(ink.rules, height))
    for comb in combs:
        writing &= ~comb.stands_in(found.boxes)
    kept = np.flatnonzero(writing)
    if len(kept) > _MOST:
        kept = np.sort(kept[np.argsort(-(found.contrast * found.height)[kept], kind="stable")[:_MOST]])
    groups = _join(found.boxes, kept, height)
    boxes = np.array([_around(found.boxes[group]) for group in groups], np.int32).reshape(-1, 4)
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    mark = (np.maximum(wide, high) < _MARK * height) | _is_dash(boxes, height)
    pieces = tuple(tuple(int(index) + 1 for index in group) for group in groups)
    return Letters(boxes, pieces, mark, found, height, pen, level, combs)


def _large(found: Components, writing: NDArray[np.bool_], height: float) -> NDArray[np.bool_]:
    """(N,) bool: which of the components in ``writing`` are more than marks."""
    return writing & (np.maximum(found.width, found.height) > _MARK * height)


def _like_letters(found: Components, height: float) -> NDArray[np.bool_]:
    """(N,) bool: which components have the shape of letters or joined letters and lie in the picture whole."""
    whole = (found.boxes[:, :2] > 0).all(axis=1) & (found.boxes[:, 2:] < found.labels.shape[::-1]).all(axis=1)
    sized = (found.height > _MARK * height) & (found.height < 2 * height) & (found.width < _LONGEST * height)
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
    compact = (high > _MARK * height) & (high < 2 * height) & (wide < 3 * height)
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


def _beside_rules(found: Components, ink: Ink, height: float) -> NDArray[np.bool_]:
    """(N,) bool: which components are scraps that a rule left behind: flat, and against where it was."""
    scrap = np.zeros(len(found), bool)
    flat = np.minimum(found.width, found.height) < _SCRAP * height
    small = np.maximum(found.width, found.height) < 1.5 * height
    if not cv2.countNonZero(ink.rules):
        return scrap
    for index in np.flatnonzero(flat & (small | (found.width > 4 * found.height))):
        left, top, right, bottom = found.boxes[index]
        around = ink.rules[max(0, top - 3) : bottom + 3, max(0, left - 3) : right + 3]
        along = 0 if right - left >= bottom - top else 1  # a stroke that stands on a rule is no scrap of it
        scrap[index] = np.count_nonzero(around.any(axis=along)) > 0.4 * max(right - left, bottom - top)
    return scrap


def _join(boxes: NDArray[np.int32], kept: NDArray[np.intp], height: float) -> list[NDArray[np.intp]]:
    """Groups of components that make up one letter each."""
    dash = _is_dash(boxes, height).tolist()
    size = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]).tolist()
    places = boxes.tolist()
    chosen = kept.tolist()
    large = [index for index in chosen if size[index] >= _MARK * height and not dash[index]]
    groups = Groups(len(boxes))
    grid = BoxGrid(boxes, large, 2 * height)
    for index in chosen:
        left, top, right, bottom = places[index]
        reach = _DOT_GAP * height
        best, best_distance = -1, np.inf
        for other in grid.near((left - reach, top - reach, right + reach, bottom + reach)):
            if other == index or (size[other] < size[index] and not dash[index]):
                continue
            distance = _belongs(places[index], places[other], height)
            if distance < best_distance:
                best, best_distance = other, distance
        if best >= 0:
            groups.join(best, index)
    writing = set(chosen)
    return [np.array(members) for members in groups.members().values() if members[0] in writing]


def _belongs(piece: Sequence[int], letter: Sequence[int], height: float) -> float:
    """How far ``piece`` is from the larger ``letter`` if it may be a part of it, else infinity. Both are boxes."""
    wide, high = piece[2] - piece[0], piece[3] - piece[1]
    beside = max(letter[0] - piece[2], piece[0] - letter[2])  # negative: they overlap by as much
    above = max(letter[1] - piece[3], piece[1] - letter[3])
    whole = max(letter[3], piece[3]) - min(letter[1], piece[1])
    letter_height = letter[3] - letter[1]
    if -beside >= 0.55 * min(wide, letter[2] - letter[0]) and whole <= max(
        _JOINED_HEIGHT * height, 1.1 * letter_height
    ):
        # Above, below or within: the dot of an i, the bars of an E, the other half of a broken letter.
        small = max(wide, high) < _MARK * height
        if above <= (_DOT_GAP if small else 0.15) * height:
            return max(above, 0.0)
    narrow = max(letter[2], piece[2]) - min(letter[0], piece[0]) <= 1.2 * height
    if (
        narrow
        and not _is_stop(piece, letter, height)
        and high < 0.6 * height
        and above < -0.5 * high
        and beside <= _PIECE_GAP * height
    ):
        return max(beside, 0.0)  # a bar or a bow that came off sideways
    stem = wide < 0.3 * height < 0.6 * high
    if stem and narrow and above < -0.6 * high and beside <= _STEM_GAP * height:
        return max(beside, 0.0)  # a stem that the pen left for a moment
    return np.inf


def _is_stop(piece: Sequence[int], letter: Sequence[int], height: float) -> bool:
    """Whether a piece beside a letter may be a full stop, comma or apostrophe rather than a part of it."""
    if max(piece[2] - piece[0], piece[3] - piece[1]) >= 0.3 * height:
        return False
    low = piece[3] > letter[3] - 0.35 * (letter[3] - letter[1])
    apart = max(letter[0] - piece[2], piece[0] - letter[2]) > 0.08 * height
    return low or apart


def _is_dash(boxes: NDArray[np.int32], height: float) -> NDArray[np.bool_]:
    """(N,) bool: flat boxes, such as dashes and the bars of letters."""
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    return (high < 0.3 * height) & (wide > 1.8 * high) & (wide < 1.5 * height)


def _around(boxes: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
