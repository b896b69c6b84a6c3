"""Remove ruling, squared paper, form frames and table rules from an ink mask; spare the letters that cross.

A rule is a long straight run of ink of little and even thickness. Where a stroke of a letter crosses it, ink
goes on above or below the rule, so the vertical run through such a pixel is longer than the rule is thick: these
pixels stay. What was taken away is returned as well, for whoever wants to read a letter both ways.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_DASH = 0.5  # of the greatest thickness: gaps in a rule up to this are bridged
_COVERED = 0.4  # of a rule's length: at least this much of it shows ink
_THICKEST = 0.3  # of the letter height: anything thicker is no rule
_STROKE = 6.0  # letter heights: a lone rule that is shorter and grows out of the writing is a stroke of it
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
    ink = np.where(mask, np.uint8(255), np.uint8(0))
    thickest = _THICKEST * letter_height
    level = _level_rules(ink, across * letter_height, thickest)
    # Looked for in the full ink, so that a side reaches the rules at its ends.
    turned, bounds = np.ascontiguousarray(ink.T), np.ascontiguousarray(level.T)
    # Without level rules there are no boxes, and only what runs through the whole picture may be shorter.
    free = down * letter_height
    shortest = framed * letter_height if level.any() else min(free, 0.9 * ink.shape[0])
    upright = _level_rules(turned, shortest, thickest, free=free, bounds=bounds).T
    rules = cv2.bitwise_or(level, np.ascontiguousarray(upright))
    rules = cv2.subtract(rules, _strokes(rules, cv2.subtract(ink, rules), letter_height))
    return cv2.subtract(ink, rules), rules


def _strokes(rules: NDArray[np.uint8], writing: NDArray[np.uint8], letter_height: float) -> NDArray[np.uint8]:
    """Mask of what in ``rules`` is writing: the level links of joined letters, the long stems of f and g.

    They stand alone, while the pieces of a rule lie along one line and the sides of a frame meet.
    """
    strokes = np.zeros_like(rules)
    if not rules.any():
        return strokes
    reach = round(1.2 * letter_height) // 2, round(0.5 * letter_height) // 2
    joined = cv2.dilate(rules, np.ones((2 * reach[1] + 1, 2 * reach[0] + 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    touching = cv2.dilate(writing, np.ones((3, 3), np.uint8)) & rules
    for label in range(1, count):
        left, top, wide, high = stats[label, :4].tolist()
        long, lean = wide - 2 * reach[0], high - 2 * reach[1]
        if max(long, lean) > _STROKE * letter_height or min(long, lean) > _LEANING * letter_height:
            continue
        part = (slice(top, top + high), slice(left, left + wide))
        own = labels[part] == label
        if (touching[part] > 0)[own].any():
            strokes[part][own] = rules[part][own]
    return strokes


def _level_rules(
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
    width = ink.shape[1]
    rules = np.zeros_like(ink)
    if length > 1.5 * width:
        return rules
    least = max(12, min(round(length), int(0.9 * width)))
    # A rule that slopes leaves each row of pixels soon; thickened to either side it stays three times longer.
    # Dots and dashes are run together; strokes of neighbouring letters stay apart by more.
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    thick = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, max(3, round(_DASH * thickest))), np.uint8))
    runs = cv2.morphologyEx(
        thick, cv2.MORPH_OPEN, np.ones((1, least // 2), np.uint8), borderType=cv2.BORDER_CONSTANT
    )
    if not runs.any():
        return rules
    # Runs of one rule, parted by crossing strokes, gaps or its slope, are looked at together.
    joined = cv2.dilate(runs, np.ones((3, least // 2 | 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    for label in range(1, count):
        left, top, wide, high = stats[label, :4]
        if wide - least // 2 < least:
            continue
        part = (slice(top, top + high), slice(left, left + wide))
        run = cv2.bitwise_and(np.where(labels[part] == label, runs[part], 0).astype(np.uint8), ink[part])
        columns = np.flatnonzero(run.any(axis=0))
        if columns[-1] - columns[0] + 1 < least or len(columns) < _COVERED * (columns[-1] - columns[0] + 1):
            continue
        thickness = _thickness(run)
        if thickness > thickest:
            continue
        if columns[-1] - columns[0] + 1 < free and not _is_bounded(bounds, part, columns, thickness):
            continue
        rules[part] |= cv2.subtract(run, _crossings(ink, part, run, max(8, least // 4)))
    return rules


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
    ink: NDArray[np.uint8], part: tuple[slice, slice], run: NDArray[np.uint8], stretch: int
) -> NDArray[np.uint8]:
    """Mask, of the size of ``run``, of ink that goes on vertically well beyond the rule: a letter's stroke.

    A rule may grow thicker along its way, so each ``stretch`` of it is judged by its own thickness.
    """
    crossings = np.zeros_like(run)
    rows, columns = part
    for left in range(0, run.shape[1], stretch):
        piece = run[:, left : left + stretch]
        if not piece.any():
            continue
        thickness = _thickness(piece)
        margin = round(2 * thickness) + 2
        above = max(0, rows.start - margin)
        around = ink[above : rows.stop + margin, columns.start + left : columns.start + left + piece.shape[1]]
        tall = cv2.morphologyEx(around, cv2.MORPH_OPEN, np.ones((round(1.7 * thickness) + 2, 1), np.uint8))
        crossings[:, left : left + stretch] = tall[rows.start - above :][: run.shape[0]]
    return crossings


def _thickness(run: NDArray[np.uint8]) -> float:
    """Median vertical extent of a rule, over the columns where it is seen, in pixels."""
    columns = np.count_nonzero(run, axis=0)
    return float(np.median(columns[columns > 0]))
