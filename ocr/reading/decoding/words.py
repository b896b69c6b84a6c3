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
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import accumulate
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr.page import Box
from ocr.reading.decoding.context import Anything, Context
from ocr.reading.decoding.lattice import Lattice
from ocr.reading.decoding.places import Places
from ocr.reading.decoding.posterior import LEFT_OUT, NOTHING, Graph, Step

_NEGLIGIBLE = 1e-4


@dataclass(frozen=True)
class Weights:
    """How much each kind of evidence counts, set on validation rows by `ocr.training.context_weights`.

    language: multiplies the character model's logarithms. case: those of the case model.
    unknown:  share of arbitrary strings in words that the character model does not know.
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
    unknown: float = 0.1
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
    at = min(max(bisect(table, chance, key=itemgetter(0)), 1), len(table) - 1)
    (low, first), (high, last) = table[at - 1], table[at]
    return first + (last - first) * min(max((chance - low) / (high - low), 0.0), 1.0)


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


class _Layer:
    """Hypotheses at one node, H of them.

    numbers: in the graph. places: of the contexts. scores: so far. table: (H, C + 2) what the contexts say of each
    character, of the space, and, once the search goes on from here, 0 for nothing. ranks: table + scores.
    """

    __slots__ = ("numbers", "places", "ranks", "scores", "table")

    def __init__(self, first: int, places: NDArray[np.integer], scores: NDArray[np.float32]) -> None:
        self.numbers = np.arange(first, first + len(places))
        self.places = places
        self.scores = scores
        self.table = self.ranks = np.zeros((0, 0), np.float32)


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
        self._context = Places(contexts)
        self._relaxed = Places(contexts[:1]) if len(contexts) > 1 else None
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

    def _search(self, lattice: Lattice, places: Places) -> Graph | None:
        """The graph of the hypotheses that were kept; None when no path reaches the end."""
        size, weights = len(self._alphabet), self.weights
        shape = np.float32(weights.shape) * lattice.bias
        # (A, C + 2): what an arc adds to what the context says, for each character; for the space, which no arc is;
        # for leaving the arc out.
        said = np.full((len(shape), size + 2), -np.inf, np.float32)
        said[:, :size] = lattice.logs + (np.float32(weights.letter) + shape)[:, None]
        said[:, size + 1] = lattice.noise + np.float32(weights.noise) + shape
        space = (-weights.space * np.logaddexp(0, -lattice.spaces)).astype(np.float32)
        solid = (-weights.space * np.logaddexp(0, lattice.spaces)).astype(np.float32)
        last = lattice.nodes - 1
        graph = Graph()
        layers: list[_Layer | None] = []
        for node, entering in enumerate(lattice.entering()):
            if node == 0:
                layer: _Layer | None = _Layer(0, np.array([places.start()]), np.zeros(1, np.float32))
            else:
                arcs = [(arc, before) for arc, start in entering if (before := layers[start]) is not None]
                layer = self._settle(graph, arcs, said, places)
            if layer is not None:
                if 0 < node < last and space[node] > -np.inf:
                    layer = self._spaced(graph, node, layer, (solid[node], space[node]), places)
                layer.table = places.scores(layer.places)
                if node == last:
                    graph.finish(layer.table[:, size + 1])
                layer.ranks = layer.table + layer.scores[:, None]
                layer.ranks[:, size + 1] = layer.scores
                layer.table[:, size + 1] = 0
            layers.append(layer)
        return graph if graph.finished else None

    def _settle(
        self, graph: Graph, arcs: list[tuple[int, _Layer]], said: NDArray[np.float32], places: Places
    ) -> _Layer | None:
        """Step along ``arcs`` into a node: join hypotheses in the same place, keep the best."""
        if not arcs:
            return None
        size = len(self._alphabet)
        ranks = np.concatenate([layer.ranks for _, layer in arcs])  # (P, C + 2), all hypotheses of all arcs
        ends = list(accumulate(len(layer.places) for _, layer in arcs))
        for (arc, _), start, end in zip(arcs, [0, *ends], ends, strict=False):
            ranks[start:end] += said[arc]
        flat = ranks.ravel()
        best = flat.max()
        if best == -np.inf:
            return None
        kept = np.flatnonzero(flat >= best - self._width)
        kept = kept[np.argsort(-flat[kept])]
        rows, symbols = np.divmod(kept, size + 2)
        owner = np.searchsorted(ends, rows, "right")
        if len(kept) > 2 * self._beam:
            few = self._few(owner, symbols < size)
            kept, rows, symbols, owner = kept[few], rows[few], symbols[few], owner[few]
        before = np.concatenate([layer.places for _, layer in arcs])[rows]
        after = places.step(before, symbols)
        fresh, slots = places.joined(after)
        chosen = np.flatnonzero(slots < self._beam)
        fresh = fresh[: self._beam]
        rows, symbols = rows[chosen], symbols[chosen]
        taken = np.array([arc for arc, _ in arcs])[owner[chosen]]
        gains = np.concatenate([layer.table for _, layer in arcs])[rows, symbols] + said[taken, symbols]
        sources = np.concatenate([layer.numbers for _, layer in arcs])[rows]
        symbols[symbols > size] = LEFT_OUT
        first = graph.layer(len(fresh), sources, slots[chosen], gains, taken, symbols)
        return _Layer(first, after[fresh], flat[kept[fresh]])

    def _few(self, owner: NDArray[np.intp], letter: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Which of the steps, best first, are among the best letters of the arc that owns them, or leave it out."""
        spare = [
            own[2 * self._beam :]
            for arc in range(int(owner.max()) + 1)
            if len(own := ((owner == arc) & letter).nonzero()[0]) > 2 * self._beam
        ]
        few = np.ones(len(owner), np.bool_)
        few[np.concatenate([np.zeros(0, np.intp), *spare])] = False
        return few.nonzero()[0]

    def _spaced(
        self, graph: Graph, node: int, layer: _Layer, added: tuple[np.float32, np.float32], places: Places
    ) -> _Layer:
        """Part every hypothesis at ``node`` in two: words do not part here, or they do. added: to either."""
        size, count = len(self._alphabet), len(layer.places)
        parted = places.scores(layer.places)[:, size] + added[1]
        both = np.concatenate([layer.scores + added[0], layer.scores + parted])
        keep = np.flatnonzero((both >= both.max() - self._width) & (both > -np.inf))
        if len(keep) > self._beam:
            keep = keep[np.argsort(-both[keep], kind="stable")[: self._beam]]
        scores, spaced, rows = both[keep], keep >= count, keep % count
        after = layer.places[rows]
        after[spaced] = places.step(after[spaced], np.full(np.count_nonzero(spaced), size))
        first = graph.layer(
            len(keep),
            layer.numbers[rows],
            np.arange(len(keep)),
            scores - layer.scores[rows],
            np.full(len(keep), NOTHING.arc),
            np.where(spaced, node, NOTHING.symbol),
        )
        return _Layer(first, after, scores)

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
