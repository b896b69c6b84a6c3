"""Two readers, one decision: what each proposes for a row is scored by both, and the best is taken.

A proposal is one of the best readings of either reader, or a mixture of their first ones, stretch by stretch. Its
score is linear in what the letters' candidates, the row's columns, the contexts and the gaps between letters say
of it, in how long it is, and in whether it is the first choice of a reader; the weights were learned on rows of
held-out writers (`ocr.training.decision_weights`). Rows that the letters reader is certain of are not shown to the
rows reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr.errors import ModelError
from ocr.page import Box, Letter, Line, Word
from ocr.reading.beliefs import BELIEFS, beliefs
from ocr.reading.context_reader import ContextReader, line_of
from ocr.reading.decoding.lattice import Lattice
from ocr.reading.decoding.words import Reading, Weights, calibrated
from ocr.reading.forced import lattice_scores
from ocr.reading.ink import Ink
from ocr.reading.letters import Letters
from ocr.reading.lines import Row
from ocr.reading.proposals import Proposals, ReadWord, Words, mixtures, text_of, with_agreed, words_of
from ocr.reading.rows.evidence import RowEvidence
from ocr.reading.rows.reader import RowsReader

FEATURES = ("letters", "rows", "context", "gaps", "length", "first of letters", "first of rows")
_PROPOSALS = 4  # of each reader
_NEVER = -1e4
# What is shown to the rows reader at the most, in candidate letters of a row and of a page: the time it takes grows
# faster than a row, and a picture of gravel is all doubt.
_LONGEST, _MOST = 1000, 8000


@dataclass(frozen=True)
class DecisionWeights:
    """Learned by `ocr.training.decision_weights`, kept in the rows model's card for each model of letters.

    features: weight of each of `FEATURES`. beliefs: weight of each of `ocr.reading.beliefs.BELIEFS` in the logit
    of a letter's confidence. certain: rows with a `certainty` of this are left to the letters reader. word_table:
    (product of the letters' confidences, share of words that was right), ascending.
    """

    features: tuple[float, ...] = (0.5, 1.0, 1.0, 0.8, 2.0, 0.5, 0.5)
    beliefs: tuple[float, ...] = (0.0, 0.5, 0.5, 0.3, 0.3, 0.0)
    certain: float = 0.99
    word_table: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))

    @classmethod
    def from_card(cls, entry: dict[str, Any]) -> DecisionWeights:
        """The weights in a card; keys that this version does not know are left alone.

        ModelError when there are too few or too many.
        """
        values: dict[str, Any] = {
            field.name: entry[field.name] for field in fields(cls) if field.name in entry
        }
        for name, meant in (("features", FEATURES), ("beliefs", BELIEFS)):
            if name in values:
                values[name] = tuple(float(weight) for weight in values[name])
                if len(values[name]) != len(meant):
                    raise ModelError(
                        f"the rows model's card: key 'decisions' has {len(values[name])} {name}, this version "
                        f"{len(meant)}; learn them again (python -m ocr.training.decision_weights)"
                    )
        if "word_table" in values:
            values["word_table"] = tuple((float(a), float(b)) for a, b in values["word_table"])
        return cls(**values)


class DecidingReader:
    """Reads rows with both readers."""

    def __init__(
        self, letters: ContextReader, rows: RowsReader, weights: DecisionWeights | None = None
    ) -> None:
        """The two readers must have been made with the same charset, pattern and lexicon."""
        self._letters = letters
        self._rows = rows
        self.weights = weights or DecisionWeights()

    def read(self, ink: Ink, letters: Letters, rows: list[Row]) -> list[Line]:
        """The text of ``rows``; boxes in pixels of ``ink``. Rows that hold nothing legible are left out."""
        decoder = self._letters.decoder
        lattices = self._letters.lattices(ink, letters, rows)
        found = [decoder.decode(lattice, _PROPOSALS) for lattice in lattices]
        doubtful = self._doubtful(found, lattices)
        evidence = self._rows.evidence(ink, letters, rows, doubtful) if doubtful else []
        decided = {
            number: self._decide(self.propose(lattices[number], found[number], seen))
            for number, seen in zip(doubtful, evidence, strict=True)
        }
        lines = []
        for number, readings in enumerate(found):
            if number not in decided:
                if readings and readings[0].letters:  # rows that are too long may hold nothing
                    lines.append(line_of(readings[0], decoder.weights.word_table))
            elif decided[number]:
                lines.append(Line(decided[number]))
        return lines

    def _doubtful(self, found: Sequence[Sequence[Reading]], lattices: Sequence[Lattice]) -> list[int]:
        """The rows to show to the rows reader: those that are not certain, the least certain if there are too many."""
        sure = [
            certainty(readings, lattice, self._letters.decoder.weights)
            for readings, lattice in zip(found, lattices, strict=True)
        ]
        doubtful = []
        left = _MOST
        for number in sorted(range(len(sure)), key=sure.__getitem__):
            size = len(lattices[number].starts)
            if sure[number] < max(self.weights.certain, 0) and size <= min(_LONGEST, left):
                doubtful.append(number)
                left -= size
        return sorted(doubtful)

    def propose(self, lattice: Lattice, by_letters: Sequence[Reading], evidence: RowEvidence) -> Proposals:
        """All that may stand in a row, with what both readers say of it.

        by_letters: the letters reader's best readings of ``lattice``.
        """
        row_texts = tuple(self._rows.texts(evidence, _PROPOSALS))
        by_rows = self._rows.read_row(evidence, row_texts, 1)
        first = words_of(by_letters[0], "letters") if by_letters else ()
        second = with_agreed(first, words_of(by_rows[0], "rows")) if by_rows else ()
        every = [words_of(reading, "letters") for reading in by_letters]
        every += [second, *mixtures(first, second), ()]
        words: dict[str, Words] = {}
        for each in every:
            words.setdefault(text_of(each), each)
        texts = list(dict.fromkeys([*words, *(text.text for text in row_texts)]))
        features, lawful = self._features(texts, (text_of(first), text_of(second)), lattice, evidence)
        kept = np.flatnonzero((features[:, 2] > _NEVER) | (not lawful))
        return Proposals(
            tuple(texts[k] for k in kept.tolist()),
            features[kept],
            lawful,
            first,
            second,
            words,
            row_texts,
            evidence,
        )

    def words(self, proposals: Proposals, number: int) -> Words:
        """The words of one of the proposals, with their boxes."""
        text = proposals.texts[number]
        if text in proposals.words:
            return proposals.words[text]
        ordered = sorted(proposals.row_texts, key=lambda each: each.text != text)
        reading = self._rows.read_row(proposals.evidence, ordered, 1)[0]
        return with_agreed(proposals.letters, words_of(reading, "rows"))

    def _features(
        self, texts: list[str], firsts: tuple[str, str], lattice: Lattice, evidence: RowEvidence
    ) -> tuple[NDArray[np.float64], bool]:
        """(K, F) features; whether any text is lawful: if none is, the contexts say nothing."""
        rows = self._rows
        column = {character: k for k, character in enumerate((*rows.alphabet, " "))}
        spelled = [[column[character] for character in text] for text in texts]
        context = rows.context_scores(texts)
        lawful = bool((context > _NEVER).any())
        weights = self._letters.decoder.weights
        without, together = (
            lattice_scores(lattice, texts, self._letters.alphabet, replace(weights, space=space))
            for space in (0.0, 1.0)
        )
        features = np.stack(
            [
                without,
                np.maximum(evidence.likelihoods(spelled), _NEVER),
                np.maximum(context, _NEVER) if lawful else np.zeros(len(texts)),
                together - without,
                [len(text.replace(" ", "")) for text in texts],
                *([text == first for text in texts] for first in firsts),
            ],
            axis=1,
        )
        return features, lawful

    def _decide(self, proposals: Proposals) -> tuple[Word, ...]:
        scores = proposals.features @ np.array(self.weights.features)
        best = int(scores.argmax())
        words = self.words(proposals, best)
        if not words:
            return ()
        if proposals.lawful:
            said = beliefs(proposals, words, scores)
            chances = 1 / (1 + np.exp(-said @ np.array(self.weights.beliefs)))
        else:
            chances = np.zeros(sum(len(word.letters) for word in words))
        sure = iter(chances.tolist())
        return tuple(
            _word(word, [next(sure) for _ in word.letters], self.weights.word_table) for word in words
        )


def certainty(found: Sequence[Reading], lattice: Lattice, weights: Weights) -> float:
    """How sure the letters reader is of the letter and of the gap that it is least sure of; -1 without lawful letters.

    found: the best readings of ``lattice``. weights: of the letters reader's search.
    """
    if not found or not found[0].lawful or not found[0].letters:
        return -1.0
    gaps = np.abs(lattice.spaces[1:-1][np.isfinite(lattice.spaces[1:-1])]) * weights.space
    least = 1 / (1 + np.exp(-float(gaps.min(initial=np.inf))))
    return min(least, *(letter.chance for letter in found[0].letters))


def _word(word: ReadWord, chances: list[float], table: tuple[tuple[float, float], ...]) -> Word:
    product = float(np.prod(chances))
    letters = []
    for letter, chance in zip(word.letters, chances, strict=True):
        # The alternatives share what the letter leaves, as much of it as its reader gave them.
        left = (1 - chance) / max(1 - letter.confidence, 1e-6)
        others = tuple((text, min(chance, p * left, 1.0)) for text, p in letter.alternatives)
        letters.append(Letter(letter.text, Box(*letter.box), chance, others))
    return Word(tuple(letters), calibrated(product, table) if product else 0.0, word.reader)
