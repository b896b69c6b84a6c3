"""Readings of a row as words that name their reader, and what two readings of one row make together.

Two readers cut a row into words of their own. Words of both that lie above each other form a `Stretch`; between
stretches both agree that there is a space, so that a reading may take one stretch from one reader, the next
from the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.reading.decoding.words import Reading, ReadLetter
from ocr.reading.rows.evidence import RowEvidence
from ocr.reading.rows.search import RowReading

_MOST = 24  # stretches in which two readings of a row are mixed
_BESIDE = 0.3  # words share at least this part of the narrower one's width if they are of one stretch


@dataclass(frozen=True)
class ReadWord:
    """A word, and which reader read it: ``letters`` or ``rows``."""

    reader: str
    letters: tuple[ReadLetter, ...]

    @property
    def text(self) -> str:
        return "".join(letter.text for letter in self.letters)

    @property
    def left(self) -> int:
        return min(letter.box.left for letter in self.letters)

    @property
    def right(self) -> int:
        return max(letter.box.right for letter in self.letters)


Words = tuple[ReadWord, ...]


def words_of(reading: Reading | None, reader: str) -> Words:
    """The words of a reading; none where there is no reading."""
    return () if reading is None else tuple(ReadWord(reader, word) for word in reading.words())


def text_of(words: Sequence[ReadWord]) -> str:
    """The words' text, single spaces between."""
    return " ".join(word.text for word in words)


@dataclass(frozen=True)
class Stretch:
    """What each of two readers makes of one stretch of a row; one of them may see nothing there."""

    first: Words
    second: Words

    @property
    def agreed(self) -> bool:
        return text_of(self.first) == text_of(self.second)


def stretches(first: Words, second: Words) -> list[Stretch]:
    """Two readings of a row, stretch by stretch, left to right; each is the words of its stretches in turn."""
    groups: list[tuple[list[ReadWord], list[ReadWord]]] = []
    sides: tuple[Words, Words] = (first, second)
    at = [0, 0]
    right, narrow = 0, 0
    while at[0] < len(first) or at[1] < len(second):
        side = min((k for k in (0, 1) if at[k] < len(sides[k])), key=lambda k: sides[k][at[k]].left)
        word = sides[side][at[side]]
        at[side] += 1
        shared = right - word.left
        if not groups or shared < _BESIDE * min(narrow, word.right - word.left):
            groups.append(([], []))
        groups[-1][side].append(word)
        if (not groups[-1][1 - side] and len(groups[-1][side]) == 1) or word.right > right:
            right, narrow = word.right, word.right - word.left
    return [Stretch(tuple(left), tuple(other)) for left, other in groups]


def with_agreed(first: Words, second: Words) -> Words:
    """The second reading, its words from the first wherever the two read the same: those have the better boxes."""
    return tuple(
        word for part in stretches(first, second) for word in (part.first if part.agreed else part.second)
    )


def mixtures(first: Words, second: Words) -> list[Words]:
    """The first reading with one stretch from the second, and the other way round, wherever they differ."""
    parts = stretches(first, second)
    found: list[Words] = []
    for number in [number for number, part in enumerate(parts) if not part.agreed][:_MOST]:
        for side in (0, 1):
            words: Words = ()
            for place, other in enumerate(parts):
                take_first = (place == number) == (side == 1)
                words += other.first if take_first else other.second
            found.append(words)
    return found


@dataclass(frozen=True)
class Proposals:
    """What may stand in one row: K texts.

    features: (K, F) as in `ocr.reading.decide.FEATURES`. lawful: whether the texts keep to pattern and lexicon.
    letters, rows: the readers' first readings. words: of the texts whose words are known; for the others
    ``row_texts`` and ``evidence`` are kept, because to place the letters of a text takes longer than to score it.
    """

    texts: tuple[str, ...]
    features: NDArray[np.float64]
    lawful: bool
    letters: Words
    rows: Words
    words: Mapping[str, Words]
    row_texts: tuple[RowReading, ...]
    evidence: RowEvidence
