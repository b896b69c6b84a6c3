"""A row's lattice -> text: which cuts, which characters, which spaces, decided together.

Beam search from left to right: at each node the best few hypotheses are kept, those that no later evidence
can tell apart (the same node, the same `Place` of the context) being one. What remains is a small graph of
readings; forward and backward sums over it give every letter the probability that it stands there at all,
all readings considered. Time grows linearly with the length of the row.

Sources: F. Jelinek, "Statistical Methods for Speech Recognition", 1997 (beam search, lattices);
L. R. Rabiner, Proc. IEEE 77(2), 1989 (forward and backward sums).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.page import Box
from ocr.reading.context import Anything, Context, Place, Product
from ocr.reading.lattice import Lattice
from ocr.reading.posterior import Graph, Step


@dataclass(frozen=True)
class Weights:
    """How much each kind of evidence counts, set on validation rows by `ocr.training.context_weights`.

    letter:   added for each letter read; makes up for what the context takes for each.
    shape:    multiplies the lattice's bias.
    space:    multiplies the evidence of the gaps.
    noise:    added when an arc is left out as no letter.
    sharpness: multiplies scores before they become probabilities; calibrates the confidences.
    """

    letter: float = 1.0
    shape: float = 1.0
    space: float = 1.0
    noise: float = -2.0
    sharpness: float = 0.8


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """One letter of a reading.

    arc: which arc of the lattice; space: whether a space comes before it. confidence: probability that the
    arc is this letter. alternatives: other characters for the same arc, best first.
    """

    text: str
    box: Box
    arc: int
    space: bool
    confidence: float
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of a row. score: natural logarithm, comparable between readings of one row.

    lawful: whether it keeps to the pattern and the lexicon; if nothing does, the row is read without them.
    """

    letters: tuple[ReadLetter, ...]
    score: float
    lawful: bool = True

    @property
    def text(self) -> str:
        return "".join(" " * letter.space + letter.text for letter in self.letters)

    def words(self) -> list[tuple[ReadLetter, ...]]:
        """The letters of each word, left to right."""
        words: list[list[ReadLetter]] = []
        for letter in self.letters:
            if letter.space or not words:
                words.append([])
            words[-1].append(letter)
        return [tuple(word) for word in words]


