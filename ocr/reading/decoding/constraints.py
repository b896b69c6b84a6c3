"""What a reading must look like: a pattern of characters, or words of a list.

Pattern: ``9`` is any digit, ``A`` any capital, ``a`` any small letter, ``X`` any letter or digit, ``?`` any
character; ``\\`` takes the next character as it is; everything else, a space too, is itself. A row is the
pattern once, or several times with spaces between. Where the alphabet has no small letters, ``a`` takes
capitals.
"""

from __future__ import annotations

import string
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr.errors import InputError

_OPEN_WEIGHT = 8.0  # e^bonus - 1 where one character only can go on: about what the model saves there
_NEVER = np.float32(-np.inf)
_CLASSES = {
    "9": frozenset(string.digits),
    "A": frozenset(string.ascii_uppercase),
    "a": frozenset(string.ascii_lowercase),
    "X": frozenset(string.ascii_letters + string.digits),
    "?": frozenset(string.digits + string.ascii_letters + string.punctuation),
}


def parse_pattern(pattern: str) -> tuple[frozenset[str], ...]:
    """The characters that each place of ``pattern`` allows; ValueError when it is empty or cut short."""
    places: list[frozenset[str]] = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            literal = next(characters, None)
            if literal is None:
                raise ValueError(f"pattern {pattern!r} ends in a backslash; write \\\\ for one")
            places.append(frozenset(literal))
        else:
            places.append(_CLASSES.get(character, frozenset(character)))
    if not places or frozenset(" ") in (places[0], places[-1]):
        raise ValueError(f"pattern {pattern!r} must begin and end with a character that is not a space")
    return tuple(places)


class PatternContext:
    """Rows that are ``pattern`` once or, a space between, several times. States are places in the pattern."""

    def __init__(self, alphabet: Sequence[str], pattern: str) -> None:
        """ValueError when ``alphabet`` has no character for one of the pattern's places."""
        places = parse_pattern(pattern)
        size = len(alphabet)
        self._length = len(places)
        self._scores = np.full((self._length + 1, size + 2), _NEVER, np.float32)
        small = any(character.islower() for character in alphabet)
        for place, allowed in enumerate(places):
            if not small:
                allowed = frozenset(character.upper() for character in allowed)
            columns = [k for k, character in enumerate([*alphabet, " "]) if character in allowed]
            if not columns:
                raise ValueError(f"pattern {pattern!r}: the model reads none of {''.join(sorted(allowed))!r}")
            self._scores[place, columns] = 0
        self._scores[self._length, size:] = 0

    def start(self) -> Hashable:
        return 0

    def scores(self, state: int) -> NDArray[np.float32]:
        return self._scores[state]

    def step(self, state: int, symbol: int) -> Hashable:
        return 0 if state == self._length else state + 1


def read_lexicon(path: str | Path) -> list[str]:
    """The words of a list, one a line; InputError when it cannot be read or holds none."""
    try:
        words = Path(path).read_text("utf-8-sig").split()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}: not readable as a list of words (UTF-8 text, one word a line): {error}"
        ) from error
    if not words:
        raise InputError(f"{path}: no words in it; a lexicon has one word a line")
    return words


class LexiconContext:
    """Words of a list, whatever their case. A word may have punctuation before and after it.

    Closed: no other words may come. Open: each character that goes on towards a word of the list gets a
    bonus, the more the fewer words go on there; other words stay possible.
    """

    _OUTSIDE = -1  # after a word's end, or, in an open lexicon, in a word that is not in the list

    def __init__(self, alphabet: Sequence[str], words: Iterable[str], closed: bool) -> None:
        """ValueError when ``alphabet`` can spell none of ``words``."""
        self._closed = closed
        self._keys = [character.lower() for character in alphabet]
        self._size = len(alphabet)
        self._columns: dict[str, list[int]] = {}
        for column, key in enumerate(self._keys):
            self._columns.setdefault(key, []).append(column)
        self._punctuation = [k for k, key in enumerate(self._keys) if not key.isalnum()]
        self._children: list[dict[str, int]] = [{}]
        self._words_below = [0]
        self._ends = [False]
        for word in sorted({word.lower() for word in words}):
            if all(key in self._columns for key in word):
                self._add(word)
        if not self._words_below[0]:
            raise ValueError("the model can spell none of the words in the lexicon")

    def _add(self, word: str) -> None:
        node = 0
        self._words_below[0] += 1
        for key in word:
            following = self._children[node].get(key)
            if following is None:
                following = self._children[node][key] = len(self._children)
                self._children.append({})
                self._words_below.append(0)
                self._ends.append(False)
            node = following
            self._words_below[node] += 1
        self._ends[node] = True

    def start(self) -> Hashable:
        return 0

    def scores(self, state: int) -> NDArray[np.float32]:
        return self._closed_scores(state) if self._closed else self._open_scores(state)

    def _closed_scores(self, state: int) -> NDArray[np.float32]:
        scores = np.full(self._size + 2, _NEVER, np.float32)
        if state <= 0 or self._ends[state]:
            scores[self._punctuation] = 0
            scores[self._size :] = 0
        if state >= 0:
            for key in self._children[state]:
                scores[self._columns[key]] = 0
        return scores

    def _open_scores(self, state: int) -> NDArray[np.float32]:
        """A bonus for each character that goes on towards a word of the list."""
        scores = np.zeros(self._size + 2, np.float32)
        if state < 0:
            return scores
        below = self._words_below[state]
        for key, child in self._children[state].items():
            scores[self._columns[key]] = self._bonus(self._words_below[child] / below)
        if self._ends[state] and state:
            scores[self._size :] = self._bonus(1 / below)
        return scores

    @staticmethod
    def _bonus(share: float) -> float:
        return float(np.log1p(_OPEN_WEIGHT * share))

    def step(self, state: int, symbol: int) -> Hashable:
        if symbol >= self._size:
            return 0
        if state >= 0:
            following = self._children[state].get(self._keys[symbol])
            if following is not None:
                return following
            if state == 0 and not self._keys[symbol].isalnum():
                return 0
        return self._OUTSIDE
