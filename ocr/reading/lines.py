"""Letter boxes -> rows -> words, in reading order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.reading.letters import Letters
from ocr.reading.segmentation.grid import BoxGrid, Groups
from ocr.reading.segmentation.spacing import borders, starts_above
from ocr.reading.segmentation.strays import absorb, within

# Lengths are in letter heights of the page.
_REACH = 6.0  # how far to the right the next letter of a row may be
_OVERLAP = 0.35  # neighbours in a row share this part of the lower one's height
_DRIFT = 0.5  # chains of letters are one row if their lines pass this close to each other
_MARK_DRIFT = 0.95  # a mark lies this close to its row's middle
_MARK_REACH = 1.6  # a mark lies this close to the row's ends
_JOINED = 1.4  # what is wider may be a joined word


@dataclass(frozen=True, slots=True)
class Row:
    """One row of writing.

    items:  indices into the page's letters, left to right.
    starts: positions in ``items`` at which a word begins; the first is 0.
    slope, middle: the row's middle is at y = middle + slope * x, in pixels of the ink.
    height: letter height of this row, pixels.
    gaps:   between neighbours in ``items``, in letter heights; border: a gap above it parts words.
    """

    items: tuple[int, ...]
    starts: tuple[int, ...]
    slope: float
    middle: float
    height: float
    gaps: tuple[float, ...] = ()
    border: float = 0.0

    @property
    def words(self) -> list[tuple[int, ...]]:
        """The items of each word."""
        ends = (*self.starts[1:], len(self.items))
        return [self.items[start:end] for start, end in zip(self.starts, ends, strict=True)]


def find_rows(letters: Letters) -> list[Row]:
    """Gather letters in rows, rows in reading order (top to bottom), each split into words."""
    boxes, height = letters.boxes.astype(np.float64), letters.height
    large = np.flatnonzero(~letters.mark)
    if len(large) == 0:
        return []
    cores = _cores(letters)
    chains = _merge(_chains(cores, large, height), cores, height)
    chains = absorb(chains, boxes, height, cores)
    lines = [_line(boxes, chain, height, cores) for chain in chains]
    _adopt_marks(letters, chains, lines)
    chains = [sorted_chain(boxes, chain) for chain in chains]
    gaps = [_gaps(letters, chain, line[2]) for chain, line in zip(chains, lines, strict=True)]
    rows = [
        Row(tuple(chain), starts_above(row_gaps, border), *line, tuple(row_gaps.tolist()), border)
        for chain, line, row_gaps, border in zip(chains, lines, gaps, borders(gaps), strict=True)
    ]
    return sorted(rows, key=lambda row: row.middle + row.slope * boxes[:, [0, 2]].mean())


def sorted_chain(boxes: NDArray[np.float64], chain: list[int]) -> list[int]:
    """Left to right by the boxes' centres, which serve marks above and below letters too."""
    return sorted(chain, key=lambda index: boxes[index, 0] + boxes[index, 2])


def _chains(boxes: NDArray[np.float64], large: NDArray[np.intp], height: float) -> list[list[int]]:
    """Letters linked each to the nearest at its right that stands on the same level, if both choose each other."""
    grid = BoxGrid(boxes, large.tolist(), 2 * height)
    right_of: dict[int, tuple[float, int]] = {}
    left_of: dict[int, tuple[float, int]] = {}
    places = boxes.tolist()
    for index in large.tolist():
        left, top, right, bottom = places[index]
        for other in grid.near((left, top, right + _REACH * height, bottom)):
            near = places[other]
            if other == index or near[0] + near[2] <= left + right:
                continue
            shared = min(bottom, near[3]) - max(top, near[1])
            if shared < _OVERLAP * min(bottom - top, near[3] - near[1]):
                continue
            cost = max(near[0] - right, 0.0) + abs(near[1] + near[3] - top - bottom)
            right_of[index] = min(right_of.get(index, (np.inf, -1)), (cost, other))
            left_of[other] = min(left_of.get(other, (np.inf, -1)), (cost, index))
    groups = Groups(len(boxes))
    for index, (_, other) in right_of.items():
        if left_of[other][1] == index:
            groups.join(index, other)
    wanted = set(large.tolist())
    return [members for members in groups.members().values() if members[0] in wanted]