class Decoder:
    """Reads lattices over one alphabet in one context."""

    def __init__(
        self,
        alphabet: Sequence[str],
        contexts: Sequence[Context] = (),
        weights: Weights | None = None,
        *,
        beam: int = 16,
        width: float = 14.0,
        alternatives: int = 3,
    ) -> None:
        """alphabet: C characters, the columns of the lattices' logs.

        contexts: what text may come; the search heeds all of them. If no reading keeps to the later ones
        (pattern, lexicon), a row is read with the first alone. beam: hypotheses kept at a node. width: those
        that are worse than the best by more than this are dropped. alternatives: kept for each letter.
        """
        self._alphabet = tuple(alphabet)
        contexts = tuple(contexts) or (Anything(len(alphabet)),)
        self._context = Product(contexts)
        self._relaxed = Product(contexts[:1]) if len(contexts) > 1 else None
        self._weights = weights or Weights()
        self._beam = beam
        self._width = width
        self._alternatives = alternatives

    def decode(self, lattice: Lattice, count: int = 1) -> list[Reading]:
        """The ``count`` best readings, best first, fewer where there are no more; empty for an empty row."""
        if lattice.nodes < 2:
            return []
        graph = self._search(lattice, self._context)
        lawful = graph is not None
        if graph is None and self._relaxed is not None:
            graph = self._search(lattice, self._relaxed)
        if graph is None:
            return []
        chances = graph.posteriors(self._weights.sharpness)
        return [self._reading(lattice, steps, score, chances, lawful) for steps, score in graph.best(count)]

    def _search(self, lattice: Lattice, context: Product) -> Graph | None:
        """The graph of the hypotheses that were kept; None when no path reaches the end."""
        size, weights = len(self._alphabet), self._weights
        leaving = lattice.leaving()
        graph = Graph(lattice.nodes)
        graph.begin(context.start())
        for node in range(lattice.nodes):
            places, scores = self._settle(graph, node, context)
            if not places:
                continue
            if 0 < node < lattice.nodes - 1:
                places, scores = self._spaced(graph, node, lattice, context, places, scores)
            table = np.stack([place.scores for place in places])
            if node == lattice.nodes - 1:
                graph.finish(scores + table[:, size + 1])
                break
            for arc in leaving[node]:
                # (H, C): the score of every hypothesis with every character.
                gain = table[:, :size] + (
                    lattice.logs[arc] + np.float32(weights.letter + weights.shape * lattice.bias[arc])
                )
                total = gain + scores[:, None]
                best = float(total.max())
                end = int(lattice.ends[arc])
                if best > -np.inf:
                    keep = np.flatnonzero(total.ravel() >= best - self._width)
                    if len(keep) > 2 * self._beam:
                        keep = keep[np.argpartition(-total.ravel()[keep], 2 * self._beam)[: 2 * self._beam]]
                    graph.propose(
                        end, node, arc, keep // size, keep % size, gain.ravel()[keep], total.ravel()[keep]
                    )
                if lattice.noise[arc] > -np.inf:
                    skip = np.full(
                        len(scores),
                        lattice.noise[arc] + weights.noise + weights.shape * lattice.bias[arc],
                        np.float32,
                    )
                    graph.propose(
                        end, node, arc, np.arange(len(scores)), np.full(len(scores), -1), skip, scores + skip
                    )
        return graph if graph.finished else None

    def _settle(self, graph: Graph, node: int, context: Product) -> tuple[list[Place], NDArray[np.float32]]:
        """Step into ``node``: join hypotheses in the same place, keep the best; returns places and scores."""
        if node == 0:
            return graph.places(0), np.zeros(1, np.float32)
        found = graph.proposals(node)
        if found is None:
            return [], np.zeros(0, np.float32)
        order = np.argsort(-found.total, kind="stable")
        floor = found.total[order[0]] - self._width
        index: dict[int, int] = {}
        places: list[Place] = []
        scores: list[float] = []
        kept: list[int] = []
        targets: list[int] = []
        for k in order.tolist():
            if found.total[k] < floor:
                break
            place = graph.place_of(int(found.node[k]), int(found.hypothesis[k]))
            symbol = int(found.symbol[k])
            target = place if symbol < 0 else context.step(place, symbol)
            slot = index.get(id(target))
            if slot is None:
                if len(places) == self._beam:
                    continue
                slot = index[id(target)] = len(places)
                places.append(target)
                scores.append(float(found.total[k]))
            kept.append(k)
            targets.append(slot)
        graph.settle(node, places, found, kept, targets)
        return places, np.array(scores, np.float32)

    def _spaced(
        self,
        graph: Graph,
        node: int,
        lattice: Lattice,
        context: Product,
        places: list[Place],
        scores: NDArray[np.float32],
    ) -> tuple[list[Place], NDArray[np.float32]]:
        """Part every hypothesis at ``node`` in two: words part here, or they do not."""
        odds = float(lattice.spaces[node])
        space = self._weights.space * -float(np.logaddexp(0, -odds))
        solid = self._weights.space * -float(np.logaddexp(0, odds))
        size = len(self._alphabet)
        parted = [place.scores[size] + space for place in places]
        both = np.concatenate([scores + np.float32(solid), scores + np.array(parted, np.float32)])
        keep = np.flatnonzero((both >= both.max() - self._width) & (both > -np.inf))
        if len(keep) > self._beam:
            keep = keep[np.argsort(-both[keep], kind="stable")[: self._beam]]
        count = len(places)
        after = [context.step(places[k - count], size) if k >= count else places[k] for k in keep.tolist()]
        graph.part(node, after, keep % count, keep >= count, both[keep] - scores[keep % count])
        return after, both[keep]

    def _reading(
        self,
        lattice: Lattice,
        steps: list[Step],
        score: float,
        chances: dict[tuple[int, int], float],
        lawful: bool,
    ) -> Reading:
        letters = []
        space = False
        for step in steps:
            if step.arc < 0:
                space = True
            elif step.symbol >= 0:
                rivals = sorted(
                    (
                        (chance, symbol)
                        for (arc, symbol), chance in chances.items()
                        if arc == step.arc and symbol not in (step.symbol, -1)
                    ),
                    reverse=True,
                )
                alternatives = tuple(
                    (self._alphabet[symbol], chance) for chance, symbol in rivals[: self._alternatives]
                )
                letters.append(
                    ReadLetter(
                        self._alphabet[step.symbol],
                        lattice.boxes[step.arc],
                        step.arc,
                        space and bool(letters),
                        chances[step.arc, step.symbol],
                        alternatives,
                    )
                )
                space = False
        return Reading(tuple(letters), score, lawful)
