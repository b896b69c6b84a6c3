"""Which way up a page is: sheets lie sideways under a phone, and upside down in a scanner.

The reading itself is the judge. What is read the right way up is read with confidence, whatever the hand;
nonsense is not. So a page whose reading is sure is upright, and nothing more is asked. Where it leaves doubt,
`clues` say which of the other three quarter turns are worth a look, and some of the rows are read in those. A page
is turned only when all evidence together is strong, since few letters may read well either way up: 09:60.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from ocr.page import Line
from ocr.reading.classifier import Classifier
from ocr.reading.clues import column_share, likeness
from ocr.reading.ink import Ink
from ocr.reading.letters import Letters
from ocr.reading.lines import Row

ROTATIONS = ("auto", "0", "90", "180", "270")

# The mean confidence with which pages are read upright and hardly ever otherwise: _SURE; of N letters, of which few are
# right by chance, _NEVER + _FEW / root(N) will do.
_SURE, _NEVER, _FEW = 0.95, 0.82, 0.6
_HARDLY = 0.85  # mean confidence that is hardly reached the wrong way up, but by a few letters
_FEWEST = 4  # letters found, and read: a page with fewer is left as it is
_JOINED = 3  # letters that one component may turn out to be, in joined writing, on average
_SAMPLE = 60  # letters whose rows are read to judge a turn
_MANY = 12  # letters read surely that leave no doubt about a turn
# The evidence for a turn is its gain in mean confidence and the clues, each weighted by the root of the number of
# letters behind it, since what is compared are means. No upright page or word that we looked at comes above 0.22.
_ENOUGH = 0.45
_ALONE = 0.6  # evidence of its letters alone for which a page in columns is not read as it stands
_CROPS, _COLUMNS = 0.3, 0.2  # weights of the clues
_MOST_COLUMNS = 16  # letters that count for the clue of columns: neighbours are alike


@dataclass(frozen=True, slots=True)
class View:
    """What is found on a page turned clockwise by ``rotation``; ``ink.to_source`` leads to the page as it came."""

    rotation: int
    ink: Ink
    letters: Letters
    rows: list[Row]


class RowsReading(Protocol):
    """What reads the rows of a page: the letters reader, the rows reader, or the two together."""

    def read(self, ink: Ink, letters: Letters, rows: list[Row]) -> list[Line]:
        """The text of ``rows``; boxes in pixels of ``ink``. Rows that hold nothing legible are left out."""


class Trust(NamedTuple):
    """Mean confidence of the letters of a reading, and how many they are."""

    mean: float
    letters: int

    @staticmethod
    def of(lines: Iterable[Line]) -> Trust:
        """That of ``lines``."""
        sure = [letter.confidence for line in lines for word in line.words for letter in word.letters]
        return Trust(sum(sure) / max(len(sure), 1), len(sure))

    @property
    def sure(self) -> bool:
        """Whether this is what a page gives the right way up."""
        return self.letters > 0 and self.mean >= min(_SURE, _NEVER + _FEW / self.letters**0.5)

    def gain(self, before: float) -> float:
        """Evidence for this reading against one of mean confidence ``before``."""
        return float((self.mean - before) * min(self.letters, _SAMPLE) ** 0.5)


class Orienter:
    """Reads pages the right way up."""

    def __init__(
        self, rows: RowsReading, classifier: Classifier | None, charset: Iterable[str] | None = None
    ) -> None:
        """classifier: of letters, for its clue; None for none. charset: the characters that may occur, None for all."""
        self._rows = rows
        self._classifier = classifier
        self._allowed = None if classifier is None or charset is None else classifier.allowed(charset)

    def read(self, look: Callable[[int], View]) -> tuple[View, list[Line]]:
        """The page in its right turn, and its lines. look: what is found on it turned clockwise by so many degrees."""
        view = look(0)
        few = np.count_nonzero(~view.letters.mark) < _FEWEST
        columns = column_share(view.letters)
        lines = None
        if few or columns <= 0.5:
            lines = self._read(view)
            if few or Trust.of(lines).sure:
                return view, lines
        best, read = self._better(view, lines, columns, look)
        return best, self._read(best) if read is None else read

    def _better(
        self, view: View, lines: list[Line] | None, columns: float, look: Callable[[int], View]
    ) -> tuple[View, list[Line] | None]:
        """The page in the turn that all speaks for, ``view`` unless that is another, and its lines if they were read.

        lines: those of ``view``; None if it was not read yet.
        """
        crops = self._crops(view)
        found = int(np.count_nonzero(~view.letters.mark))
        sideways = _COLUMNS * (columns - 0.5) * min(found, _MOST_COLUMNS) ** 0.5
        clues = {turn: clue + (0.0 if turn == 180 else sideways) for turn, clue in crops.items()}
        if lines is not None:
            before = Trust.of(lines)
        elif max(crops.values()) >= _ALONE:
            before = Trust(_HARDLY, 0)  # its letters alone say so: it need not be read as it stands
        else:
            before, lines = self._sample(view)  # a list of single letters stands in a column, too
            if before.sure:
                return view, lines
        best, read, most = view, lines, _ENOUGH
        for turn, clue in sorted(clues.items(), key=lambda entry: -entry[1]):
            if clue + Trust(1.0, _JOINED * found).gain(before.mean) < most:
                break  # not even a perfect reading would do
            turned = look(turn)
            trust, sample = self._sample(turned)
            evidence = clue + trust.gain(before.mean)
            if trust.sure and trust.letters >= _FEWEST and evidence >= most:
                best, read, most = turned, sample, evidence
                if trust.letters >= _MANY:
                    break
        return best, read

    def _crops(self, view: View) -> dict[int, float]:
        """What the look of its single letters says for turning the page by so many degrees."""
        if self._classifier is None:
            return dict.fromkeys((90, 180, 270), 0.0)
        like, count = likeness(self._classifier, self._allowed, view.ink, view.letters)
        return {turn: _CROPS * (like[turn] - like[0]) * count**0.5 for turn in (90, 180, 270)}

    def _read(self, view: View) -> list[Line]:
        return self._rows.read(view.ink, view.letters, view.rows)

    def _sample(self, view: View) -> tuple[Trust, list[Line] | None]:
        """How well rows from all over the page read, of about `_SAMPLE` letters; the lines if these are all rows."""
        step = max(1, sum(len(row.items) for row in view.rows) // _SAMPLE)
        lines = self._rows.read(view.ink, view.letters, view.rows[::step])
        return Trust.of(lines), lines if step == 1 else None
