"""The letters reader in context: candidates of every row, classified in one batch, decided together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr.page import Box, Letter, Line, Word
from ocr.reading.classifier import Classifier
from ocr.reading.constraints import LexiconContext, PatternContext
from ocr.reading.context import Anything, Context, LanguageContext
from ocr.reading.crops import normalise
from ocr.reading.cuts import Candidates, Piece, candidates
from ocr.reading.ink import Ink
from ocr.reading.language import load_language
from ocr.reading.lattice import Lattice
from ocr.reading.letters import Letters
from ocr.reading.lines import Row
from ocr.reading.marks import read_marks
from ocr.reading.placement import placement, row_frame
from ocr.reading.spacing import borders
from ocr.reading.words import Decoder, Reading, ReadLetter, Weights, calibrated

MARKS = ".,:;-_='\""  # what `read_marks` tells apart, for classifiers without such classes
_DOUBT = 0.004  # part of the probability that no classifier can be sure of: shared by all characters
_LOWEST = 1e-9


class ContextReader:
    """Reads the rows of a page with a classifier and a decoder over `alphabet_of` its classes."""

    def __init__(
        self,
        classifier: Classifier,
        decoder: Decoder,
        charset: Iterable[str] | None = None,
        *,
        oversegment: bool = True,
    ) -> None:
        """charset: the characters that may occur, None for all. oversegment: whether to cut and join."""
        self._classifier = classifier
        self._decoder = decoder
        self._alphabet = alphabet_of(classifier)
        self._charset = None if charset is None else frozenset(charset)
        self._oversegment = oversegment
        self._reads_marks = set(MARKS) <= set(classifier.classes)
        columns = {character: column for column, character in enumerate(self._alphabet)}
        self._columns = np.array([columns.get(name, -1) for name in classifier.classes])
        self._mark_columns = columns

    def read(self, ink: Ink, letters: Letters, rows: list[Row]) -> list[Line]:
        """The text of ``rows``; boxes in pixels of ``ink``. Rows that hold nothing legible are left out."""
        lines = []
        for readings in self.readings(ink, letters, rows, 1):
            if readings and readings[0].letters:
                lines.append(_line(readings[0], self._decoder.weights.word_table))
        return lines

    def readings(self, ink: Ink, letters: Letters, rows: list[Row], count: int) -> list[list[Reading]]:
        """For each row its ``count`` best readings, best first."""
        return [self._decoder.decode(lattice, count) for lattice in self.lattices(ink, letters, rows)]

    def lattices(self, ink: Ink, letters: Letters, rows: list[Row]) -> list[Lattice]:
        """The rows' lattices, with what the classifier says; the classifier is asked once for all."""
        found = [self._candidates(ink, letters, row) for row in rows]
        logs, noise = self._classify(ink, letters, rows, found)
        gaps = [np.asarray(each.gaps[1:-1][np.isfinite(each.gaps[1:-1])], np.float64) for each, _, _ in found]
        lattices, at = [], 0
        for (each, _, marks), border in zip(found, borders(gaps), strict=True):
            end = at + len(each.starts)
            row_logs, row_noise = logs[at:end], noise[at:end]
            for arc, piece in enumerate(each.pieces.tolist()):
                if piece in marks:
                    row_logs[arc], row_noise[arc] = self._mark(marks[piece])
            lattices.append(each.lattice(row_logs, row_noise, border))
            at = end
        return lattices

    def _candidates(
        self, ink: Ink, letters: Letters, row: Row
    ) -> tuple[Candidates, list[int], dict[int, str]]:
        """A row's candidates, the letter that each piece begins with, and the marks among the pieces."""
        items, marks = list(row.items), {}
        groups: dict[int, tuple[int, ...]] = {item: (item,) for item in items}
        if not self._reads_marks:
            for members, text in read_marks(letters, row):
                for member in members:
                    groups.pop(member, None)
                if text and text in self._mark_columns and (self._charset is None or text in self._charset):
                    groups[members[0]] = members
                    marks[members[0]] = text
        firsts = [item for item in items if item in groups]
        pieces = [_piece(ink, letters, groups[item]) for item in firsts]
        each = candidates(pieces, row.height, letters.pen, oversegment=self._oversegment)
        return each, firsts, {firsts.index(item): text for item, text in marks.items()}

    def _classify(
        self,
        ink: Ink,
        letters: Letters,
        rows: list[Row],
        found: list[tuple[Candidates, list[int], dict[int, str]]],
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(A, C) log-probabilities of the alphabet and (A,) of "no letter", over the arcs of all rows."""
        size = len(self._alphabet)
        if not found:
            return np.zeros((0, size), np.float32), np.zeros(0, np.float32)
        patches = [patch for each, _, _ in found for patch in each.patches]
        features = np.concatenate(
            [
                placement(each.boxes, row_frame(letters.boxes[list(row.items)]))
                for row, (each, _, _) in zip(rows, found, strict=True)
            ]
        )
        touched, uncut = [], []
        at = 0
        for each, firsts, _ in found:
            for arc, piece in enumerate(each.pieces.tolist()):
                if piece >= 0 and letters.touches_rule(firsts[piece], ink):
                    touched.append(at + arc)
                    uncut.append(letters.patch(firsts[piece], ink, with_rules=True))
            at += len(each.starts)
        chances = self._classifier.probabilities(
            normalise([*patches, *uncut]), np.concatenate([features, features[touched]]), self._charset
        )
        for arc, other in zip(touched, chances[at:], strict=True):
            if other.max() > chances[arc].max():
                chances[arc] = other
        chances = chances[:at]
        known = self._columns >= 0
        spread = np.zeros((at, size), np.float32)
        spread[:, self._columns[known]] = chances[:, known]
        allowed = np.isin(np.arange(size), self._columns[known])
        if self._charset is not None:
            allowed &= np.array([character in self._charset for character in self._alphabet])
        letter = spread.sum(1, keepdims=True)
        spread = np.where(
            allowed, spread * (1 - _DOUBT) + letter * np.float32(_DOUBT / max(allowed.sum(), 1)), 0
        )
        with np.errstate(divide="ignore"):
            logs = np.where(allowed, np.log(np.maximum(spread, _LOWEST)), -np.inf).astype(np.float32)
        noise = np.full(at, -np.inf, np.float32)
        if "" in self._classifier.classes:
            noise = np.log(np.maximum(chances[:, self._classifier.classes.index("")], 1e-4))
        return logs, noise

    def _mark(self, text: str) -> tuple[NDArray[np.float32], float]:
        logs = np.full(len(self._alphabet), -np.inf, np.float32)
        logs[self._mark_columns[text]] = 0.0
        return logs, -1.0


def context_reader(
    classifier: Classifier,
    *,
    language: str | Path | None = "english",
    charset: Iterable[str] | None = None,
    pattern: str | None = None,
    lexicon: Iterable[str] | None = None,
    closed: bool = False,
    alternatives: int = 3,
) -> ContextReader:
    """A reader for ``classifier``, all parts chosen.

    language: name or path of a language model; None reads what the classifier says (``--no-context``), each
    component one letter. charset: characters that may occur. pattern: see `ocr.reading.constraints`.
    lexicon: words to prefer, or, if ``closed``, the only ones there are.

    ModelError when the language model cannot be used; ValueError when the classifier has none of the
    characters that pattern, lexicon or charset need.
    """
    alphabet = alphabet_of(classifier)
    contexts: list[Context] = []
    weights = Weights()
    if language is not None:
        model = load_language(language)
        search = model.settings.get("search", {})
        weights = Weights.from_card(search.get(classifier.name, {}))
        cased = any(character.islower() for character in alphabet)
        contexts.append(
            LanguageContext(
                alphabet,
                model,
                model.settings.get("capitals") if cased else None,
                weights.language,
                weights.case,
            )
        )
    else:
        contexts.append(Anything(len(alphabet)))
    if pattern is not None:
        contexts.append(PatternContext(alphabet, pattern))
    if lexicon is not None:
        contexts.append(LexiconContext(alphabet, lexicon, closed))
    decoder = Decoder(alphabet, contexts, weights, alternatives=alternatives)
    return ContextReader(classifier, decoder, charset, oversegment=language is not None)


def alphabet_of(classifier: Classifier) -> tuple[str, ...]:
    """The characters read with this classifier: its classes, and the marks told by shape and place."""
    classes = tuple(name for name in classifier.classes if name)
    return classes + tuple(mark for mark in MARKS if mark not in classes)


def _piece(ink: Ink, letters: Letters, members: tuple[int, ...]) -> Piece:
    patches = [
        (max(0, int(letters.boxes[m][0]) - 1), max(0, int(letters.boxes[m][1]) - 1), letters.patch(m, ink))
        for m in members
    ]
    left, top = min(p[0] for p in patches), min(p[1] for p in patches)
    right = max(p[0] + p[2].shape[1] for p in patches)
    bottom = max(p[1] + p[2].shape[0] for p in patches)
    whole = np.zeros((bottom - top, right - left), np.uint8)
    for x, y, patch in patches:
        place = whole[y - top : y - top + patch.shape[0], x - left : x - left + patch.shape[1]]
        np.maximum(place, patch, out=place)
    return Piece(left, top, whole)


def _line(reading: Reading, words: tuple[tuple[float, float], ...]) -> Line:
    return Line(
        tuple(
            Word(tuple(_letter(letter) for letter in word), word_confidence(word, words))
            for word in reading.words()
        )
    )


def word_confidence(word: tuple[ReadLetter, ...], table: tuple[tuple[float, float], ...]) -> float:
    """Calibrated probability that a whole word is right; 0 where its reading breaks the pattern."""
    if not word or all(letter.confidence == 0 for letter in word):
        return 0.0
    return calibrated(float(np.prod([letter.chance for letter in word])), table)


def _letter(letter: ReadLetter) -> Letter:
    return Letter(letter.text, Box(*letter.box), letter.confidence, letter.alternatives)