def _merge(chains: list[list[int]], boxes: NDArray[np.float64], height: float) -> list[list[int]]:
    """Join chains that continue each other along one line, the longest first."""
    rows: list[list[int]] = []
    lines: list[tuple[float, float, float]] = []
    for chain in sorted(chains, key=lambda chain: -len(chain)):
        part = boxes[chain]
        centre_x, centre_y = part[:, [0, 2]].mean(), part[:, [1, 3]].mean()
        best, best_distance = -1, _DRIFT
        for index, (slope, middle, row_height) in enumerate(lines):
            distance = abs(middle + slope * centre_x - centre_y) / max(row_height, height)
            if distance < best_distance and not _collide(boxes[rows[index]], part, height):
                best, best_distance = index, distance
        if best < 0:
            rows.append(list(chain))
            lines.append(_line(boxes, chain, height))
        else:
            rows[best] = rows[best] + chain
            lines[best] = _line(boxes, rows[best], height)
    return rows


def _collide(row: NDArray[np.float64], part: NDArray[np.float64], height: float) -> bool:
    """Whether two chains lie above each other, so that they cannot be one row."""
    for left, top, right, bottom in part:
        over = np.minimum(row[:, 2], right) - np.maximum(row[:, 0], left)
        apart = np.maximum(row[:, 1] - bottom, top - row[:, 3])
        if ((over > 0.5 * (right - left)) & (apart > -0.2 * height)).any():
            return True
    return False


def _cores(letters: Letters) -> NDArray[np.float64]:
    """The boxes, those of joined words without what ascends or descends from them: it says nothing of the line."""
    cores = letters.boxes.astype(np.float64)
    for index in np.flatnonzero(cores[:, 2] - cores[:, 0] > _JOINED * letters.height).tolist():
        left, top, right, bottom = letters.boxes[index].tolist()
        own = np.isin(letters.components.labels[top:bottom, left:right], letters.pieces[index])
        ink = np.cumsum(np.count_nonzero(own, axis=1))
        cores[index, 1] = top + np.searchsorted(ink, 0.1 * ink[-1])
        cores[index, 3] = top + np.searchsorted(ink, 0.9 * ink[-1]) + 1
    return cores


def _line(
    boxes: NDArray[np.float64],
    chain: list[int],
    height: float,
    cores: NDArray[np.float64] | None = None,
) -> tuple[float, float, float]:
    """(slope, middle at x = 0, letter height) of a chain; the slope of a short chain leans towards level."""
    part = boxes[chain]
    core = part if cores is None else cores[chain]
    x, y = core[:, [0, 2]].mean(axis=1), core[:, [1, 3]].mean(axis=1)
    spread = x - x.mean()
    # As if five letters at the ends of a line ten letters long were level: two letters cannot tilt a row.
    slope = float((spread * (y - y.mean())).sum() / ((spread**2).sum() + 5 * (5 * height) ** 2))
    tall = float(np.median(part[:, 3] - part[:, 1]))
    return slope, float(np.median(y - slope * x)), float(np.clip(tall, 0.5 * height, 2 * height))


def _adopt_marks(letters: Letters, chains: list[list[int]], lines: list[tuple[float, float, float]]) -> None:
    """Give each mark to the row whose middle is nearest, if it is near enough or the mark lies among the row's
    letters; the others are specks."""
    boxes, height = letters.boxes.astype(np.float64), letters.height
    rows = [boxes[chain] for chain in chains]
    ends = [(row[:, 0].min(), row[:, 2].max()) for row in rows]
    slope, middle, row_height = np.array(lines).T
    first, last = np.array(ends).T
    for index in np.flatnonzero(letters.mark).tolist():
        left, top, right, bottom = boxes[index]
        x, y = (left + right) / 2, (top + bottom) / 2
        distance = np.abs(middle + slope * x - y) / np.maximum(row_height, height)
        outside = np.maximum(first - x, x - last) > _MARK_REACH * height
        distance[outside] = np.inf
        nearest = int(np.argmin(distance))
        if distance[nearest] < _MARK_DRIFT or (
            distance[nearest] < 2 * _MARK_DRIFT and within(boxes[index], rows[nearest], height)
        ):
            chains[nearest].append(index)


def _gaps(letters: Letters, items: list[int], row_height: float) -> NDArray[np.float64]:
    """(n - 1,) horizontal gaps between neighbours, in letter heights of the row; negative where they overlap.

    In form boxes the space of the box counts for nothing: letters in neighbouring boxes have no gap, and each
    empty box is one as wide as a letter.
    """
    boxes = letters.boxes[items].astype(np.float64)
    reach = np.maximum.accumulate(boxes[:, 2])
    gaps = (boxes[1:, 0] - reach[:-1]) / row_height
    for comb in letters.combs:
        empty = np.diff(comb.cells(boxes)) - 1
        gaps = np.where(np.isnan(empty), gaps, np.maximum(empty, 0.0))
    return gaps
