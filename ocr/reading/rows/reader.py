"""The rows reader: strips of whole rows, one network, a prefix search with the same contexts as the letters' search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr.page import Line
from ocr.reading.context_reader import line_of
from ocr.reading.decoding.constraints import LexiconContext, PatternContext
from ocr.reading.decoding.context import Anything, Context, LanguageContext
from ocr.reading.decoding.language import CharacterModel, load_language
from ocr.reading.decoding.words import Reading, ReadLetter, calibrated
from ocr.reading.ink import Ink
from ocr.reading.letters import Letters
from ocr.reading.lines import Row
from ocr.reading.rows.align import align
from ocr.reading.rows.ctc import ALPHABET
from ocr.reading.rows.evidence import RowEvidence, row_evidence
from ocr.reading.rows.network import RowNetwork
from ocr.reading.rows.search import PrefixSearch, RowReading
from ocr.reading.rows.strips import cut_strips

_NEGLIGIBLE = 1e-4
_REACH, _REACH_OF_LAW = 7.0, 14.0
_RIVALS = 4  # readings, at the least, that say how sure the first is


@dataclass(frozen=True)
class RowWeights:
    """How much the evidence counts, set on validation rows by `ocr.training.decision_weights`, kept in the card.

    language, case: multiply the logarithms of the character model and of the case model. anything: share of what
    takes every character for equally likely, mixed into the character model. letter: added for each
    letter. sharpness: multiplies the scores of readings before they are probabilities.
    letter_table, word_table: (probability said, share that was right), ascending.
    """

    language: float = 0.5
    anything: float = 0.05
    case: float = 0.6
    letter: float = 1.25
    sharpness: float = 0.8
    letter_table: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))
    word_table: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))

    @classmethod
    def from_card(cls, entry: dict[str, Any]) -> RowWeights:
        """The weights in a card; keys that this version does not know are left alone."""
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {
            key: tuple(map(tuple, value)) if key.endswith("_table") else float(value)
            for key, value in entry.items()
            if key in known
        }
        return cls(**values)


class RowsReader:
    """Reads the rows of a page with a `RowNetwork` and a search over ``alphabet``."""

    def __init__(
        self,
        network: RowNetwork,
        alphabet: Sequence[str],
        contexts: Sequence[Context] = (),
        weights: RowWeights | None = None,
        *,
        alternatives: int = 3,
    ) -> None:
        """alphabet: C characters of `ALPHABET`, no space. contexts: what text may come; the later ones are laws.

        alternatives: how many other characters to keep for each letter.
        """
        self.network = network
        self.alphabet = tuple(alphabet)
        self.contexts = tuple(contexts) or (Anything(len(self.alphabet)),)
        self.weights = weights or RowWeights()
        self._symbols = {character: k for k, character in enumerate((*self.alphabet, " "))}
        # What a pattern or a lexicon asks for may be unlikely to the network.
        reach = _REACH_OF_LAW if len(self.contexts) > 1 else _REACH
        self._search = PrefixSearch(self.alphabet, self.contexts, letter=self.weights.letter, reach=reach)
        self._alternatives = alternatives

    def read(self, ink: Ink, letters: Letters, rows: list[Row]) -> list[Line]:
        """The text of ``rows``; boxes in pixels of ``ink``. Rows that hold nothing legible are left out."""
        lines = []
        for readings in self.readings(ink, letters, rows, 1):
            if readings and readings[0].letters:
                lines.append(line_of(readings[0], self.weights.word_table, "rows"))
        return lines

    def readings(self, ink: Ink, letters: Letters, rows: list[Row], count: int) -> list[list[Reading]]:
        """For each row its ``count`` best readings, best first; boxes in pixels of ``ink``."""
        return [
            self.read_row(evidence, self.texts(evidence, max(count, _RIVALS)), count)
            for evidence in self.evidence(ink, letters, rows)
        ]

    def evidence(
        self, ink: Ink, letters: Letters, rows: list[Row], wanted: Iterable[int] | None = None
    ) -> list[RowEvidence]:
        """What the network says of the rows, or of those whose numbers are ``wanted``."""
        return row_evidence(self.network, cut_strips(ink, letters, rows, wanted), self.alphabet)

    def texts(self, evidence: RowEvidence, count: int) -> list[RowReading]:
        """The ``count`` likeliest texts of a row, best first: those that either look proposes, scored by both."""
        found: dict[tuple[int, ...], RowReading] = {}
        for logs in (evidence.logs, evidence.closer):
            for text in self._search.read(logs, count):
                found.setdefault(text.symbols, text)
        lawful = any(text.lawful for text in found.values())
        texts = [text for text in found.values() if text.lawful == lawful]
        likely = evidence.likelihoods([text.symbols for text in texts])
        scored = [
            replace(text, score=text.score - text.optical + optical, optical=optical)
            for text, optical in zip(texts, likely.tolist(), strict=True)
            if optical > -np.inf
        ]
        return sorted(scored, key=lambda text: -text.score)[:count]

    def context_scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(K,) what the contexts give whole texts, -inf where they may not come; KeyError for unknown characters."""
        return self._search.context_scores([[self._symbols[c] for c in text] for text in texts])

    def read_row(self, evidence: RowEvidence, texts: Sequence[RowReading], count: int) -> list[Reading]:
        """The first ``count`` of a row's texts with their boxes; all of them tell how sure each letter is."""
        scores = np.array([text.score for text in texts])
        shares = np.exp(self.weights.sharpness * (scores - scores.max(initial=-np.inf)))
        shares /= max(shares.sum(), _NEGLIGIBLE)
        return [self._reading(evidence, text, texts, shares) for text in texts[:count]]

    def _reading(
        self, evidence: RowEvidence, text: RowReading, texts: Sequence[RowReading], shares: np.ndarray
    ) -> Reading:
        size = len(self.alphabet)
        symbols = np.array(text.symbols, np.int64)
        if not len(symbols):
            return Reading((), text.score, text.lawful)
        found = align(evidence.logs, text.symbols)
        agreed = sum(
            (
                share * _shared(text.symbols, other.symbols)
                for other, share in zip(texts, shares, strict=True)
            ),
            np.zeros(len(symbols)),
        )
        boxes = evidence.boxes(found.spans, symbols == size)
        letters: list[ReadLetter] = []
        space = False
        for place, (symbol, box) in enumerate(zip(text.symbols, boxes, strict=True)):
            if box is None:
                space = True
                continue
            first, last = found.spans[place].tolist()
            chance = float(min(1.0, found.peaks[place]) * agreed[place])
            confidence = calibrated(chance, self.weights.letter_table) if text.lawful else 0.0
            seen = np.exp(evidence.logs[first:last, :size].max(axis=0))
            letters.append(
                ReadLetter(
                    self.alphabet[symbol],
                    box,
                    place,
                    space and bool(letters),
                    confidence,
                    chance,
                    self._rivals(seen, symbol, 1 - max(confidence, chance)),
                )
            )
            space = False
        return Reading(tuple(letters), text.score, text.lawful)

    def _rivals(self, seen: np.ndarray, symbol: int, left: float) -> tuple[tuple[str, float], ...]:
        """The likeliest other characters, sharing the probability that is ``left``."""
        others = seen.copy()
        others[symbol] = 0
        whole = max(float(others.sum()), 1.0 - float(seen[symbol]), _NEGLIGIBLE)
        best = np.argsort(-others, kind="stable")[: self._alternatives].tolist()
        return tuple(
            (self.alphabet[k], chance)
            for k in best
            if (chance := float(others[k]) / whole * left) > _NEGLIGIBLE
        )


