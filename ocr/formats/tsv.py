"""Tesseract's TSV: the same twelve columns and the same level numbers, so that its readers take ours.

Levels: 1 page, 2 block, 3 paragraph, 4 line, 5 word. Only words have text and a confidence (0..100),
the others have -1. A page is one block of one paragraph.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import BinaryIO

from ocr.formats.clean import one_line, percent
from ocr.formats.tables import text_over
from ocr.page import Box, Page

SUFFIX = ".tsv"
COLUMNS = (
    "level",
    "page_num",
    "block_num",
    "par_num",
    "line_num",
    "word_num",
    "left",
    "top",
    "width",
    "height",
    "conf",
    "text",
)


def write(page: Page, stream: BinaryIO) -> None:
    """Write one page."""
    write_all([page], stream)


def write_all(pages: Iterable[Page], stream: BinaryIO) -> None:
    """Write ``pages`` as tab-separated rows under a header; nothing is ever quoted."""
    with text_over(stream) as text:
        table = csv.writer(text, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n")
        table.writerow(COLUMNS)
        for page in pages:
            table.writerows(_rows(page))


def _rows(page: Page) -> Iterable[tuple[object, ...]]:
    yield (1, page.number, 0, 0, 0, 0, *_place(Box(0, 0, page.width, page.height)), -1, "")
    if not page.lines:
        return
    block = _place(Box.around(line.box for line in page.lines))
    yield (2, page.number, 1, 0, 0, 0, *block, -1, "")
    yield (3, page.number, 1, 1, 0, 0, *block, -1, "")
    for n, line in enumerate(page.lines, 1):
        yield (4, page.number, 1, 1, n, 0, *_place(line.box), -1, "")
        for m, word in enumerate(line.words, 1):
            confidence = f"{percent(word.confidence):.6f}"
            yield (5, page.number, 1, 1, n, m, *_place(word.box), confidence, one_line(word.text))


def _place(box: Box) -> tuple[int, int, int, int]:
    return box.left, box.top, box.width, box.height
