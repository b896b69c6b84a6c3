"""The one result type: Page > Line > Word > Letter.

A box is ``(left, top, right, bottom)`` in pixels of the upright source picture (after its EXIF
orientation), y down, right and bottom exclusive. Every confidence is a probability in [0, 1].

Standard library only, so that results can be handled where nothing else is installed.
``Page.from_dict(page.to_dict()) == page`` for every page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
    """

    lines: tuple[Line, ...]
    width: int
    height: int
    source: str = ""
    number: int = 1
    model: str = ""
    steps: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def words(self) -> Iterator[Word]:
        return (word for line in self.lines for word in line.words)

    @property
    def letters(self) -> Iterator[Letter]:
        return (letter for word in self.words for letter in word.letters)

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
