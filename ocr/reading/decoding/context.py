"""What text may come next, and how likely it is, for the search of `ocr.reading.decoding.words`.

A context is an automaton over an alphabet: a start state, a score for each next symbol, a step. The
character model with its case model is one, a pattern or a lexicon (`ocr.reading.decoding.constraints`) another;
`ocr.reading.decoding.places` runs several side by side and adds their scores.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ocr.reading.decoding import case
from ocr.reading.decoding.language import DIGIT, SPACE, SYMBOL_OF, CharacterModel
from ocr.reading.decoding.unknown import mixed


class Context(Protocol):
    """An automaton over an alphabet of C characters.

    Symbol k < C is a character, C is a space, C + 1 the end of the row. States are hashable, equal when
    nothing that can follow differs.
    """

    def start(self) -> Hashable:
        """The state at the beginning of a row."""

    def scores(self, state: Any) -> NDArray[np.float32]:
        """(C + 2,) float32, natural logarithms; -inf for what may not come."""

    def step(self, state: Any, symbol: int) -> Hashable:
        """The state after a character or a space."""


class LanguageContext:
    """The character model over an alphabet, with the case model where the alphabet has both cases."""

    def __init__(
        self,
        alphabet: Sequence[str],
        model: CharacterModel,
        capitals: Sequence[float] | None = None,
        weight: float = 1.0,
        case_weight: float = 1.0,
        unknown: float = 0.0,
        anything: float = 0.0,
    ) -> None:
        """alphabet: C characters of printable ASCII, each once.

        capitals: for each state of `ocr.reading.decoding.case` the probability that the next letter is a capital; None
        leaves case alone. weight and case_weight multiply the logarithms. unknown and
        anything: see `ocr.reading.decoding.unknown`.
        """
        self._model = model
        self._symbols = [SYMBOL_OF[character] for character in alphabet]
        columns = np.array([*self._symbols, SPACE, SPACE])
        self._columns = columns
        self._weight = np.float32(weight)
        self._unknown, self._anything = unknown, anything
        self._offsets = np.where(columns == DIGIT, -np.log(10), 0.0).astype(np.float32) * np.float32(weight)
        self._alphabet = [*alphabet, " "]
        self._case = np.zeros((case.STATES, len(columns)), np.float32)
        self._cased = capitals is not None
        if capitals is not None:
            upper = np.clip(np.asarray(capitals, np.float64), 1e-4, 1 - 1e-4)
            for column, character in enumerate(alphabet):
                if character.isalpha():
                    chance = upper if character.isupper() else 1 - upper
                    self._case[:, column] = case_weight * np.log(chance)

    def start(self) -> Hashable:
        return self._model.start(), case.START

    def scores(self, state: Any) -> NDArray[np.float32]:
        text, letters = state
        result: NDArray[np.float32] = (
            mixed(text, self._unknown, self._anything)[self._columns] * self._weight + self._offsets
        )
        return result + self._case[letters] if self._cased else result

    def step(self, state: Any, symbol: int) -> Hashable:
        text, letters = state
        following = self._model.step(text, SPACE if symbol >= len(self._symbols) else self._symbols[symbol])
        return following, case.step(letters, self._alphabet[symbol]) if self._cased else letters


class Anything:
    """No context: every text is as likely as any other."""

    def __init__(self, size: int) -> None:
        """``size``: characters in the alphabet."""
        self._scores = np.zeros(size + 2, np.float32)

    def start(self) -> Hashable:
        return 0

    def scores(self, state: Any) -> NDArray[np.float32]:
        return self._scores

    def step(self, state: Any, symbol: int) -> Hashable:
        return 0
