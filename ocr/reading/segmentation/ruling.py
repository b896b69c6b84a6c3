"""Remove ruling, squared paper, form frames and table rules from an ink mask; spare the letters that cross.

A rule is a long straight run of ink of little and even thickness. Where a stroke of a letter crosses it, ink
goes on above or below the rule, so the vertical run through such a pixel is longer than the rule is thick: these
pixels stay. What was taken away is returned as well, for whoever wants to read a letter both ways.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.segmentation.components import blobs

_DASH = 0.5  # of the greatest thickness: gaps in a rule up to this are bridged
_COVERED = 0.4  # of a rule's length: at least this much of it shows ink
THICKEST = 0.3  # of the letter height: anything thicker is no rule
# Of the greatest thickness: what is longer is no row of touching letters; how far from a line the middles of a rule may
# lie, as the root of the mean square, where nothing crosses it, and where letters do over this part of its length.
_ALONE = 50.0
_WILD, _WAVERING, _CROSSED = 0.17, 0.04, 0.33
_FINE = 0.22  # what is thinner is printed: pens are thicker
_CLEAR = 0.8  # of a rule's length: where letters cross it over less, the rest tells its course
_STROKE = 6.0  # letter heights: a lone rule that is shorter and grows out of the writing is a stroke of it
_BESIDE = 0.05  # square letter heights: there is more ink than this of what it grows out of
_LEANING = 0.8  # letter heights: how far such a stroke may stray from its straight line


def remove_rules(
    mask: NDArray[np.uint8],
    letter_height: float,
    *,
    across: float = 2.5,
    down: float = 3.5,
    framed: float = 1.1,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Split ink into writing and rules.

    mask:          (H, W) uint8, 0 = paper, anything else = ink; the rules within about 3 degrees of the axes.
    letter_height: pixels; of mixed writing this may be the x-height.
    across, down:  least length of a horizontal and of a vertical rule, in letter heights. Ascenders and brackets
                   are upright strokes of up to three x-heights; no letter has a level stroke as long.
    framed:        least length, in letter heights, of a vertical rule that runs from one horizontal rule or edge of
                   the picture to another: the sides of form boxes are little higher than the letters in them.
    Returns (writing, rules), both (H, W) uint8, 0 or 255, without a pixel in common.
    """
    ink = _uint8(cv2.threshold(mask, 0, 255, cv2.THRESH_BINARY)[1])
    thickest = THICKEST * letter_height
    level = level_rules(ink, across * letter_height, thickest)
    # Looked for in the full ink, so that a side reaches the rules at its ends.
    turned, bounds = _uint8(cv2.transpose(ink)), _uint8(cv2.transpose(level))
    # Without level rules there are no boxes, and only what runs through the whole picture may be shorter.
    free = down * letter_height
    shortest = framed * letter_height if cv2.countNonZero(level) else min(free, 0.9 * ink.shape[0])
    upright = cv2.transpose(level_rules(turned, shortest, thickest, free=free, bounds=bounds))
    rules = _uint8(cv2.bitwise_or(level, upright))
    if cv2.countNonZero(rules):
        strokes = _strokes(rules, _uint8(cv2.subtract(ink, rules)), letter_height)
        rules = _uint8(cv2.subtract(rules, strokes))
    return _uint8(cv2.subtract(ink, rules)), rules


def _strokes(rules: NDArray[np.uint8], writing: NDArray[np.uint8], letter_height: float) -> NDArray[np.uint8]:
    """Mask of what in ``rules`` is writing: the level links of joined letters, the long stems of f and g.

    They stand alone, while the pieces of a rule lie along one line and the sides of a frame meet.
    """
    strokes = np.zeros_like(rules)
    reach = round(1.2 * letter_height) // 2, round(0.5 * letter_height) // 2
    joined = cv2.dilate(rules, np.ones((2 * reach[1] + 1, 2 * reach[0] + 1), np.uint8))
    touching = cv2.dilate(writing, np.ones((3, 3), np.uint8)) & rules
    for blob in blobs(_uint8(joined)):
        left, top, right, bottom = blob.box
        long, lean = right - left - 2 * reach[0], bottom - top - 2 * reach[1]
        if max(long, lean) > _STROKE * letter_height or min(long, lean) > _LEANING * letter_height:
            continue
        part, own = blob.part, blob.own()
        beside = np.count_nonzero((writing[part] > 0) & own)  # the ends of a rule may be left of it
        if beside > _BESIDE * letter_height**2 and (touching[part] > 0)[own].any():
            strokes[part][own] = rules[part][own]
    return strokes


