"""The letters reader: rows of letter boxes -> text, each letter classified on its own."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ocr.page import Box, Letter, Line, Word
from ocr.reading.classifier import Classifier
from ocr.reading.crops import normalise
from ocr.reading.ink import Ink
from ocr.reading.letters import Letters
from ocr.reading.lines import Row
from ocr.reading.marks import CONFIDENCE, read_marks
from ocr.reading.placement import placement, row_frame


class LetterReader:
    """Reads each connected component as one letter, without regard to its neighbours."""

    def __init__(self, classifier: Classifier, charset: Iterable[str] | None = None, alternatives: int = 3) -> None:
        """``charset``: the characters that may occur, None for all; ``alternatives``: how many to keep per letter."""
        self._classifier = classifier
        self._charset = None if charset is None else frozenset(charset)
        self._alternatives = alternatives

    def read(self, ink: Ink, letters: Letters, rows: list[Row]) -> list[Line]:
        """The text of ``rows``; boxes in pixels of ``ink``. Rows that hold nothing legible are left out."""
        order = [index for row in rows for index in row.items if not letters.mark[index]]
        probabilities = self._classify(ink, letters, rows, order)
        readings = {index: self._letter(letters, index, row) for index, row in zip(order, probabilities, strict=True)}
        lines = []
        for row in rows:
            marks = self._marks(letters, row)
            words = []
            for items in row.words:
                read = [reading for item in items for reading in (marks.get(item) or readings.get(item),) if reading]
                if read:
                    confidence = float(np.exp(np.mean(np.log([max(letter.confidence, 1e-6) for letter in read]))))
                    words.append(Word(tuple(read), confidence))
            if words:
                lines.append(Line(tuple(words)))
        return lines

    def _classify(
        self, ink: Ink, letters: Letters, rows: list[Row], order: list[int]
    ) -> NDArray[np.float32]:
        """(N, C) probabilities of the letters ``order``; where a rule was cut from a letter, the surer of two readings."""
        if not order:
            return np.zeros((0, len(self._classifier.classes)), np.float32)
        features = np.concatenate(
            [
                placement(letters.boxes[items], row_frame(letters.boxes[list(row.items)]))
                for row in rows
                if (items := [index for index in row.items if not letters.mark[index]])
            ]
        )
        touched = [position for position, index in enumerate(order) if letters.touches_rule(index, ink)]
        patches = [letters.patch(index, ink) for index in order]
        patches += [letters.patch(order[position], ink, with_rules=True) for position in touched]
        features = np.concatenate([features, features[touched]])
        probabilities = self._classifier.probabilities(normalise(patches), features, self._charset)
        count = len(order)
        for position, uncut in zip(touched, probabilities[count:], strict=True):
            if uncut.max() > probabilities[position].max():
                probabilities[position] = uncut
        return probabilities[:count]

    def _letter(self, letters: Letters, index: int, probabilities: NDArray[np.float32]) -> Letter:
        best = np.argsort(-probabilities)[: self._alternatives + 1]
        names = [(self._classifier.classes[k], float(probabilities[k])) for k in best if probabilities[k] > 0]
        text, confidence = names[0]
        return Letter(text, Box(*letters.boxes[index].tolist()), confidence, tuple(names[1:]))

    def _marks(self, letters: Letters, row: Row) -> dict[int, Letter]:
        """item -> the mark that it begins; specks, and marks outside the charset, are in no reading."""
        found = {}
        for members, text in read_marks(letters, row):
            if text and (self._charset is None or text in self._charset):
                box = Box.around(Box(*letters.boxes[member].tolist()) for member in members)
                found[members[0]] = Letter(text, box, CONFIDENCE)
        return found
