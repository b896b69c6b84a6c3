"""A row's lattice -> text: which cuts, which characters, which spaces, decided together.

Beam search from left to right: at each node the best few hypotheses are kept, those that no later evidence
can tell apart (the same node, the same `Place` of the context) being one. What remains is a small graph of
readings; forward and backward sums over it give every letter the probability that it stands there at all,
all readings considered. Time grows linearly with the length of the row.

Sources: F. Jelinek, "Statistical Methods for Speech Recognition", 1997 (beam search, lattices);
L. R. Rabiner, Proc. IEEE 77(2), 1989 (forward and backward sums).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr.page import Box
from ocr.reading.decoding.context import Anything, Context, Place, Product
from ocr.reading.decoding.lattice import Lattice
from ocr.reading.decoding.posterior import Graph, Step

_NEGLIGIBLE = 1e-4


@dataclass(frozen=True)
class Weights:
    """How much each kind of evidence counts, set on validation rows by `ocr.training.context_weights`.

    language: multiplies the character model's logarithms. case: those of the case model.
    letter:   added for each letter read; makes up for what the context takes for each.
    shape:    multiplies the lattice's bias.
    space:    multiplies the evidence of the gaps.
    noise:    added when an arc is left out as no letter.
    sharpness: multiplies scores before they become probabilities.
    letter_table, word_table: (probability in the graph, share that was right) of letters and of words,
        ascending; makes confidences mean what they say.
    """

    language: float = 0.6
    case: float = 0.6
    letter: float = 2.0
    shape: float = 1.0
    space: float = 1.0
    noise: float = -2.0
    sharpness: float = 0.8
    letter_table: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))
    word_table: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))

    @classmethod
    def from_card(cls, entry: dict[str, Any]) -> Weights:
        """The weights in a card; keys that this version does not know are left alone."""
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {
            key: tuple(map(tuple, value)) if key.endswith("_table") else float(value)
            for key, value in entry.items()
            if key in known
        }
        return cls(**values)


def calibrated(chance: float, table: tuple[tuple[float, float], ...]) -> float:
    """``chance`` as validation saw it: interpolated in a table of (said, true), ascending from 0 to 1."""
    said, true = zip(*table, strict=True)
    return float(np.interp(chance, said, true))


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """One letter of a reading.

    arc: which arc of the lattice; space: whether a space comes before it. confidence: calibrated probability
    that it is right, 0 in an unlawful reading; chance: the same before calibration. alternatives: other
    characters for the same arc, best first, with their probabilities. parted: probability that a space comes
    before it if one was read there, that none comes if none was read.
    """

    text: str
    box: Box
    arc: int
    space: bool
    confidence: float
    chance: float
    alternatives: tuple[tuple[str, float], ...]
    parted: float = 1.0


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

    def word_chances(self) -> list[float]:
        """For each of `words` the probability, before calibration, that its letters and both its ends are right."""
        words = self.words()
        ends = [word[0].parted for word in words[1:]] + [1.0]
        return [
            end * math.prod(letter.chance * letter.parted for letter in word)
            for word, end in zip(words, ends, strict=True)
        ]


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
        self.weights = weights or Weights()
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
        chances = graph.posteriors(self.weights.sharpness)
        return [self._reading(lattice, steps, score, chances, lawful) for steps, score in graph.best(count)]

    def _search(self, lattice: Lattice, context: Product) -> Graph | None:
        """The graph of the hypotheses that were kept; None when no path reaches the end."""
        size, weights = len(self._alphabet), self.weights
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
        space = self.weights.space * -float(np.logaddexp(0, -odds))
        solid = self.weights.space * -float(np.logaddexp(0, odds))
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
        letters: list[ReadLetter] = []
        space, reached = False, 0
        rivals: dict[int, list[tuple[float, int]]] = {}
        for (arc, symbol), chance in chances.items():
            if arc >= 0:
                rivals.setdefault(arc, []).append((chance, symbol))
        for step in steps:
            if step.arc < 0:
                space = True
            elif step.symbol >= 0:
                chance = chances[step.arc, step.symbol]
                nodes = range(reached, int(lattice.starts[step.arc]) + 1)
                apart = min(1.0, sum(chances.get((-1, node), 0.0) for node in nodes))
                reached = int(lattice.ends[step.arc])
                letters.append(
                    ReadLetter(
                        self._alphabet[step.symbol],
                        lattice.boxes[step.arc],
                        step.arc,
                        space and bool(letters),
                        calibrated(chance, self.weights.letter_table) if lawful else 0.0,
                        chance,
                        self._rivals(rivals.get(step.arc, []), step.symbol, chance),
                        1.0 if not letters else apart if space else 1 - apart,
                    )
                )
                space = False
        return Reading(tuple(letters), score, lawful)

    def _rivals(
        self, found: list[tuple[float, int]], symbol: int, chance: float
    ) -> tuple[tuple[str, float], ...]:
        """The likeliest other characters, sharing what the calibrated confidence of the first leaves."""
        left = (1 - calibrated(chance, self.weights.letter_table)) / max(1 - chance, 1e-6)
        others = [(other, rival) for other, rival in sorted(found, reverse=True) if rival not in (symbol, -1)]
        return tuple(
            (self._alphabet[rival], min(1.0, other * left))
            for other, rival in others[: self._alternatives]
            if other > _NEGLIGIBLE
        )
