"""The letters reader in context: candidates of every row, classified in one batch, decided together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr.page import Box, Letter, Line, Word
from ocr.reading.classifier import Classifier
from ocr.reading.crops import normalise
from ocr.reading.decoding.constraints import LexiconContext, PatternContext
from ocr.reading.decoding.context import Anything, Context, LanguageContext
from ocr.reading.decoding.cuts import Piece, candidates, space_odds
from ocr.reading.decoding.language import CharacterModel, load_language
from ocr.reading.decoding.lattice import Lattice
from ocr.reading.decoding.priors import adjust
from ocr.reading.decoding.words import Decoder, Reading, ReadLetter, Weights, calibrated
from ocr.reading.denoise import Clean
from ocr.reading.ink import Ink
from ocr.reading.letters import Letters
from ocr.reading.lines import Row
from ocr.reading.placement import RowFrame, placement, row_frame
from ocr.reading.segmentation.marks import read_marks

MARKS = ".,:;-_='\""  # what `read_marks` tells apart, for classifiers without such classes
_DOUBT = 0.004  # part of the probability that no classifier can be sure of: shared by all characters
_LOWEST = 1e-9
_LEAST_NOISE = 1e-4
# A piece that the classifier is this sure of, and that is neither narrow nor wide for a letter (widths in
# letter heights), is one letter: no cuts and joins are tried.
_SURE = 0.98
_NARROW, _WIDE = 0.3, 1.05


@dataclass(frozen=True)
class RowPieces:
    """A row's pieces, left to right.

    firsts: the letter that each begins with. marks: piece -> character. gaps: (pieces,) paper before each, in
    letter heights, -inf before the first.
    """

    pieces: list[Piece]
    firsts: list[int]
    marks: dict[int, str]
    gaps: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.pieces)


class ContextReader:
    """Reads the rows of a page with a classifier and a decoder over `alphabet_of` its classes."""

    def __init__(
        self,
        classifier: Classifier,
        decoder: Decoder,
        charset: Iterable[str] | None = None,
        *,
        oversegment: bool = True,
        adapt: bool = False,
        clean: Clean | None = None,
    ) -> None:
        """charset: the characters that may occur, None for all. oversegment: whether to cut and join.

        adapt: whether rows of digits and rows of letters are told apart without a language model (`priors`).
        clean: what is done to crops before they are classified, None for nothing.
        """
        self._classifier = classifier
        self._decoder = decoder
        self._alphabet = alphabet_of(classifier)
        self._charset = None if charset is None else frozenset(charset)
        self._oversegment = oversegment
        self._adapt = adapt
        self._clean = clean
        self._reads_marks = set(MARKS) <= set(classifier.classes)
        columns = {character: column for column, character in enumerate(self._alphabet)}
        self._columns = np.array([columns.get(name, -1) for name in classifier.classes])
        self._mark_columns = columns
        self._allowed = np.zeros(len(self._alphabet), bool)
        for name in classifier.classes:
            if name and (self._charset is None or name in self._charset):
                self._allowed[columns[name]] = True

    @property
    def alphabet(self) -> tuple[str, ...]:
        """The characters of the lattices' columns."""
        return self._alphabet

    @property
    def decoder(self) -> Decoder:
        """What makes readings of lattices."""
        return self._decoder

    def read(self, ink: Ink, letters: Letters, rows: list[Row]) -> list[Line]:
        """The text of ``rows``; boxes in pixels of ``ink``. Rows that hold nothing legible are left out."""
        lines = []
        for readings in self.readings(ink, letters, rows, 1):
            if readings and readings[0].letters:
                lines.append(line_of(readings[0], self._decoder.weights.word_table))
        return lines

    def readings(self, ink: Ink, letters: Letters, rows: list[Row], count: int) -> list[list[Reading]]:
        """For each row its ``count`` best readings, best first."""
        return [self._decoder.decode(lattice, count) for lattice in self.lattices(ink, letters, rows)]

    def lattices(self, ink: Ink, letters: Letters, rows: list[Row]) -> list[Lattice]:
        """The rows' lattices, with what the classifier says.

        It is asked twice, each time for all rows at once: for the pieces as they were found, then, where
        these leave doubt, for cuts and joins.
        """
        found = [self._pieces(ink, letters, row) for row in rows]
        frames = [row_frame(letters.boxes[list(row.items)]) for row in rows]
        whole = self._classify_pieces(ink, letters, found, frames)
        proposed, at = [], 0
        for row, pieces in zip(rows, found, strict=True):
            firm = self._firm(pieces, whole[at : at + len(pieces)], row.height)
            proposed.append(candidates(pieces.pieces, row.height, letters.pen, firm, self._reads_marks))
            at += len(pieces)
        patches = [
            patch
            for each in proposed
            for patch, piece in zip(each.patches, each.pieces, strict=True)
            if piece < 0
        ]
        features = [
            placement([box for box, piece in zip(each.boxes, each.pieces, strict=True) if piece < 0], frame)
            for each, frame in zip(proposed, frames, strict=True)
        ]
        grouped = self._probabilities(patches, features)
        lattices, at, group = [], 0, 0
        for each, pieces, row in zip(proposed, found, rows, strict=True):
            alone = each.pieces >= 0
            chances = np.empty((len(alone), len(self._classifier.classes)), np.float32)
            chances[alone] = whole[at + each.pieces[alone]]
            chances[~alone] = grouped[group : group + np.count_nonzero(~alone)]
            logs, noise = self._evidence(chances)
            for arc in np.flatnonzero(alone).tolist():
                mark = pieces.marks.get(int(each.pieces[arc]))
                if mark is not None:
                    logs[arc], noise[arc] = self._mark(mark)
            lattices.append(each.lattice(logs, noise, space_odds(pieces.gaps, row.border)))
            at += len(pieces)
            group += int(np.count_nonzero(~alone))
        return lattices

    def _pieces(self, ink: Ink, letters: Letters, row: Row) -> RowPieces:
        groups: dict[int, tuple[int, ...]] = {item: (item,) for item in row.items}
        marks: dict[int, str] = {}
        if not self._reads_marks:
            for members, text in read_marks(letters, row):
                for member in members:
                    groups.pop(member, None)
                if text and (self._charset is None or text in self._charset):
                    groups[members[0]] = members
                    marks[members[0]] = text
        firsts = [item for item in row.items if item in groups]
        pieces = [_piece(ink, letters, groups[item]) for item in firsts]
        # The gap before a piece is the widest since the piece before it: what lies between was left out.
        places = [row.items.index(item) for item in firsts]
        gaps = [max(row.gaps[before:at], default=-np.inf) for before, at in pairwise([0, *places])]
        named = {firsts.index(item): text for item, text in marks.items()}
        return RowPieces(pieces, firsts, named, np.array(gaps, np.float64))

    def _classify_pieces(
        self, ink: Ink, letters: Letters, found: list[RowPieces], frames: list[RowFrame | None]
    ) -> NDArray[np.float32]:
        """(P, C) probabilities of all pieces; where a rule was cut from one, the surer of two readings."""
        firsts = [first for pieces in found for first in pieces.firsts]
        patches = [piece.patch for pieces in found for piece in pieces.pieces]
        features = [
            placement([piece.box for piece in pieces.pieces], frame)
            for pieces, frame in zip(found, frames, strict=True)
        ]
        touched = [k for k, first in enumerate(firsts) if letters.touches_rule(first, ink)]
        if touched:
            patches += [letters.patch(firsts[k], ink, with_rules=True) for k in touched]
            features.append(np.concatenate(features)[touched])
        chances = self._probabilities(patches, features)
        for k, other in zip(touched, chances[len(firsts) :], strict=True):
            if other.max() > chances[k].max():
                chances[k] = other
        chances = chances[: len(firsts)]
        if not self._adapt:
            return chances
        numbers = np.repeat(np.arange(len(found)), [len(pieces) for pieces in found])
        return adjust(chances, self._classifier.classes, numbers)

    def _probabilities(
        self, patches: list[NDArray[np.uint8]], features: list[NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        if not patches:
            return np.zeros((0, len(self._classifier.classes)), np.float32)
        crops = normalise(patches)
        if self._clean is not None:
            crops = self._clean(crops)
        return self._classifier.probabilities(crops, np.concatenate(features), self._charset)

    def _firm(self, pieces: RowPieces, chances: NDArray[np.float32], height: float) -> list[bool]:
        """Which pieces are surely one letter; all of them if nothing is to be cut or joined."""
        if not self._oversegment:
            return [True] * len(pieces)
        sure = np.where(self._columns >= 0, chances, 0).max(1) >= _SURE
        return [
            k in pieces.marks or bool(sure[k] and _NARROW * height <= piece.box.width <= _WIDE * height)
            for k, piece in enumerate(pieces.pieces)
        ]

    def _evidence(self, chances: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(A, C) log-probabilities of the alphabet and (A,) of "no letter" from those of the classes."""
        known = self._columns >= 0
        spread = np.zeros((len(chances), len(self._alphabet)), np.float32)
        spread[:, self._columns[known]] = chances[:, known]
        letter = spread.sum(1, keepdims=True)
        spread = spread * (1 - _DOUBT) + letter * np.float32(_DOUBT / max(1, int(self._allowed.sum())))
        logs = np.where(self._allowed, np.log(np.maximum(spread, _LOWEST)), -np.inf).astype(np.float32)
        noise = np.full(len(chances), -np.inf, np.float32)
        if "" in self._classifier.classes:
            noise = np.log(np.maximum(chances[:, self._classifier.classes.index("")], _LEAST_NOISE))
        return logs, noise

    def _mark(self, text: str) -> tuple[NDArray[np.float32], float]:
        logs = np.full(len(self._alphabet), -np.inf, np.float32)
        logs[self._mark_columns[text]] = 0.0
        return logs, -1.0


def context_reader(
    classifier: Classifier,
    *,
    language: str | Path | CharacterModel | None = "english",
    charset: Iterable[str] | None = None,
    pattern: str | None = None,
    lexicon: Iterable[str] | None = None,
    closed: bool = False,
    alternatives: int = 3,
    clean: Clean | None = None,
) -> ContextReader:
    """A reader for ``classifier``, all parts chosen.

    language: a language model, its name or path; None reads what the classifier says (``--no-context``), each
    component one letter. charset: characters that may occur. pattern: see `ocr.reading.decoding.constraints`.
    lexicon: words to prefer, or, if ``closed``, the only ones there are. clean: what is done to crops first.

    ModelError when the language model cannot be used; ValueError when the classifier has none of the
    characters that pattern, lexicon or charset need.
    """
    alphabet = alphabet_of(classifier)
    contexts: list[Context] = []
    weights = Weights()
    if language is not None:
        model = language if isinstance(language, CharacterModel) else load_language(language)
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
                weights.unknown,
            )
        )
    else:
        contexts.append(Anything(len(alphabet)))
    if pattern is not None:
        contexts.append(PatternContext(alphabet, pattern))
    if lexicon is not None:
        contexts.append(LexiconContext(alphabet, lexicon, closed))
    decoder = Decoder(alphabet, contexts, weights, alternatives=alternatives)
    return ContextReader(
        classifier, decoder, charset, oversegment=language is not None, adapt=language is None, clean=clean
    )


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


def line_of(reading: Reading, table: tuple[tuple[float, float], ...], reader: str = "letters") -> Line:
    """A reading that has letters as a line. table: calibrates `Reading.word_chances`; reader: who read it.

    The confidence of a word whose reading breaks the pattern is 0.
    """
    return Line(
        tuple(
            Word(
                tuple(_letter(letter) for letter in word),
                calibrated(chance, table) if any(letter.confidence > 0 for letter in word) else 0.0,
                reader,
            )
            for word, chance in zip(reading.words(), reading.word_chances(), strict=True)
        )
    )


def _letter(letter: ReadLetter) -> Letter:
    return Letter(letter.text, Box(*letter.box), letter.confidence, letter.alternatives)
