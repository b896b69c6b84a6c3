from __future__ import annotations

import pytest

from ocr.reading.charset import parse_charset


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("digits", "0123456789"),
        ("A-F0-9", "ABCDEF0123456789"),
        ("-x", "-x"),
        ("x-", "-x"),
        ("A", "A"),
        ("a-cXYZ", "abcXYZ"),
    ],
)
def test_characters(text: str, characters: str) -> None:
    assert parse_charset(text) == frozenset(characters)


def test_names_nest() -> None:
    assert parse_charset("digits") | parse_charset("letters") == parse_charset("alnum")


@pytest.mark.parametrize(
    ("text", "meant"), [("digit", "digits"), ("Letters", "letters"), ("lowercase", "lower")]
)
def test_a_name_that_is_misspelt_is_told(text: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"did you mean '{meant}'"):
        parse_charset(text)
    assert parse_charset("".join(sorted(set(text)))) == set(text)


@pytest.mark.parametrize("text", ["", "Z-A"])
def test_what_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_charset(text)
