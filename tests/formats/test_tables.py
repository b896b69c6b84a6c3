"""TSV and CSV, read back by the csv module."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

from ocr.formats import write_document
from ocr.page import Page
from tests.formats.pages import EMPTY, NASTY, PLAIN


def table(name: str, *pages: Page) -> list[dict[str, str]]:
    stream = BytesIO()
    write_document(name, pages, stream)
    text = StringIO(stream.getvalue().decode(), newline="")
    if name == "tsv":
        return list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))
    return list(csv.DictReader(text))


def test_tsv_has_tesseracts_columns_and_levels() -> None:
    rows = table("tsv", PLAIN, EMPTY)
    assert list(rows[0]) == [
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
    ]
    assert [row["level"] for row in rows] == [*"1234554555", "1"]
    words = [row for row in rows if row["level"] == "5"]
    assert [row["text"] for row in words] == ["HELLO", "WORLD", "GO", "ON", "42"]
    assert words[0] == {
        "level": "5",
        "page_num": "1",
        "block_num": "1",
        "par_num": "1",
        "line_num": "1",
        "word_num": "1",
        "left": "50",
        "top": "50",
        "width": "288",
        "height": "60",
        "conf": "75.000000",
        "text": "HELLO",
    }
    assert {row["conf"] for row in rows if row["level"] != "5"} == {"-1"}


def test_nothing_in_a_word_breaks_a_tsv_row() -> None:
    words = [row["text"] for row in table("tsv", NASTY) if row["level"] == "5"]
    assert words == ["<a>&amp;", "]]>", "x\"'\ufffd\ufffd", "\ufffd\ufffd", " é", "\U0001f600", "-->"]


def test_csv_has_a_row_for_each_letter() -> None:
    rows = table("csv", PLAIN)
    assert "".join(row["text"] for row in rows) == "HELLOWORLDGOON42"
    assert rows[5] == {
        "source": "scan.jpg",
        "page": "1",
        "line": "1",
        "word": "2",
        "letter": "1",
        "text": "W",
        "confidence": "0.875",
        "left": "400",
        "top": "50",
        "right": "440",
        "bottom": "110",
        "alternatives": "Q 0.0625 <&> 0.0156",
    }
    assert [row["text"] for row in table("csv", NASTY)][8:11] == ["]", "]", ">"]
