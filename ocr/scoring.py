"""How wrong a reading is: character and word error rates over one page or a group of pages.

An error rate is total Levenshtein distance over total length of the transcriptions, so that a group's
rate is that of its pages laid end to end and a long page weighs more than a short one. It may exceed 1.
Lines are joined by single spaces first: where a line ends is layout, not reading.

    folded    (a)  characters, upper and lower case alike, spaces and punctuation count
    letters   (b)  characters, upper and lower case alike, letters and digits only
    exact     (c)  characters as they are
    words          whole words as they are

Quotation marks, dashes and accents are compared as they are: a curly quote is not a straight one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np


def levenshtein(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """The least number of insertions, deletions and substitutions that turn ``a`` into ``b``.

    Two strings are compared by character, two lists of words by word. O(len(a) * len(b)) time,
    O(len(b)) memory. Source: Wagner and Fischer, The String-to-String Correction Problem, 1974.
    """
    codes: dict[Hashable, int] = {}
    first = [codes.setdefault(item, len(codes)) for item in a]
    second = np.array([codes.setdefault(item, len(codes)) for item in b], np.int64)
    ramp = np.arange(len(second) + 1)
    row = ramp
    for index, code in enumerate(first, 1):
        best = np.minimum(row[1:] + 1, row[:-1] + (second != code))
        # An insertion continues its own row: row[j] = min over k <= j of best[k] + (j - k). Without the
        # ramp that is a running minimum, which NumPy computes for the whole row at once.
        row = np.minimum.accumulate(np.concatenate(([index], best)) - ramp) + ramp
    return int(row[-1])


@dataclass(frozen=True, slots=True)
class Errors:
    """``distance``: wrong characters or words; ``length``: those in the transcription."""

    distance: int = 0
    length: int = 0

    @property
    def rate(self) -> float:
        """distance / length; against an empty transcription the distance itself, so that 0 stays 0."""
        return self.distance / max(self.length, 1)

    def __add__(self, other: Errors) -> Errors:
        return Errors(self.distance + other.distance, self.length + other.length)


@dataclass(frozen=True, slots=True)
class Score:
    """The errors of a page, or of a group of pages, by the definitions at the top of this file."""

    folded: Errors = Errors()
    letters: Errors = Errors()
    exact: Errors = Errors()
    words: Errors = Errors()

    def __add__(self, other: Score) -> Score:
        return Score(
            self.folded + other.folded,
            self.letters + other.letters,
            self.exact + other.exact,
            self.words + other.words,
        )

    def to_dict(self) -> dict[str, float | int]:
        """Rates rounded to six places, and the counts of the exact definition that they can be checked by."""
        return {
            "cer_folded": round(self.folded.rate, 6),
            "cer_letters": round(self.letters.rate, 6),
            "cer_exact": round(self.exact.rate, 6),
            "wer": round(self.words.rate, 6),
            "distance": self.exact.distance,
            "length": self.exact.length,
        }


def score(truth: str, reading: str) -> Score:
    """Compare one page's reading with its transcription, both of any number of lines."""
    truth, reading = one_line(truth), one_line(reading)
    truth_folded, reading_folded = truth.casefold(), reading.casefold()
    return Score(
        folded=_errors(truth_folded, reading_folded),
        letters=_errors(alphanumeric(truth_folded), alphanumeric(reading_folded)),
        exact=_errors(truth, reading),
        words=_errors(truth.split(), reading.split()),
    )


def total(scores: Iterable[Score]) -> Score:
    """The score of several pages as one group."""
    return sum(scores, Score())


def one_line(text: str) -> str:
    """The text with every run of white space, line ends included, made one space."""
    return " ".join(text.split())


def alphanumeric(text: str) -> str:
    """The letters and digits of the text, of any script."""
    return "".join(filter(str.isalnum, text))


def _errors(truth: Sequence[Hashable], reading: Sequence[Hashable]) -> Errors:
    return Errors(levenshtein(truth, reading), len(truth))
