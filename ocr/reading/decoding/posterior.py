"""The graph of readings that a search kept: its best paths, and the probability of each letter.

Sources: D. Eppstein, "Finding the k shortest paths", SIAM J. Comput. 28(2), 1998 (the next best path leaves a better
one by a single step); L. R. Rabiner, Proc. IEEE 77(2), 1989 (forward and backward sums).
"""

from __future__ import annotations

import heapq
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_LEAST = -20.0  # natural logarithm of the least probability that is told


class Step(NamedTuple):
    """One step of a reading: ``symbol`` for ``arc``; symbol -1 leaves the arc out.

    Arc -1 is a space, ``symbol`` then the node where it stands.
    """

    arc: int
    symbol: int


LEFT_OUT = -1
NOTHING = Step(-1, -1)  # a step that changes nothing: no space where one could stand


class Graph:
    """Hypotheses and the steps between them, layer by layer as the search makes them.

    Hypotheses are numbered from 0, the empty text, in the order they are made; steps lead to later ones.
    """

    def __init__(self) -> None:
        self._firsts = [0, 1]  # the first hypothesis of each layer, and of the one that comes next
        self._edges: list[tuple[NDArray[Any], ...]] = []
        self._final: list[tuple[int, float]] = []
        self._joined: _Edges | None = None

    @property
    def finished(self) -> bool:
        """Whether some reading reaches the end."""
        return bool(self._final)

    def layer(
        self,
        count: int,
        sources: NDArray[np.integer],
        targets: NDArray[np.integer],
        gains: NDArray[np.floating],
        arcs: NDArray[np.integer],
        symbols: NDArray[np.integer],
    ) -> int:
        """Make ``count`` hypotheses and the K steps that lead to them, all arrays (K,); the number of the first.

        sources: numbers of hypotheses. targets: 0 .. count - 1, each met at least once, the best step into each
        before the others. gains: what each step adds to the score. arcs, symbols: as in `Step`.
        """
        first = self._firsts[-1]
        self._firsts.append(first + count)
        self._edges.append((sources, targets + first, gains, arcs, symbols))
        return first

    def finish(self, added: NDArray[np.floating]) -> None:
        """End the row: what is ``added`` to the hypotheses of the last layer, -inf where it may not end."""
        first = self._firsts[-2]
        self._final = [(first + k, score) for k, score in enumerate(added.tolist()) if score > -np.inf]
        self._joined = _Edges(self._edges, self._firsts[-1])

    def best(self, count: int) -> list[tuple[list[Step], float]]:
        """The ``count`` best readings and their scores, best first; a reading is steps from left to right."""
        edges = self._all()
        scores, first, sources, gains = edges.best, edges.first, edges.sources, edges.gains
        most = max(scores[last] + added for last, added in self._final)
        # Ways still to be tried: what each lacks to the best, a number, the hypothesis up to which the best way is
        # taken, and the steps from there to the end.
        ways: list[tuple[float, int, int, _Tail]] = [
            (most - scores[last] - added, number, last, None)
            for number, (last, added) in enumerate(self._final)
        ]
        heapq.heapify(ways)
        number = len(ways)
        readings: list[tuple[list[Step], float]] = []
        while ways and len(readings) < count:
            lack, _, at, tail = heapq.heappop(ways)
            while at:
                if len(readings) < count - 1:
                    for edge in range(first[at] + 1, first[at + 1]):
                        less = scores[at] - scores[sources[edge]] - gains[edge]
                        heapq.heappush(ways, (lack + less, number, sources[edge], (edge, tail)))
                        number += 1
                at, tail = sources[first[at]], (first[at], tail)
            readings.append((edges.steps(tail), most - lack))
        return readings

    def posteriors(self, sharpness: float) -> dict[tuple[int, int], float]:
        """Step -> probability that it is on the path, all readings considered, spaces among them.

        sharpness: multiplies scores first; below 1 the probabilities are less extreme.
        """
        edges = self._all()
        gain = edges.gain * sharpness
        forward = np.full(self._firsts[-1], -np.inf)
        forward[0] = 0.0
        for part, starts, targets in _layers(edges.target, self._firsts[1:]):
            sums = np.logaddexp.reduceat(forward[edges.source[part]] + gain[part], starts)
            forward[targets] = sums
        backward = np.full(self._firsts[-1], -np.inf)
        for last, added in self._final:
            backward[last] = added * sharpness
        order = np.argsort(edges.source, kind="stable")
        onward, lost = edges.target[order], gain[order]
        for part, starts, sources in reversed(_layers(edges.source[order], self._firsts[:-1])):
            backward[sources] = np.logaddexp.reduceat(backward[onward[part]] + lost[part], starts)
        logs = forward[edges.source] + gain + backward[edges.target] - backward[0]
        told = np.flatnonzero(
            (logs > _LEAST) & ((edges.arc != NOTHING.arc) | (edges.symbol != NOTHING.symbol))
        )
        chances: dict[tuple[int, int], float] = {}
        for arc, symbol, chance in zip(
            edges.arc[told].tolist(), edges.symbol[told].tolist(), np.exp(logs[told]).tolist(), strict=True
        ):
            chances[arc, symbol] = min(1.0, chances.get((arc, symbol), 0.0) + chance)
        return chances

    def _all(self) -> _Edges:
        if self._joined is None:
            raise ValueError("no reading reaches the end")
        return self._joined


_Tail = tuple[int, "_Tail"] | None  # the next edge, and those after it


class _Edges:
    """All steps of a finished graph, arrays (E,) and lists, in the order of the hypotheses they lead to.

    first: where the steps into each hypothesis begin, the best one first, and the end of all.
    best: score of the best way to each hypothesis.
    """

    def __init__(self, layers: list[tuple[NDArray[Any], ...]], count: int) -> None:
        columns = [np.concatenate(column) for column in zip(*layers, strict=True)]
        order = np.argsort(columns[1], kind="stable")
        self.source, self.target, gain, self.arc, self.symbol = (column[order] for column in columns)
        self.gain = gain.astype(np.float64)
        self.sources: list[int] = self.source.tolist()
        self.gains: list[float] = self.gain.tolist()
        self.first: list[int] = np.searchsorted(self.target, np.arange(count + 1)).tolist()
        self.best = [0.0]
        for edge in self.first[1:count]:
            self.best.append(self.best[self.sources[edge]] + self.gains[edge])

    def steps(self, tail: _Tail) -> list[Step]:
        """The steps of a way, left to right, without those that change nothing."""
        found = []
        while tail is not None:
            edge, tail = tail
            step = Step(int(self.arc[edge]), int(self.symbol[edge]))
            if step != NOTHING:
                found.append(step)
        return found


def _layers(
    ends: NDArray[np.int64], firsts: list[int]
) -> list[tuple[slice, NDArray[np.intp], NDArray[np.int64]]]:
    """Stretches of edges whose ascending ``ends`` are in one layer, where each end's edges begin, and these ends."""
    starts = np.flatnonzero(np.diff(ends, prepend=-1))
    present = ends[starts]
    places = np.searchsorted(present, firsts).tolist()
    edges = [*starts.tolist(), len(ends)]
    found = []
    for low, high in pairwise([*places, len(present)]):
        if high > low:
            part = slice(edges[low], edges[high])
            found.append((part, starts[low:high] - edges[low], present[low:high]))
    return found
