"""How likely is a capital here? Words come in capitals, lower case or title case, and rows keep to a style.

An automaton of twelve states remembers the case of the word so far and of the word before it; each state
has one probability, counted from text and kept in the language model's card.
"""

from __future__ import annotations

from enum import IntEnum


class Style(IntEnum):
    """The case of a whole word; UNKNOWN before the first word."""

    UNKNOWN = 0
    LOWER = 1
    TITLE = 2
    CAPITALS = 3


# States 0-3: at the start of a word, after a word of each style. 4-7: after one capital that began a word.
LOWER, TITLE, CAPITALS, MIXED = 8, 9, 10, 11
STATES = 12
START = int(Style.UNKNOWN)

_STYLE_AFTER = {LOWER: Style.LOWER, TITLE: Style.TITLE, CAPITALS: Style.CAPITALS, MIXED: Style.LOWER}


def step(state: int, character: str) -> int:
    """The state after ``character``: a letter, a space, or anything else, which changes nothing."""
    if character == " ":
        # One capital alone ("I", "A") tells nothing about the style: that of the word before it stays.
        return int(_STYLE_AFTER[state]) if state >= LOWER else state % 4
    if not character.isalpha():
        return state
    upper = character.isupper()
    if state < 4:
        return state + 4 if upper else LOWER
    if state < 8:
        return CAPITALS if upper else TITLE
    if state == CAPITALS:
        return CAPITALS if upper else MIXED
    if state == MIXED:
        return MIXED
    return MIXED if upper else state
