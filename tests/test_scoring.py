from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.scoring import Errors, Score, alphanumeric, levenshtein, one_line, score, total

TEXT = st.text(alphabet="ab c", max_size=12)


def textbook(a: str, b: str) -> int:
    """The recurrence as Wagner and Fischer wrote it."""
    if not a or not b:
        return len(a) + len(b)
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (x != y))
    return table[len(a), len(b)]


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("kitten", "sitting", 3),
        ("flaw", "lawn", 2),
        ("intention", "execution", 5),
    ],
)
def test_levenshtein_known(a: str, b: str, distance: int) -> None:
    assert levenshtein(a, b) == distance


@given(TEXT, TEXT)
def test_levenshtein_is_the_textbook_recurrence(a: str, b: str) -> None:
    assert levenshtein(a, b) == textbook(a, b) == levenshtein(b, a)


@given(TEXT, TEXT, TEXT)
def test_levenshtein_keeps_the_triangle_inequality(a: str, b: str, c: str) -> None:
    assert levenshtein(a, c) <= levenshtein(a, b) + levenshtein(b, c)


def test_levenshtein_compares_lists_item_by_item() -> None:
    assert levenshtein(["to", "be", "or", "not"], ["to", "bee", "or"]) == 2


def test_definitions_differ_where_they_should() -> None:
    result = score("Buy milk,\n2 EGGS", "BUY MILK 2EGGS")
    assert result.folded == Errors(2, 16)  # the comma and one space
    assert result.letters == Errors(0, 12)
    assert result.exact == Errors(8, 16)  # and six small letters
    assert result.words == Errors(4, 4)


def test_layout_is_no_error() -> None:
    assert score("ONE TWO\nTHREE\n", "\n ONE\n\nTWO   THREE").exact == Errors(0, 13)
    assert one_line(" a\t b\r\n c ") == "a b c"


def test_typographic_marks_are_compared_as_they_are() -> None:
    assert score("IT’S", "IT'S").exact.distance == 1
    assert score("IT’S", "IT'S").letters.distance == 0


def test_alphanumeric_keeps_letters_of_any_script() -> None:
    assert alphanumeric("Ä-1_é +ß.") == "Ä1éß"


def test_a_group_weighs_pages_by_length() -> None:
    group = total([score("A" * 99, "A" * 99), score("B", "C")])
    assert group.exact == Errors(1, 100)
    assert group.exact.rate == 0.01
    assert total([]) == Score()


def test_rate_against_nothing_and_above_one() -> None:
    assert score("", "").exact.rate == 0
    assert score("", "XY").exact.rate == 2
    assert score("A", "XYZ").exact.rate == 3


def test_to_dict_holds_rates_and_counts() -> None:
    assert score("AB CD", "ab cx").to_dict() == {
        "cer_folded": 0.2,
        "cer_letters": 0.25,
        "cer_exact": 0.8,
        "wer": 1.0,
        "distance": 4,
        "length": 5,
    }
