"""Boxes by place: which boxes may lie near another, without comparing each with each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


class BoxGrid:
    """An index over boxes (left, top, right, bottom) that answers in time independent of their number."""

    def __init__(self, boxes: NDArray[np.floating | np.integer], members: Iterable[int], cell: float) -> None:
        """Index the rows ``members`` of ``boxes`` (N, 4); ``cell`` in pixels, about the size of most boxes."""
        self._cell = max(cell, 1.0)
        self._cells: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        rows = boxes.tolist()  # plain numbers: arithmetic with single elements of an array is slow
        for index in members:
            for key in self._keys(rows[index]):
                self._cells[key].append(index)

    def near(self, box: Sequence[float]) -> set[int]:
        """Indices of the boxes that share a cell with ``box``: all that meet it, and some that do not."""
        return {index for key in self._keys(box) for index in self._cells.get(key, ())}

    def _keys(self, box: Sequence[float]) -> list[tuple[int, int]]:
        left, top, right, bottom = (int(edge // self._cell) for edge in box)
        return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


class Groups:
    """Disjoint sets of 0 .. n-1 that grow by joining (union-find)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, index: int) -> int:
        parent = self._parent
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    def join(self, first: int, second: int) -> None:
        self._parent[self.root(second)] = self.root(first)

    def members(self) -> dict[int, list[int]]:
        """root -> all of its set, in ascending order."""
        sets: defaultdict[int, list[int]] = defaultdict(list)
        for index in range(len(self._parent)):
            sets[self.root(index)].append(index)
        return dict(sets)
