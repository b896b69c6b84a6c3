"""A picture -> a Page: the whole way, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import store
from ocr.page import Box, Letter, Line, Page, Word
from ocr.reading.charset import parse_charset
from ocr.reading.classifier import Classifier
from ocr.reading.context_reader import context_reader
from ocr.reading.decide import DecidingReader, DecisionWeights
from ocr.reading.decoding.language import load_language
from ocr.reading.denoise import cleaning
from ocr.reading.image import SHRINKS, PicturePage, open_pictures
from ocr.reading.ink import Ink, find_ink
from ocr.reading.letters import find_letters
from ocr.reading.lines import find_rows
from ocr.reading.orientation import ROTATIONS, Orienter, RowsReading, View
from ocr.reading.rows.reader import rows_reader
from ocr.reading.segmentation.grain import without_grain
from ocr.reading.segmentation.survey import apply, survey
from ocr.reading.turning import turned, turned_back

if TYPE_CHECKING:
    from PIL.Image import Image

READERS = ("auto", "letters", "rows")
_FIRST_LOOK = 800  # long side, in pixels, at the least, at which a picture is looked at first
_LEAST_HEIGHT = 30.0  # letters lower than this are looked at again with more pixels, if the picture has them


class Reader:
    """Reads pages; holds the models, so that many pages pay for loading once. One thread at a time."""

    def __init__(
        self,
        model: str | Path = store.LETTERS,
        *,
        reader: str = "auto",
        rows_model: str | Path = store.ROWS,
        context: bool = True,
        charset: str | None = None,
        pattern: str | None = None,
        lexicon: Iterable[str] | None = None,
        closed: bool = False,
        alternatives: int = 3,
        denoise: str = "auto",
        rotate: str | int = "auto",
        threads: int = 1,
    ) -> None:
        """Load the models.

        model:        name of a shipped model of letters or path of one.
        reader:       ``letters`` reads letter by letter, ``rows`` whole rows at once; ``auto`` has the second
                      read what the first is not certain of, and decides; without the model of rows or
                      without ``context`` it is ``letters``.
        rows_model:   name of a shipped model of rows or path of one.
        context:      decide letters together, by what English, numbers and codes look like; False: each alone.
        charset:      which characters may occur, see `charset.parse_charset`; None for all.
        pattern:      what every word looks like, such as ``99-99-9999``, see `constraints`; None for anything.
        lexicon:      words to prefer, or, if ``closed``, the only ones there are.
        alternatives: how many other readings to keep for each letter.
        denoise:      clean the crops of letters: ``auto`` those that need it, ``always`` all, or ``never``.
        rotate:       degrees by which pages are turned clockwise before they are read: 0, 90, 180 or 270;
                      ``auto`` finds out which for each.
        threads:      threads for arithmetic.

        ModelError when a model cannot be used, ValueError when it has no character of ``charset`` or cannot
        write ``pattern`` or ``lexicon``, or ``reader``, ``denoise`` or ``rotate`` is none of those named.
        """
        if reader not in READERS:
            raise ValueError(f"reader {reader!r} is none of {', '.join(READERS)}")
        if str(rotate) not in ROTATIONS:
            raise ValueError(f"rotate {rotate!r} is none of {', '.join(ROTATIONS)}")
        if reader == "auto" and (not context or not _is_there(rows_model)):
            reader = "letters"
        cv2.setNumThreads(threads)
        characters = None if charset is None else parse_charset(charset)
        words = None if lexicon is None else list(lexicon)
        # One for both readers: each state of it that one has worked out serves the other.
        language = load_language() if context else None
        rows = letters = classifier = None
        if reader != "letters":
            rows = rows_reader(
                rows_model,
                language=language,
                charset=characters,
                pattern=pattern,
                lexicon=words,
                closed=closed,
                alternatives=alternatives,
                threads=threads,
            )
        if reader != "rows":
            classifier = Classifier(model, threads)
            if characters is not None:
                classifier.allowed(characters)
            letters = context_reader(
                classifier,
                language=language,
                charset=characters,
                pattern=pattern,
                lexicon=words,
                closed=closed,
                alternatives=alternatives,
                clean=cleaning(denoise, threads),
            )
            self._name = classifier.name
        self._rows: RowsReading
        if letters is not None and rows is not None:
            entries = rows.network.card.get("decisions", {})
            weights = DecisionWeights.from_card(entries.get(self._name, {}))
            self._rows = DecidingReader(letters, rows, weights)
            self._name += f"+{rows.network.name}"
        elif letters is not None:
            self._rows = letters
        elif rows is not None:
            self._rows = rows
            self._name = rows.network.name

        self._orienter = Orienter(self._rows, classifier, characters)
        self._rotate = str(rotate)

    def read(self, page: PicturePage) -> Page:
        """Read one page. InputError when its picture is damaged."""
        if self._rotate == "auto":
            view, lines = self._orienter.read(partial(_look, page))
        else:
            view = _look(page, int(self._rotate))
            lines = self._rows.read(view.ink, view.letters, view.rows)
        turn = (f"page turned by {view.rotation} degrees",) if view.rotation else ()
        return Page(
            lines=tuple(_in_source(line, view.ink.to_source, page.width, page.height) for line in lines),
            width=page.width,
            height=page.height,
            source=page.source,
            number=page.number,
            model=self._name,
            steps=(*turn, *view.ink.steps),
            rotation=view.rotation,
        )


def read(source: str | os.PathLike[str] | bytes | BinaryIO | NDArray[Any] | Image, **options: Any) -> Page:
    """Read the first page of ``source``: a path, ``-``, bytes, a stream, an array or a Pillow image.

    ``options`` are those of `Reader`. For many pages make one `Reader`. Raises OcrError.
    """
    reader = Reader(**options)
    return reader.read(next(iter(open_pictures(source, pages=(1,)))))


def _is_there(rows_model: str | Path) -> bool:
    """Whether the model of rows is installed, or another one is asked for."""
    return rows_model != store.ROWS or store.ROWS in store.names()


def _look(page: PicturePage, rotation: int) -> View:
    """The ink and the letters of the page turned clockwise by ``rotation`` degrees."""
    ink = _find_ink(page, rotation)
    letters = find_letters(ink)
    return View(rotation, ink, letters, find_rows(letters))


def _find_ink(page: PicturePage, rotation: int = 0) -> Ink:
    """Decode no more of the picture than its letters need, turn it, and find their ink."""
    shrink = _shrink(lambda shrunk: max(page.width, page.height) / shrunk >= _FIRST_LOOK)
    picture = page.decode(shrink)
    gray = without_grain(turned(picture.gray, rotation))
    seen = survey(gray)
    if shrink > 1 and 0 < seen.letter_height < _LEAST_HEIGHT:
        finer = _shrink(lambda shrunk: seen.letter_height * shrink / shrunk >= _LEAST_HEIGHT)
        picture, seen = page.decode(finer), seen.scaled(shrink / finer)
        gray = without_grain(turned(picture.gray, rotation))
    ink = find_ink(gray, shrink=picture.shrink, seen=seen)
    back = turned_back(rotation, [picture.shrink * side for side in picture.gray.shape])
    return replace(ink, to_source=back @ ink.to_source)


def _shrink(enough: Callable[[int], bool]) -> int:
    """The greatest reduction that leaves enough pixels."""
    return next((shrink for shrink in reversed(SHRINKS) if enough(shrink)), SHRINKS[0])


def _in_source(line: Line, to_source: NDArray[np.float64], width: int, height: int) -> Line:
    """The same line with its boxes in pixels of the upright source."""
    letters = [letter for word in line.words for letter in word.letters]
    boxes = np.array([letter.box for letter in letters], np.float64)
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2)
    mapped = apply(to_source, corners).reshape(-1, 4, 2)
    low = np.floor(mapped.min(axis=1) + 1e-6)
    high = np.ceil(mapped.max(axis=1) - 1e-6)
    limit = np.array([width, height])
    low = np.clip(low, 0, limit - 1).astype(int)
    high = np.maximum(np.clip(high, 0, limit).astype(int), low + 1)
    placed = iter(
        Letter(letter.text, Box(*first, *last), letter.confidence, letter.alternatives)
        for letter, first, last in zip(letters, low.tolist(), high.tolist(), strict=True)
    )
    words = (
        Word(tuple(next(placed) for _ in word.letters), word.confidence, word.reader) for word in line.words
    )
    return Line(tuple(words))
