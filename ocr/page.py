"""The one result type: Page > Line > Word > Letter.

A box is ``(left, top, right, bottom)`` in pixels of the upright source picture (after its EXIF
orientation), y down, right and bottom exclusive. Every confidence is a probability in [0, 1].

Standard library only, so that results can be handled where nothing else is installed.
``Page.from_dict(page.to_dict()) == page`` for every page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

FORMAT_VERSION = 1


class Box(NamedTuple):
    """``(left, top, right, bottom)`` in source pixels, y down, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def turned(self, rotation: int, width: int, height: int) -> Box:
        """The box once its picture, ``width`` x ``height`` pixels, is turned clockwise by 0, 90, 180 or 270 degrees."""
        left, top, right, bottom = self
        if rotation == 90:
            return Box(height - bottom, left, height - top, right)
        if rotation == 180:
            return Box(width - right, height - bottom, width - left, height - top)
        return Box(top, width - right, bottom, width - left) if rotation == 270 else self

    @staticmethod
    def around(boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of ``boxes``; ValueError when there are none."""
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return Box(min(lefts), min(tops), max(rights), max(bottoms))


@dataclass(frozen=True, slots=True)
class Letter:
    """One character as read. ``alternatives``: other readings, best first, with their probabilities."""

    text: str
    box: Box
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """Letters without a space between them, left to right; never empty.

    ``reader`` names what read it (``letters`` or ``rows``).
    """

    letters: tuple[Letter, ...]
    confidence: float
    reader: str = "letters"

    @property
    def text(self) -> str:
        return "".join(letter.text for letter in self.letters)

    @property
    def box(self) -> Box:
        return Box.around(letter.box for letter in self.letters)


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one row of writing, left to right; never empty."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        return Box.around(word.box for word in self.words)


@dataclass(frozen=True, slots=True)
class Page:
    """Everything read from one page, lines in reading order.

    ``width`` and ``height`` are those of the upright source picture in pixels, ``number`` counts the
    pages of a file from 1, ``steps`` tells what was done to the picture, in order, for provenance.
    ``rotation`` is how many degrees the picture must be turned clockwise for its writing to stand upright: 0, 90,
    180 or 270. Boxes are those of the picture before it is turned; in words and lines, "left to right" and "top to
    bottom" are those of the writing.
    """

    lines: tuple[Line, ...]
    width: int
    height: int
    source: str = ""
    number: int = 1
    model: str = ""
    steps: tuple[str, ...] = ()
    rotation: int = 0

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def words(self) -> Iterator[Word]:
        return (word for line in self.lines for word in line.words)

    @property
    def letters(self) -> Iterator[Letter]:
        return (letter for word in self.words for letter in word.letters)

    def upright(self) -> Page:
        """The page once its picture is turned by ``rotation``: with the boxes, the width and height it then has."""
        if self.rotation == 0:
            return self
        size = (self.width, self.height)

        def letter_turned(letter: Letter) -> Letter:
            return replace(letter, box=letter.box.turned(self.rotation, *size))

        lines = tuple(
            Line(
                tuple(
                    replace(word, letters=tuple(letter_turned(letter) for letter in word.letters))
                    for word in line.words
                )
            )
            for line in self.lines
        )
        width, height = size if self.rotation == 180 else size[::-1]
        return replace(self, lines=lines, width=width, height=height, rotation=0)

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, lists, strings and numbers, ready for ``json.dumps``."""
        return {
            "format_version": FORMAT_VERSION,
            "source": self.source,
            "number": self.number,
            "width": self.width,
            "height": self.height,
            "model": self.model,
            "steps": list(self.steps),
            "rotation": self.rotation,
            "text": self.text,
            "lines": [_line_to_dict(line) for line in self.lines],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Page:
        """The page that `to_dict` wrote; ValueError for another format version, KeyError for a missing key."""
        version = data["format_version"]
        if version != FORMAT_VERSION:
            raise ValueError(f"page format version {version!r} is not {FORMAT_VERSION}")
        return cls(
            lines=tuple(_line_from_dict(line) for line in data["lines"]),
            width=data["width"],
            height=data["height"],
            source=data["source"],
            number=data["number"],
            model=data["model"],
            steps=tuple(data["steps"]),
            rotation=data.get("rotation", 0),  # pages written before there was such a key stood as they were
        )


def _line_to_dict(line: Line) -> dict[str, Any]:
    return {
        "text": line.text,
        "box": list(line.box),
        "words": [
            {
                "text": word.text,
                "box": list(word.box),
                "confidence": word.confidence,
                "reader": word.reader,
                "letters": [
                    {
                        "text": letter.text,
                        "box": list(letter.box),
                        "confidence": letter.confidence,
                        "alternatives": [[text, p] for text, p in letter.alternatives],
                    }
                    for letter in word.letters
                ],
            }
            for word in line.words
        ],
    }


def _line_from_dict(data: dict[str, Any]) -> Line:
    return Line(
        tuple(
            Word(
                letters=tuple(
                    Letter(
                        letter["text"],
                        Box(*letter["box"]),
                        letter["confidence"],
                        tuple((text, p) for text, p in letter["alternatives"]),
                    )
                    for letter in word["letters"]
                ),
                confidence=word["confidence"],
                reader=word["reader"],
            )
            for word in data["words"]
        )
    )
