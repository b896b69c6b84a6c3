"""The likeliest texts of a row: CTC prefix beam search with the contexts of `ocr.reading.decoding.context`.

Hypotheses are texts, not paths: each carries the probability of all paths that spell it so far, in two parts,
those that end in a blank and those that end in its last letter, because a letter is repeated only after a
blank. All hypotheses take a column of the row at once, as arrays.

Sources: A. Graves, N. Jaitly, "Towards end-to-end speech recognition with recurrent neural networks", ICML
2014; A. Y. Hannun et al., "First-pass large vocabulary continuous speech recognition using bi-directional
recurrent DNNs", 2014 (prefix search with a language model).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ocr.reading.decoding.context import Anything, Context
from ocr.reading.decoding.places import Places

_NONE = -1  # last symbol of the empty text


@dataclass(frozen=True, slots=True)
class RowReading:
    """A text that a row may say.

    symbols: numbers in the search's alphabet, its size standing for the space, as `ctc_align` takes them.
    score: natural logarithm of network and context together, comparable between readings of one row.
    optical: what the network alone contributed. lawful: whether it keeps to the pattern and the lexicon;
    if nothing does, the row is read without them.
    """

    text: str
    symbols: tuple[int, ...]
    score: float
    optical: float
    lawful: bool = True


class _Texts:
    """The texts met in a search, as a trie: text k is text ``parents[k]`` and then ``symbols[k]``."""

    def __init__(self) -> None:
        self.parents = [-1]
        self.symbols = [_NONE]
        self._longer: dict[tuple[int, int], int] = {}

    def longer(self, text: int, symbol: int) -> int:
        """The number of ``text`` with ``symbol`` added."""
        number = self._longer.setdefault((text, symbol), len(self.parents))
        if number == len(self.parents):
            self.parents.append(text)
            self.symbols.append(symbol)
        return number

    def spelled(self, text: int) -> tuple[int, ...]:
        symbols = []
        while text:
            symbols.append(self.symbols[text])
            text = self.parents[text]
        return tuple(reversed(symbols))


@dataclass
class _Beam:
    """B hypotheses. texts, parents: numbers in `_Texts`. last: last symbols.

    blank, solid: logarithms of the paths that end in a blank and in the last symbol. context: what the
    contexts gave. places: where in the contexts they are.
    """

    texts: NDArray[np.int64]
    parents: NDArray[np.int64]
    last: NDArray[np.int64]
    blank: NDArray[np.float64]
    solid: NDArray[np.float64]
    context: NDArray[np.float64]
    places: NDArray[np.int64]

    @property
    def optical(self) -> NDArray[np.float64]:
        return np.logaddexp(self.blank, self.solid)


class PrefixSearch:
    """Reads rows over one alphabet in one context."""

    def __init__(
        self,
        alphabet: Sequence[str],
        contexts: Sequence[Context] = (),
        *,
        letter: float = 0.0,
        beam: int = 16,
        width: float = 14.0,
        reach: float = 14.0,
    ) -> None:
        """alphabet: C characters, without the space, in the order of the logs.

        contexts: what text may come, over the same alphabet; the search heeds all of them. If no text keeps
        to the later ones (pattern, lexicon), a row is read with the first alone. letter: added for each
        letter read; makes up for what the contexts take for each. beam: hypotheses kept at a column. width:
        those worse than the best by more than this are dropped. reach: symbols less likely than a column's best
        by more than this are not tried there.
        """
        self._alphabet = tuple(alphabet)
        contexts = tuple(contexts) or (Anything(len(alphabet)),)
        self._context = Places(contexts)
        self._relaxed = Places(contexts[:1]) if len(contexts) > 1 else None
        self._letter = letter
        self._beam = beam
        self._width = width
        self._reach = reach
        self._slot = np.full(len(self._alphabet) + 2, -1)

    def read(self, logs: NDArray[np.float64], count: int = 1) -> list[RowReading]:
        """The ``count`` likeliest texts of a row, best first; fewer where no more were kept.

        logs: (T, C + 2) from `ocr.reading.rows.ctc.log_probabilities`. No text begins or ends with a space or has
        two in a row. Empty when no text has any probability.
        """
        readings = self._search(logs, self._context, True)
        if not readings and self._relaxed is not None:
            readings = self._search(logs, self._relaxed, False)
        return readings[:count]

    def context_scores(self, texts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        """(K,) what the contexts alone give whole texts, natural logarithms; texts: numbers of symbols."""
        contexts, size = self._context, len(self._alphabet)
        longest = max(map(len, texts), default=0)
        # After its end a text goes on with nothing, whose score is not counted.
        symbols = np.full((longest + 1, len(texts)), size + 1)
        counted = np.zeros(symbols.shape, np.bool_)
        for k, text in enumerate(texts):
            symbols[: len(text), k] = text
            counted[: len(text) + 1, k] = True
        total = np.zeros(len(texts))
        places = np.full(len(texts), contexts.start())
        for following, counts in zip(symbols, counted, strict=True):
            scores = contexts.scores(places)[np.arange(len(texts)), following]
            total[counts] += scores[counts]
            places = contexts.step(places, following)
        return total

    def _search(self, logs: NDArray[np.float64], places: Places, lawful: bool) -> list[RowReading]:
        texts = _Texts()
        nothing = np.zeros(1, np.int64)
        beam = _Beam(
            nothing,
            nothing - 1,
            nothing + _NONE,
            np.zeros(1),
            np.full(1, -np.inf),
            np.zeros(1),
            np.array([places.start()]),
        )
        tried = logs[:, :-1] >= logs.max(axis=1, keepdims=True) - self._reach
        symbols = np.split(tried.nonzero()[1], tried.sum(axis=1).cumsum())  # and an empty rest
        for column, likely in zip(logs, symbols[:-1], strict=True):
            if len(likely):
                beam = self._advance(beam, column, likely, texts, places)
            else:
                beam = self._wait(beam, column)
        return self._finish(beam, texts, places, lawful)

    def _advance(
        self,
        beam: _Beam,
        column: NDArray[np.float64],
        symbols: NDArray[np.int64],
        texts: _Texts,
        places: Places,
    ) -> _Beam:
        """Take one column: every hypothesis stays as it is or grows by one of ``symbols``; the best are kept."""
        size, count = len(self._alphabet), len(beam.texts)
        slot = self._slot  # of each symbol in ``symbols``; _NONE finds the blank's, which has none
        slot[symbols] = np.arange(len(symbols))
        again = slot[beam.last]  # a last symbol that is read once more needs a blank before it
        optical = beam.optical
        grown = optical[:, None] + column[symbols]  # (B, S)
        repeated = (again >= 0).nonzero()[0]
        grown[repeated, again[repeated]] = beam.blank[repeated] + column[beam.last[repeated]]
        if slot[size] >= 0:
            grown[(beam.last == size) | (beam.last == _NONE), slot[size]] = -np.inf
        slot[symbols] = -1
        blank = optical + column[-1]
        solid = self._again(beam, column)
        # Where a text and the same text with one symbol more are both in the beam, the paths meet again.
        longer, shorter = (beam.parents[:, None] == beam.texts).nonzero()
        if len(longer):
            met = again[longer] >= 0
            longer, shorter = longer[met], shorter[met]
            solid[longer] = np.logaddexp(solid[longer], grown[shorter, again[longer]])
            grown[shorter, again[longer]] = -np.inf

        gain = places.scores(beam.places)[:, symbols].astype(np.float64)
        gain += self._letter * (symbols < size)
        gain += beam.context[:, None]
        ranks = np.concatenate([np.logaddexp(blank, solid) + beam.context, (grown + gain).ravel()])
        kept = ((ranks >= ranks.max() - self._width) & (ranks > -np.inf)).nonzero()[0]
        kept = kept[np.argsort(-ranks[kept], kind="stable")[: self._beam]]
        stay, grow = kept[kept < count], kept[kept >= count] - count
        rows, picks = np.divmod(grow, len(symbols))
        added = symbols[picks]
        fresh = [
            texts.longer(text, symbol)
            for text, symbol in zip(beam.texts[rows].tolist(), added.tolist(), strict=True)
        ]
        return _Beam(
            np.concatenate([beam.texts[stay], np.array(fresh, np.int64)]),
            np.concatenate([beam.parents[stay], beam.texts[rows]]),
            np.concatenate([beam.last[stay], added]),
            np.concatenate([blank[stay], np.full(len(grow), -np.inf)]),
            np.concatenate([solid[stay], grown[rows, picks]]),
            np.concatenate([beam.context[stay], gain[rows, picks]]),
            np.concatenate([beam.places[stay], places.step(beam.places[rows], added)]),
        )

    def _wait(self, beam: _Beam, column: NDArray[np.float64]) -> _Beam:
        """Take a column that is blank: all hypotheses stay as they are."""
        return replace(beam, blank=beam.optical + column[-1], solid=self._again(beam, column))

    @staticmethod
    def _again(beam: _Beam, column: NDArray[np.float64]) -> NDArray[np.float64]:
        """(B,) the paths that stay in their last symbol for ``column``."""
        solid = beam.solid + column[beam.last]
        solid[beam.last == _NONE] = -np.inf
        return solid

    def _finish(self, beam: _Beam, texts: _Texts, places: Places, lawful: bool) -> list[RowReading]:
        """The hypotheses as readings, best first; a text with and without a space at its end is one."""
        size = len(self._alphabet)
        ends = places.scores(beam.places)[:, size + 1].astype(np.float64)
        optical = beam.optical
        found: dict[tuple[int, ...], tuple[float, float]] = {}
        for text, score, seen in zip(
            beam.texts.tolist(), (optical + beam.context + ends).tolist(), optical.tolist(), strict=True
        ):
            if score == -np.inf:
                continue
            symbols = texts.spelled(text)
            symbols = symbols[:-1] if symbols[-1:] == (size,) else symbols
            before = found.get(symbols, (-np.inf, -np.inf))
            found[symbols] = (float(np.logaddexp(before[0], score)), float(np.logaddexp(before[1], seen)))
        spelling = (*self._alphabet, " ")
        readings = [
            RowReading("".join(spelling[k] for k in symbols), symbols, score, seen, lawful)
            for symbols, (score, seen) in found.items()
        ]
        return sorted(readings, key=lambda reading: -reading.score)
