"""Error rates of rows by kind, by writer and by character."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("fontTools")

from ocr.training.row_errors import ReadRow, alignment, by_kind, by_writer, commonest_confusions, spread


def row(written: str, read: str, kind: str = "words", writer: str = "abc/1", cased: bool = True) -> ReadRow:
    return ReadRow(np.zeros((40, 8), np.uint8), written, read, cased, kind, writer)


def test_rates_are_errors_over_characters_written() -> None:
    rows = [row("abc", "Abd"), row("xy", "XY", "lines", cased=False)]
    assert by_kind(rows) == {"words": round(2 / 3, 5), "lines": 0, "all": 0.4}
    assert by_kind([]) == {}


def test_a_writer_counts_once_across_kinds_and_only_with_enough_written() -> None:
    rows = [
        row("abcd", "abcx"),
        row("abcdef", "abcdef", "lines"),
        row("0123456789", "012345678", writer="abc/2"),
        row("123456789", "", writer="abc/3"),
        row("x" * 10, "x" * 10, "fonts", "font Hand"),
    ]
    assert list(by_writer(rows, 10).items()) == [("font Hand", 0), ("abc/1", 0.1), ("abc/2", 0.1)]


def test_the_spread_of_the_writers() -> None:
    assert spread([]) == {"count": 0}
    assert spread(np.linspace(0, 1, 11).tolist()) == {
        "count": 11,
        "lower_quartile": 0.25,
        "median": 0.5,
        "upper_quartile": 0.75,
        "worst_tenth_from": 0.9,
    }


def test_what_was_read_for_what() -> None:
    assert alignment("kitten", "sitting") == [("k", "s"), ("e", "i"), ("", "g")]
    assert alignment("a_b", "a b") == [("_", " ")] and alignment("a b", "ab") == [(" ", "")]
    assert alignment("", "") == []
    rows = [row("AB", "ab", cased=False), row("a_b", "a b"), row("c_", "c ")]
    assert commonest_confusions(rows, 1) == [(("_", " "), 2)]
