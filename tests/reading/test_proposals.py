"""Words of two readers side by side, and what they make together."""

from __future__ import annotations

from ocr.page import Box
from ocr.reading.decoding.words import Reading, ReadLetter
from ocr.reading.proposals import Words, mixtures, stretches, text_of, with_agreed, words_of


def words(text: str, reader: str, pitch: int = 10, left: int = 0) -> Words:
    """The words of a text whose characters stand ``pitch`` pixels apart."""
    letters = [
        ReadLetter(c, Box(left + pitch * k, 0, left + pitch * k + 8, 9), k, text[k - 1] == " ", 0.9, 0.9, ())
        for k, c in enumerate(text)
        if c != " "
    ]
    return words_of(Reading(tuple(letters), 0.0), reader)


def test_words_keep_their_reader_and_their_place() -> None:
    found = words("MAKE TEA", "rows")
    assert [word.text for word in found] == ["MAKE", "TEA"] and text_of(found) == "MAKE TEA"
    assert (found[1].left, found[1].right, found[1].reader) == (50, 78, "rows")
    assert words_of(None, "rows") == () and text_of(()) == ""


def test_stretches_hold_the_words_above_each_other() -> None:
    first, second = words("MAKE THE TEA", "letters"), words("MAKE THETEA", "rows")
    parts = stretches(first, second)
    assert [(text_of(part.first), text_of(part.second)) for part in parts] == [
        ("MAKE", "MAKE"),
        ("THE TEA", "THETEA"),
    ]
    assert [part.agreed for part in parts] == [True, False]


def test_words_that_one_reader_alone_sees_are_stretches_too() -> None:
    first, second = words("MAKE", "letters"), words("MAKE TEA", "rows")
    parts = stretches(first, second)
    assert [(text_of(part.first), text_of(part.second)) for part in parts] == [("MAKE", "MAKE"), ("", "TEA")]
    assert stretches((), ()) == []
    assert [text_of(part.second) for part in stretches((), second)] == ["MAKE", "TEA"]


def test_mixtures_take_every_difference_from_either() -> None:
    first, second = words("MAXE THE TEA", "letters"), words("MAKE THE TFA", "rows")
    found = {text_of(mixed): [word.reader for word in mixed] for mixed in mixtures(first, second)}
    assert set(found) == {"MAKE THE TEA", "MAXE THE TFA"}
    assert found["MAKE THE TEA"] in (["rows", "letters", "letters"], ["rows", "rows", "letters"])
    assert mixtures(first, first) == []


def test_what_both_read_is_the_firsts() -> None:
    merged = with_agreed(words("MAKE TEA", "letters"), words("MIKE TEA", "rows"))
    assert [(word.text, word.reader) for word in merged] == [("MIKE", "rows"), ("TEA", "letters")]
