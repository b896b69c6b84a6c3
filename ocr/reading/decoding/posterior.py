"""The graph of readings that a search kept: its best paths, and the probability of each letter."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr.reading.decoding.context import Place


class Step(NamedTuple):
    """One step of a reading: ``symbol`` for ``arc``; symbol -1 leaves the arc out.

    Arc -1 is a space, ``symbol`` then the node where it stands.
    """

    arc: int
    symbol: int


@dataclass(frozen=True)
class Proposals:
    """K steps into one node, all arrays (K,): from which node and hypothesis, by which arc and symbol.

    gain: what the step adds to the score; total: the score after it.
    """

    node: NDArray[np.int64]
    hypothesis: NDArray[np.int64]
    arc: NDArray[np.int64]
    symbol: NDArray[np.int64]
    gain: NDArray[np.float32]
    total: NDArray[np.float32]


class Edge(NamedTuple):
    """A step between two hypotheses of the graph, numbered over all nodes in the order they were made."""

    source: int
    target: int
    gain: float
    step: Step


class Graph:
    """Hypotheses and the steps between them, filled by the search from left to right.

    At each node hypotheses are settled, and after that parted where a space may stand: two layers.
    """

    def __init__(self, nodes: int) -> None:
        self._proposals: list[list[tuple[int, int, Proposals]]] = [[] for _ in range(nodes)]
        self._places: list[list[Place]] = [[] for _ in range(nodes)]  # of each node's last layer
        self._first: list[int] = [0] * nodes  # number of the first hypothesis of each node's last layer
        self._edges: list[Edge] = []
        self._count = 0
        self._final: list[tuple[int, float]] = []

    @property
    def finished(self) -> bool:
        """Whether some reading reaches the end."""
        return bool(self._final)

    def begin(self, place: Place) -> None:
        """Start with one hypothesis at node 0."""
        self._places[0] = [place]
        self._count = 1

    def places(self, node: int) -> list[Place]:
        """The places of the hypotheses at a node."""
        return self._places[node]

    def place_of(self, node: int, hypothesis: int) -> Place:
        """The place of one hypothesis at a node."""
        return self._places[node][hypothesis]

    def propose(
        self,
        end: int,
        node: int,
        arc: int,
        hypothesis: NDArray[np.int64],
        symbol: NDArray[np.int64],
        gain: NDArray[np.float32],
        total: NDArray[np.float32],
    ) -> None:
        """Offer steps along ``arc`` from the hypotheses at ``node`` to node ``end``."""
        count = len(hypothesis)
        self._proposals[end].append(
            (node, arc, Proposals(np.full(count, node), hypothesis, np.full(count, arc), symbol, gain, total))
        )

    def proposals(self, node: int) -> Proposals | None:
        """All steps offered into ``node``; None when there are none."""
        offered = [proposals for _, _, proposals in self._proposals[node]]
        if not offered:
            return None
        if len(offered) == 1:
            return offered[0]
        return Proposals(
            *(
                np.concatenate([getattr(part, field) for part in offered])
                for field in ("node", "hypothesis", "arc", "symbol", "gain", "total")
            )
        )

    def settle(
        self, node: int, places: list[Place], found: Proposals, kept: list[int], targets: list[int]
    ) -> None:
        """Make the hypotheses of ``node``: step ``kept[k]`` of ``found`` leads to ``places[targets[k]]``."""
        picked = np.array(kept, np.int64)
        for source_node, hypothesis, arc, symbol, gain, target in zip(
            found.node[picked].tolist(),
            found.hypothesis[picked].tolist(),
            found.arc[picked].tolist(),
            found.symbol[picked].tolist(),
            found.gain[picked].tolist(),
            targets,
            strict=True,
        ):
            self._edges.append(
                Edge(self._first[source_node] + hypothesis, self._count + target, gain, Step(arc, symbol))
            )
        self._layer(node, places)

    def part(
        self,
        node: int,
        places: list[Place],
        sources: NDArray[np.int64],
        spaced: NDArray[np.bool_],
        gain: NDArray[np.float32],
    ) -> None:
        """Put a second layer at ``node``: hypothesis k comes from ``sources[k]``, with a space or without."""
        first = self._first[node]
        parting = Step(-1, node)
        for slot, (source, space, added) in enumerate(
            zip(sources.tolist(), spaced.tolist(), gain.tolist(), strict=True)
        ):
            self._edges.append(
                Edge(first + source, self._count + slot, added, parting if space else _NOTHING)
            )
        self._layer(node, places)

    def _layer(self, node: int, places: list[Place]) -> None:
        self._first[node] = self._count
        self._places[node] = places
        self._count += len(places)

    def finish(self, scores: NDArray[np.float32]) -> None:
        """End the row: ``scores`` at the last node, -inf for hypotheses that may not end there."""
        first = self._first[-1]
        reached = self._reached()
        self._final = [
            (first + k, score - reached[first + k])
            for k, score in enumerate(scores.tolist())
            if score > -np.inf
        ]

    def _reached(self) -> list[float]:
        best = [-np.inf] * self._count
        best[0] = 0.0
        for source, target, gain, _ in self._edges:
            best[target] = max(best[target], best[source] + gain)
        return best

    def best(self, count: int) -> list[tuple[list[Step], float]]:
        """The ``count`` best readings and their scores, best first; a reading is steps from left to right."""
        # The k best ways to each hypothesis: (score, number of the edge, rank of the way it goes on from).
        ways: list[list[tuple[float, int, int]]] = [[] for _ in range(self._count)]
        ways[0] = [(0.0, -1, 0)]
        into: list[list[int]] = [[] for _ in range(self._count)]
        for number, edge in enumerate(self._edges):
            into[edge.target].append(number)
        for target in range(1, self._count):
            offers = [
                (score + self._edges[number].gain, number, rank)
                for number in into[target]
                for rank, (score, _, _) in enumerate(ways[self._edges[number].source])
            ]
            ways[target] = [max(offers)] if count == 1 and offers else heapq.nlargest(count, offers)
        ends = [
            (score + added, last, rank)
            for last, added in self._final
            for rank, (score, _, _) in enumerate(ways[last])
        ]
        readings: list[tuple[list[Step], float]] = []
        seen: set[tuple[Step, ...]] = set()
        for score, last, rank in sorted(ends, reverse=True):
            steps = []
            while last:
                _, number, rank_before = ways[last][rank]
                if self._edges[number].step is not _NOTHING:
                    steps.append(self._edges[number].step)
                last, rank = self._edges[number].source, rank_before
            if tuple(steps) not in seen:
                seen.add(tuple(steps))
                readings.append((steps[::-1], score))
            if len(readings) == count:
                break
        return readings

    def posteriors(self, sharpness: float) -> dict[tuple[int, int], float]:
        """Step -> probability that it is on the path, all readings considered, spaces among them.

        sharpness: multiplies scores first; below 1 the probabilities are less extreme.
        """
        count = self._count
        gains = [edge.gain * sharpness for edge in self._edges]
        forward, backward = [-np.inf] * count, [-np.inf] * count
        forward[0] = 0.0
        for edge, gain in zip(self._edges, gains, strict=True):
            forward[edge.target] = _add(forward[edge.target], forward[edge.source] + gain)
        for last, added in self._final:
            backward[last] = added * sharpness
        for edge, gain in zip(reversed(self._edges), reversed(gains), strict=True):
            backward[edge.source] = _add(backward[edge.source], backward[edge.target] + gain)
        whole = backward[0]
        chances: dict[tuple[int, int], float] = {}
        for edge, gain in zip(self._edges, gains, strict=True):
            if edge.step is not _NOTHING:
                log = forward[edge.source] + gain + backward[edge.target] - whole
                if log > -20:
                    key = (edge.step.arc, edge.step.symbol)
                    chances[key] = min(1.0, chances.get(key, 0.0) + float(np.exp(log)))
        return chances


_NOTHING = Step(-1, -1)


def _add(a: float, b: float) -> float:
    """log(e^a + e^b)."""
    if a < b:
        a, b = b, a
    return a if b == -np.inf else a + float(np.log1p(np.exp(b - a)))
