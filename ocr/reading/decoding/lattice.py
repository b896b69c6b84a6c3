"""All ways to cut a row into letters: a graph whose arcs are candidate letters, from left to right.

Node 0 is before the first piece of ink, node n after the last. An arc from i to j takes the pieces i .. j - 1
as one letter; every path from 0 to n is a way to cut the row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.page import Box


@dataclass(frozen=True)
class Lattice:
    """A row's candidates and what the classifier says about each.

    starts, ends: (A,) int, nodes, starts < ends.
    boxes:        A boxes.
    logs:         (A, C) float32, natural logarithm of the probability of each character of the alphabet.
    noise:        (A,) float32, natural logarithm of the probability that the arc is no letter; -inf where
                  nothing is known: then it cannot be left out.
    bias:         (A,) float32, added to the score of a path that takes the arc: how well such a cut or join
                  goes with its shape, 0 for a component as it was found.
    spaces:       (n + 1,) float32, natural logarithm of the odds that words part at each node; -inf where
                  they cannot. The first and the last are not used.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    boxes: tuple[Box, ...]
    logs: NDArray[np.float32]
    noise: NDArray[np.float32]
    bias: NDArray[np.float32]
    spaces: NDArray[np.float32]

    def __post_init__(self) -> None:
        count = len(self.starts)
        if (
            not count
            == len(self.ends)
            == len(self.boxes)
            == len(self.logs)
            == len(self.noise)
            == len(self.bias)
        ):
            raise ValueError("a lattice needs start, end, box, logs, noise and bias for every arc")
        if (count and (self.starts >= self.ends).any()) or (self.ends > self.nodes - 1).any():
            raise ValueError("arcs run from left to right between nodes that exist")

    @property
    def nodes(self) -> int:
        return len(self.spaces)

    def leaving(self) -> list[list[int]]:
        """For each node the arcs that start there."""
        arcs: list[list[int]] = [[] for _ in range(self.nodes)]
        for arc, start in enumerate(self.starts.tolist()):
            arcs[start].append(arc)
        return arcs

    def entering(self) -> list[list[tuple[int, int]]]:
        """For each node the arcs that end there, with the nodes where they start, those from the left first."""
        arcs: list[list[tuple[int, int]]] = [[] for _ in range(self.nodes)]
        order = np.argsort(self.starts, kind="stable")
        for arc, start, end in zip(
            order.tolist(), self.starts[order].tolist(), self.ends[order].tolist(), strict=True
        ):
            arcs[end].append((arc, start))
        return arcs


def plain_lattice(boxes: tuple[Box, ...], logs: NDArray[np.float32], spaces: NDArray[np.float32]) -> Lattice:
    """The lattice of a row whose letters are certain: one arc each, nothing cut, joined or left out."""
    count = len(boxes)
    return Lattice(
        np.arange(count),
        np.arange(1, count + 1),
        boxes,
        logs,
        np.full(count, -np.inf, np.float32),
        np.zeros(count, np.float32),
        spaces,
    )