def level_rules(
    ink: NDArray[np.uint8],
    length: float,
    thickest: float,
    *,
    free: float = 0.0,
    bounds: NDArray[np.uint8] | None = None,
) -> NDArray[np.uint8]:
    """Mask of the horizontal rules in ``ink`` (0 or 255) that are at least ``length`` pixels long.

    Rules shorter than ``free`` must run from ``bounds`` (0 or 255) or the picture's edge to the same.
    """
    rules = np.zeros_like(ink)
    found = _runs(ink, length, thickest)
    if found is None:
        return rules
    runs, least = found
    # Runs of one rule, parted by crossing strokes, gaps or its slope, are looked at together.
    joined = cv2.dilate(runs, np.ones((3, least // 2 | 1), np.uint8))
    for blob in blobs(_uint8(joined)):
        if blob.box[2] - blob.box[0] - least // 2 < least:
            continue
        part = blob.part
        run = _uint8(cv2.bitwise_and(runs[part] * blob.own(), ink[part]))
        extents = np.count_nonzero(run, axis=0)
        columns = np.flatnonzero(extents)
        if len(columns) == 0:  # a run of the thickened ink alone, between lines of dots
            continue
        if columns[-1] - columns[0] + 1 < least or len(columns) < _COVERED * (columns[-1] - columns[0] + 1):
            continue
        thickness = _thickness(extents)
        if thickness > thickest:
            continue
        if columns[-1] - columns[0] + 1 < free and not _is_bounded(bounds, part, columns, thickness):
            continue
        crossings = _crossings(ink, part, extents, max(8, least // 4))
        if thickness > _FINE * thickest and _wavers(run, extents, columns, crossings, thickest):
            continue
        rules[part] |= cv2.subtract(run, crossings)
    return rules


def has_runs(ink: NDArray[np.uint8], length: float, thickest: float) -> bool:
    """Whether `level_rules` would look at anything in ``ink``; if not, there are no rules in any part of it."""
    return _runs(ink, length, thickest) is not None


def _runs(ink: NDArray[np.uint8], length: float, thickest: float) -> tuple[NDArray[np.uint8], int] | None:
    """Level runs in ``ink`` that rules of ``length`` are made of, and a rule's least length in pixels; or None."""
    width = ink.shape[1]
    if length > 1.5 * width:
        return None
    least = max(12, min(round(length), int(0.9 * width)))
    # A rule that slopes leaves each row of pixels soon; thickened to either side it stays three times longer.
    # Dots and dashes are run together; strokes of neighbouring letters stay apart by more.
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    thick = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, max(3, round(_DASH * thickest))), np.uint8))
    runs = _long_runs(_uint8(thick), least // 2)
    return None if runs is None else (runs, least)


def _long_runs(ink: NDArray[np.uint8], length: int) -> NDArray[np.uint8] | None:
    """Opening of ``ink`` by a level line of ``length`` pixels; None if nothing is left.

    The line may stick out of the picture by half. Few rows hold a run that long, and only they are opened.
    """
    half = length - length // 2
    step = max(1, length // 8)
    # A run covers all of the eight places, ``step`` apart, that it must touch at the least.
    touched = np.ascontiguousarray(ink[:, ::step])
    several = np.ones((1, min(8, length)), np.uint8)
    touched = cv2.erode(touched, several, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    likely = touched.any(axis=1) | ink[:, :half].all(axis=1) | ink[:, -half:].all(axis=1)
    if not likely.any():
        return None
    line = np.ones((1, length), np.uint8)
    opened = cv2.morphologyEx(ink[likely], cv2.MORPH_OPEN, line, borderType=cv2.BORDER_CONSTANT)
    if not cv2.countNonZero(opened):
        return None
    runs = np.zeros_like(ink)
    runs[likely] = opened
    return runs


def _is_bounded(
    bounds: NDArray[np.uint8] | None, part: tuple[slice, slice], columns: NDArray[np.intp], thickness: float
) -> bool:
    """Whether a rule found at ``columns`` of ``part`` ends on other rules or the picture's edge on both sides."""
    if bounds is None:
        return False
    reach = round(thickness) + 4
    first, last = part[1].start + int(columns[0]), part[1].start + int(columns[-1])
    starts = first < reach or bounds[part[0], max(0, first - reach) : first + reach].any()
    ends = last >= bounds.shape[1] - reach or bounds[part[0], last - reach : last + reach].any()
    return bool(starts and ends)


def _crossings(
    ink: NDArray[np.uint8], part: tuple[slice, slice], extents: NDArray[np.intp], stretch: int
) -> NDArray[np.uint8]:
    """Mask, of the size of ``part``, of ink that goes on vertically well beyond the rule: a letter's stroke.

    extents: of the rule in each column of ``part``. A rule may grow thicker along its way, so each ``stretch``
    of it is judged by its own thickness.
    """
    rows, columns = part
    crossings = np.zeros((rows.stop - rows.start, len(extents)), np.uint8)
    starts = range(0, len(extents), stretch)
    judged = [(_thickness(extents[start : start + stretch]), start) for start in starts]
    # Neighbouring stretches that are as thick as each other are looked at together.
    for thickness, group in groupby(judged, key=itemgetter(0)):
        if thickness == 0:
            continue
        first, *others = (start for _, start in group)
        piece = slice(first, min((others or [first])[-1] + stretch, len(extents)))
        margin = round(2 * thickness) + 2
        above = max(0, rows.start - margin)
        around = ink[above : rows.stop + margin, columns.start + piece.start : columns.start + piece.stop]
        tall = cv2.morphologyEx(around, cv2.MORPH_OPEN, np.ones((round(1.7 * thickness) + 2, 1), np.uint8))
        crossings[:, piece] = tall[rows.start - above :][: len(crossings)]
    return crossings


def _wavers(
    run: NDArray[np.uint8],
    extents: NDArray[np.intp],
    columns: NDArray[np.intp],
    crossings: NDArray[np.uint8],
    thickest: float,
) -> bool:
    """Whether a short rule is what strokes of letters that touch have in common: it wavers, and most of it is crossed.

    run: (h, w) uint8, 0 or 255, with ``extents`` of it in each column, not 0 in ``columns``.
    """
    if columns[-1] - columns[0] >= _ALONE * thickest:
        return False
    crossed = (crossings[:, columns] > 0).any(axis=0)
    part = float(crossed.mean())
    if part < _CLEAR:  # strokes that cross a rule slantwise move its middle
        columns = columns[~crossed]
    middles = (np.arange(len(run)) @ (run[:, columns] > 0)) / extents[columns]
    # Paper bends, so that its rules do, a little.
    bend = np.polynomial.Polynomial.fit(columns, middles, 2)
    wavering = float(np.sqrt(np.square(middles - bend(columns)).mean()))
    return wavering > max(max(_WAVERING, _WILD * (1 - part / _CROSSED)) * thickest, 0.5)


def _thickness(extents: NDArray[np.intp]) -> float:
    """Median vertical extent of a rule, in pixels, over the columns where it is seen; 0 where it is seen nowhere."""
    seen = extents[extents > 0]
    if len(seen) == 0:
        return 0.0
    seen.sort()
    return float(seen[(len(seen) - 1) // 2] + seen[len(seen) // 2]) / 2


def _uint8(array: Any) -> NDArray[np.uint8]:
    """What OpenCV returns, by the type it has (its stubs say less); nothing is copied."""
    return np.asarray(array, np.uint8)
