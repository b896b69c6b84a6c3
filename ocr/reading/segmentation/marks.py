"""Dots, commas, dashes and quotes, told by their shape and their place in the row.

A classifier of capitals and digits has no class for them, and scaled to 32x32 a dot and a comma look alike anyway.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ocr.reading.letters import Letters
from ocr.reading.lines import Row

CONFIDENCE = 0.6  # shape and place tell marks apart about this well

# Places are in letter heights below the top of the row's letters: 0 = their top, 1 = the baseline.
_FLAT = 1.7  # a dash is at least this much wider than high


def read_marks(letters: Letters, row: Row) -> list[tuple[tuple[int, ...], str]]:
    """The marks of ``row``: (items that make up the mark, its character); "" where it is only a speck."""
    marks = [index for index in row.items if letters.mark[index]]
    readings = []
    used: set[int] = set()
    for position, index in enumerate(marks):
        if index in used:
            continue
        members = [index]
        for other in marks[position + 1 : position + 3]:
            if other not in used and _pair(letters.boxes[index], letters.boxes[other], row.height):
                members.append(other)
                used.add(other)
                break
        readings.append((tuple(members), _name(letters.boxes[members], row, letters.pen)))
    return readings


def _pair(first: Sequence[int], second: Sequence[int], height: float) -> bool:
    """Whether two marks are one character: dots above each other, or quotes side by side."""
    over = min(first[2], second[2]) - max(first[0], second[0])
    beside = max(first[0], second[0]) - min(first[2], second[2])
    above = max(first[1], second[1]) - min(first[3], second[3])
    narrow = min(first[2] - first[0], second[2] - second[0])
    stacked = over >= 0.3 * narrow and 0 < above < 0.8 * height
    level = -above > 0.5 * min(first[3] - first[1], second[3] - second[1])
    upright = all(box[3] - box[1] > 1.2 * (box[2] - box[0]) for box in (first, second))
    return bool(stacked or (level and upright and beside < 0.3 * height))


def _name(boxes: NDArray[np.int32], row: Row, pen: float) -> str:
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = boxes[:, 2:].max(axis=0)
    wide, high = int(right - left), int(bottom - top)
    head = row.middle + row.slope * (left + right) / 2 - row.height / 2
    place = ((top + bottom) / 2 - head) / row.height
    foot = (bottom - head) / row.height
    if len(boxes) == 2:
        if place < 0.35 and boxes[0, 1] < boxes[1, 3] and boxes[1, 1] < boxes[0, 3]:
            return '"'
        flat = all(box[2] - box[0] >= _FLAT * (box[3] - box[1]) for box in boxes)
        return "=" if flat else ";" if foot > 1.2 else ":"
    if wide >= _FLAT * high and wide >= 0.18 * row.height:
        return "_" if place > 0.9 else "-" if place > 0.2 else ""
    if place < 0.3:
        return "'" if high >= 0.18 * row.height and place > -0.35 else ""
    if place > 0.65:
        # A comma hangs below the baseline; a dot set a little low is still round.
        if high > (1.35 if foot > 1.15 else 1.8) * wide and high > max(1.8 * pen, 0.22 * row.height):
            return ","
        return "." if max(wide, high) < 0.35 * row.height else ""
    return ""
