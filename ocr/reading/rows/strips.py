"""A page's rows -> strips: pictures of their own ink, ready for the row reader.

A row that is parted by wide gaps (the columns of a form, the cells of a table) gives several strips. Neighbours'
ascenders and descenders stay out, small pieces that segmentation dropped but that lie in the writing come in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.decoding.cuts import space_odds
from ocr.reading.ink import Ink
from ocr.reading.letters import Letters
from ocr.reading.lines import Row
from ocr.reading.rows.picture import MARGIN, RowGeometry, fit_geometry, row_picture

WIDEST = 900  # picture columns: rows wider than training rows are parted at their widest gap
CLOSER = 1.12
_APART = 3.0  # letter heights: across a wider gap no line is followed
_SHORT = 3.0  # letter heights: strips shorter than this take their size and line from the whole row
_POINTS = 3000  # of ink, at most, that the geometry is found from

# Of what segmentation dropped: lengths in letter heights.
_NEAR = 0.2  # a piece of a stroke is this close to the row's ink
_LARGEST = 1.2
_PALE = 0.6  # of the row's contrast
_FINE = 0.5  # of the pen's width


@dataclass(frozen=True)
class Strip:
    """One stretch of a row.

    picture: (HEIGHT, W) uint8, 0 = paper, 255 = ink. closer: the same, `CLOSER` times as large, what does not fit
    left out: small letters among tall ones are read better so. geometry: from pixels of the picture to those of a
    canvas whose first pixel is at (left, top) of the ink. parts: (N, 4) boxes of its connected components, in
    pixels of the ink, left to right. odds: natural logarithm of the odds that a space parts it from the one before.
    """

    picture: NDArray[np.uint8]
    closer: NDArray[np.uint8]
    geometry: RowGeometry
    left: int
    top: int
    parts: NDArray[np.int32]
    odds: float

    def to_ink(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """(N, 2) points of the picture -> points of the ink, in pixel edges."""
        return self.geometry.backward(points) + np.array([self.left + 0.5, self.top + 0.5])

    def from_ink(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """The way back."""
        return self.geometry.forward(points - np.array([self.left + 0.5, self.top + 0.5]))


def cut_strips(
    ink: Ink, letters: Letters, rows: list[Row], wanted: Iterable[int] | None = None
) -> list[list[Strip]]:
    """For each row its strips, left to right; a row has one at least.

    wanted: the numbers of the rows to cut, None for all of ``rows``.
    """
    owner = np.full(len(letters.components) + 1, -1, np.int32)
    for number, row in enumerate(rows):
        for item in row.items:
            owner[list(letters.pieces[item])] = number
    _adopt(owner, ink, letters, rows)
    return [
        _strips(ink, letters, np.flatnonzero(owner == number), rows[number])
        for number in (range(len(rows)) if wanted is None else wanted)
    ]


def _adopt(owner: NDArray[np.int32], ink: Ink, letters: Letters, rows: list[Row]) -> None:
    """Give pieces of strokes that no letter took to the row whose ink they nearly touch."""
    found, height = letters.components, letters.height
    size = np.maximum(found.width, found.height)
    free = (owner[1:] < 0) & (size <= _LARGEST * height) & (found.stroke >= _FINE * letters.pen)
    free &= (found.area >= letters.pen**2) & (found.contrast >= _PALE * letters.ink_level)
    reach = max(2, round(_NEAR * height))
    for index in np.flatnonzero(free).tolist():
        left, top, right, bottom = found.boxes[index].tolist()
        part = (slice(max(0, top - reach), bottom + reach), slice(max(0, left - reach), right + reach))
        if ink.rules[part].any():
            continue  # what a rule left behind
        around = owner[found.labels[part]]
        around = around[around >= 0]
        if len(around):
            owner[index + 1] = np.bincount(around, minlength=len(rows)).argmax()


def _strips(ink: Ink, letters: Letters, labels: NDArray[np.intp], row: Row) -> list[Strip]:
    boxes = letters.components.boxes[labels - 1]
    left, top = np.maximum(boxes[:, :2].min(axis=0) - 1, 0).tolist()
    right, bottom = (boxes[:, 2:].max(axis=0) + 1).tolist()
    part = (slice(top, bottom), slice(left, right))
    known = np.zeros(len(letters.components) + 1, np.uint8)
    known[labels] = 1
    own = known[letters.components.labels[part]]
    # The soft edge of strokes stays, what is pale beside them goes.
    density = np.where(cv2.dilate(own, np.ones((3, 3), np.uint8)) > 0, ink.density[part], 0).astype(np.uint8)
    density[(own == 0) & (letters.components.labels[part] > 0)] = 0
    geometry = _fit(own, 0)
    groups = _parted(boxes, row.height, geometry.scale)
    strips: list[Strip] = []
    reached = 0
    for group in groups:
        members = boxes[group]
        first, last = int(members[:, 0].min()) - left, int(members[:, 2].max()) - left
        inside = slice(max(0, first - 1), last + 1)
        line = geometry
        if len(groups) > 1:
            line = _fit(own[:, inside], inside.start)
            if last - first < _SHORT * row.height:
                line = _with_ends(geometry, own[:, inside], inside.start)
        canvas = density
        if len(groups) > 1:
            canvas = np.zeros_like(density)
            canvas[:, inside] = density[:, inside]
        picture, _ = row_picture(canvas, line)
        closer, _ = row_picture(canvas, replace(line, scale=CLOSER * line.scale))
        parts = members[np.argsort(members[:, 0], kind="stable")]
        gap = (int(parts[0, 0]) - reached) / row.height
        # A row is parted at its widest gaps: where these part no words, it is for the contexts to say so.
        odds = max(0.0, float(space_odds(np.array([gap]), row.border)[0])) if strips else 0.0
        reached = int(parts[:, 2].max())
        strips.append(Strip(picture, closer, line, left, top, parts, odds))
    return strips


def _points(own: NDArray[np.uint8], shift: int) -> NDArray[np.float64]:
    y, x = np.nonzero(own)
    step = max(1, len(x) // _POINTS)
    return np.stack([x[::step] + shift, y[::step]], axis=1).astype(np.float64)


def _fit(own: NDArray[np.uint8], shift: int) -> RowGeometry:
    return fit_geometry(_points(own, shift))


def _with_ends(geometry: RowGeometry, own: NDArray[np.uint8], shift: int) -> RowGeometry:
    """The row's geometry for a stretch of it alone."""
    u = (geometry.forward(_points(own, shift))[:, 0] - MARGIN) / geometry.scale + geometry.left
    return replace(geometry, left=float(u.min()), right=float(u.max()))


def _parted(boxes: NDArray[np.int32], height: float, scale: float) -> list[NDArray[np.intp]]:
    """Groups of the components, left to right, parted at wide gaps, and further while a group is too wide."""
    order = np.argsort(boxes[:, 0], kind="stable")
    reach = np.maximum.accumulate(boxes[order, 2])
    gaps = boxes[order[1:], 0] - reach[:-1]
    cuts = set((np.flatnonzero(gaps > _APART * height) + 1).tolist())
    while True:
        ends = sorted({0, len(order), *cuts})
        wide = [
            (first, last)
            for first, last in pairwise(ends)
            if last - first > 1 and (reach[last - 1] - boxes[order[first], 0]) * scale > WIDEST
        ]
        wide = [(first, last) for first, last in wide if gaps[first : last - 1].max() > 0]
        if not wide:
            return [np.sort(order[first:last]) for first, last in pairwise(ends)]
        for first, last in wide:
            # The widest gap, those in the middle preferred.
            place = np.arange(first + 1, last)
            centre = 1 - np.abs(2 * (place - first) / (last - first) - 1)
            cuts.add(int(place[np.argmax(gaps[first : last - 1] * (0.3 + centre))]))