def _shared(text: Sequence[int], other: Sequence[int]) -> np.ndarray:
    """(L,) which symbols of ``text`` also stand in ``other``: those before and after where the two differ."""
    same = np.zeros(len(text))
    least = min(len(text), len(other))
    first = next((k for k in range(least) if text[k] != other[k]), least)
    last = next((k for k in range(least - first) if text[-1 - k] != other[-1 - k]), least - first)
    same[:first] = 1
    same[len(text) - last :] = 1
    return same


def rows_reader(
    model: str | Path = "rows",
    *,
    language: str | Path | CharacterModel | None = "english",
    charset: Iterable[str] | None = None,
    pattern: str | None = None,
    lexicon: Iterable[str] | None = None,
    closed: bool = False,
    alternatives: int = 3,
    threads: int = 1,
) -> RowsReader:
    """A rows reader, all parts chosen; arguments as for `ocr.reading.context_reader.context_reader`.

    ModelError when a model cannot be used; ValueError when charset, pattern or lexicon cannot be written.
    """
    network = RowNetwork(model, threads)
    wanted = None if charset is None else frozenset(charset)
    alphabet = tuple(c for c in ALPHABET[1:] if wanted is None or c in wanted)
    if not alphabet:
        raise ValueError(f"model {network.name} has none of the characters {''.join(sorted(wanted or ()))!r}")
    weights = RowWeights.from_card(network.card.get("search", {}))
    contexts: list[Context] = [Anything(len(alphabet))]
    if language is not None:
        known = language if isinstance(language, CharacterModel) else load_language(language)
        cased = any(character.islower() for character in alphabet)
        capitals = known.settings.get("capitals") if cased else None
        contexts = [
            LanguageContext(
                alphabet, known, capitals, weights.language, weights.case, anything=weights.anything
            )
        ]
    if pattern is not None:
        contexts.append(PatternContext(alphabet, pattern))
    if lexicon is not None:
        contexts.append(LexiconContext(alphabet, lexicon, closed))
    return RowsReader(network, alphabet, contexts, weights, alternatives=alternatives)
