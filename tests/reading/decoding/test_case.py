"""The automaton of capitals and small letters."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.decoding import case
from ocr.reading.decoding.context import LanguageContext
from ocr.reading.decoding.language import load_language


def state(text: str) -> int:
    place = case.START
    for character in text:
        place = case.step(place, character)
    return place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", case.START),
        ("word", case.LOWER),
        ("Word", case.TITLE),
        ("WORD", case.CAPITALS),
        ("isPalindrome", case.MIXED),
        ("42", case.START),
        ("WORD 42 ", int(case.Style.CAPITALS)),
        ("Word ", int(case.Style.TITLE)),
        ("WORD I ", int(case.Style.CAPITALS)),
        ("word I", int(case.Style.LOWER) + 4),
    ],
)
def test_states(text: str, expected: int) -> None:
    assert state(text) == expected


def test_all_states_are_below_their_number() -> None:
    reached, waiting = {case.START}, [case.START]
    while waiting:
        place = waiting.pop()
        for character in "aA 1":
            following = case.step(place, character)
            if following not in reached:
                reached.add(following)
                waiting.append(following)
    assert reached == set(range(case.STATES)) - {4 + int(case.Style.UNKNOWN)} | {4}


def test_rows_keep_to_their_style() -> None:
    model = load_language("english")
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    context = LanguageContext(alphabet, model, model.settings["capitals"])

    def prefers_capital(text: str, letter: str) -> bool:
        place = context.start()
        for character in text:
            place = context.step(place, len(alphabet) if character == " " else alphabet.index(character))
        scores = context.scores(place)
        return bool(scores[alphabet.index(letter.upper())] > scores[alphabet.index(letter)])

    assert prefers_capital("TO D", "o")
    assert prefers_capital("TO DO ", "s")
    assert not prefers_capital("to d", "o")
    assert not prefers_capital("Test tex", "t")
    total = np.exp(context.scores(context.start())[: len(alphabet)]).sum()
    assert 0 < total <= 1
