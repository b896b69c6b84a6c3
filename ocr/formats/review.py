"""The doubtful words of pages, most doubtful first: a list for a person to check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ocr.formats.clean import one_line
from ocr.page import Page, Word

SUFFIX = ".review.txt"
SURE = 0.95  # words at least this likely to be right are not listed unless told otherwise
_OTHERS = 3


def write(page: Page, stream: BinaryIO, *, below: float = SURE) -> None:
    """List the words of ``page`` whose confidence is below ``below``, as `write_all` does."""
    write_all([page], stream, below=below)


def write_all(pages: Iterable[Page], stream: BinaryIO, *, below: float = SURE) -> None:
    """One line a word, tab-separated: confidence in percent, word, other readings, page, line, box.

    Ends with how many of all words were listed.
    """
    doubtful, words = [], 0
    for page in pages:
        for number, line in enumerate(page.lines, 1):
            for word in line.words:
                words += 1
                if word.confidence < below:
                    doubtful.append((word.confidence, page, number, word))
    doubtful.sort(key=lambda entry: entry[0])
    for confidence, page, number, word in doubtful:
        place = f"{one_line(page.source)}:{page.number}:{number}"
        box = ",".join(str(edge) for edge in word.box)
        others = " ".join(list(other_readings(word))[:_OTHERS]) or "-"
        row = (f"{100 * confidence:3.0f} %", one_line(word.text), one_line(others), place, box)
        stream.write(("\t".join(row) + "\n").encode())
    stream.write(f"{len(doubtful)} of {words} words to check\n".encode())


def other_readings(word: Word) -> Iterator[str]:
    """The word with one letter read otherwise, likeliest first."""
    changes = [
        (probability / max(letter.confidence, 1e-9), position, text)
        for position, letter in enumerate(word.letters)
        for text, probability in letter.alternatives
    ]
    for _, position, text in sorted(changes, key=lambda change: -change[0]):
        letters = [letter.text for letter in word.letters]
        letters[position] = text
        yield "".join(letters)
