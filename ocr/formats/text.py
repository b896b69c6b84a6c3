"""Plain text: one line of text for each line of writing, UTF-8."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import BinaryIO

from ocr.formats.clean import one_line
from ocr.page import Line, Page, Word

SUFFIX = ".txt"


def write(page: Page, stream: BinaryIO, *, min_confidence: float = 0.0) -> None:
    """Write the text of a page; letters below ``min_confidence`` are marked, see `marked`."""
    for line in page.lines:
        stream.write(_line(line, min_confidence).encode() + b"\n")


def write_all(
    pages: Iterable[Page], stream: BinaryIO, *, min_confidence: float = 0.0, headings: bool = False
) -> None:
    """Write pages one after the other, under ``==> name <==`` or else with a form feed between them."""
    for index, page in enumerate(pages):
        if headings:
            stream.write(f"{_gap(index)}==> {_name(page)} <==\n".encode())
        elif index:
            stream.write(b"\f")
        write(page, stream, min_confidence=min_confidence)
        stream.flush()


def marked(word: Word, min_confidence: float) -> str:
    """The word with what is doubtful in brackets, as archivists write it: ``HE[1I?]O``.

    Letters whose confidence is below ``min_confidence`` are doubtful; neighbours share a pair of brackets.
    """
    runs = groupby(word.letters, key=lambda letter: letter.confidence < min_confidence)
    texts = ((doubtful, "".join(letter.text for letter in letters)) for doubtful, letters in runs)
    return "".join(f"[{text}?]" if doubtful else text for doubtful, text in texts)


def _line(line: Line, min_confidence: float) -> str:
    return one_line(" ".join(marked(word, min_confidence) for word in line.words))


def _name(page: Page) -> str:
    return page.source if page.number == 1 else f"{page.source}, page {page.number}"


def _gap(index: int) -> str:
    return "\n" if index else ""
