"""Ink -> letter boxes. The heart of the reader: a letter is a connected component, or several that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.ink import Ink
from ocr.reading.segmentation.comb import Comb, find_combs
from ocr.reading.segmentation.components import Components
from ocr.reading.segmentation.grid import BoxGrid, Groups
from ocr.reading.segmentation.threshold import TRACE
from ocr.reading.segmentation.writing import MARK, find_writing

# All lengths are in letter heights unless they say otherwise.
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
    height = ink.letter_height
    seen = find_writing(
        ink.mask, (ink.density > TRACE).view(np.uint8), ink.contrast, ink.rules, height, ink.ink_level
    )
    found, writing = seen.components, seen.writing
    combs = tuple(find_combs(ink.rules, height))
    for comb in combs:
        writing &= ~comb.stands_in(found.boxes)
    kept = np.flatnonzero(writing)
    if len(kept) > _MOST:
        kept = np.sort(kept[np.argsort(-(found.contrast * found.height)[kept], kind="stable")[:_MOST]])
    groups = _join(found.boxes, kept, height)
    boxes = np.array([_around(found.boxes[group]) for group in groups], np.int32).reshape(-1, 4)
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    mark = (np.maximum(wide, high) < MARK * height) | _is_dash(boxes, height)
    pieces = tuple(tuple(int(index) + 1 for index in group) for group in groups)
    return Letters(boxes, pieces, mark, found, height, seen.pen, seen.ink_level, combs)


def _join(boxes: NDArray[np.int32], kept: NDArray[np.intp], height: float) -> list[NDArray[np.intp]]:
    """Groups of components that make up one letter each."""
    dash = _is_dash(boxes, height).tolist()
    size = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]).tolist()
    places = boxes.tolist()
    chosen = kept.tolist()
    large = [index for index in chosen if size[index] >= MARK * height and not dash[index]]
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
        small = max(wide, high) < MARK * height
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
