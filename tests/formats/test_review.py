from __future__ import annotations

import io

from ocr.formats import review
from ocr.page import Box, Letter, Line, Page, Word


def word(text: str, confidence: float, *others: tuple[str, float]) -> Word:
    letters = [Letter(letter, Box(k, 0, k + 1, 9), 0.9) for k, letter in enumerate(text)]
    letters[0] = Letter(text[0], Box(0, 0, 1, 9), 0.6, others)
    return Word(tuple(letters), confidence)


PAGE = Page(
    (Line((word("SURE", 0.99), word("OIL", 0.7, ("0", 0.3), ("D", 0.1)))), Line((word("5O", 0.4),))),
    9,
    9,
    "a.jpg",
)


def listed(**options: float) -> list[list[str]]:
    stream = io.BytesIO()
    review.write(PAGE, stream, **options)
    return [line.split("\t") for line in stream.getvalue().decode().splitlines()]


def test_most_doubtful_first_with_other_readings_and_places() -> None:
    rows = listed()
    assert [row[1] for row in rows[:-1]] == ["5O", "OIL"]
    assert rows[1] == [" 70 %", "OIL", "0IL DIL", "a.jpg:1:1", "0,0,3,9"]
    assert rows[-1] == ["2 of 3 words to check"]


def test_the_border_can_be_moved() -> None:
    assert [row[1] for row in listed(below=0.5)[:-1]] == ["5O"]
    assert listed(below=0.0) == [["0 of 3 words to check"]]
