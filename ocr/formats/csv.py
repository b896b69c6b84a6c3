"""CSV (RFC 4180), one row for each letter: for spreadsheets, statistics and correcting by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import BinaryIO

from ocr.formats.clean import one_line, probability
from ocr.formats.tables import text_over
from ocr.page import Page

SUFFIX = ".csv"
COLUMNS = (
    "source",
    "page",
    "line",
    "word",
    "letter",
    "text",
    "confidence",
    "left",
    "top",
    "right",
    "bottom",
    "alternatives",
)


def write(page: Page, stream: BinaryIO) -> None:
    """Write one page."""
    write_all([page], stream)


def write_all(pages: Iterable[Page], stream: BinaryIO) -> None:
    """Write the letters of ``pages``; lines, words and letters are counted from 1 within what holds them.

    ``alternatives`` are ``character probability`` pairs, best first, all parted by single spaces.
    """
    with text_over(stream) as text:
        table = csv.writer(text, lineterminator="\r\n")
        table.writerow(COLUMNS)
        for page in pages:
            for n, line in enumerate(page.lines, 1):
                for m, word in enumerate(line.words, 1):
                    for k, letter in enumerate(word.letters, 1):
                        others = " ".join(f"{one_line(t)} {probability(p)}" for t, p in letter.alternatives)
                        table.writerow(
                            (
                                one_line(page.source),
                                page.number,
                                n,
                                m,
                                k,
                                one_line(letter.text),
                                probability(letter.confidence),
                                *letter.box,
                                others,
                            )
                        )
