"""The states of several contexts side by side, numbered, so that a search can keep them in arrays.

A place is one combination of states. What it says about the next symbol and the places one step on are
looked up in tables that are filled when they are first asked for: many steps at once cost little more than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr.reading.decoding.context import Context

_KEPT = 20_000  # places remembered between rows; their tables take 25 MB
_FIRST = 256  # places that there is room for at first
_UNKNOWN = -1


class Places:
    """Several contexts at once: what may come must be allowed by all of them, their scores are added.

    Numbers of places hold until the next `start`, which forgets them when there are too many.
    """

    def __init__(self, contexts: Sequence[Context]) -> None:
        """``contexts``, one at least, are over the same alphabet of C characters."""
        self._contexts = tuple(contexts)
        self._width = len(self._contexts[0].scores(self._contexts[0].start()))
        self._forget()

    def _forget(self) -> None:
        self._states: list[tuple[Any, ...]] = []
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._scores = np.empty((_FIRST, self._width), np.float32)
        self._scored = np.zeros(_FIRST, np.bool_)
        self._targets = self._unknown(0)
        self._met = np.empty(_FIRST, np.intp)

    def __len__(self) -> int:
        return len(self._states)

    def start(self) -> int:
        """The place at the beginning of a row."""
        if len(self) > _KEPT:
            self._forget()
        return self._number(tuple(context.start() for context in self._contexts))

    def scores(self, places: NDArray[np.integer]) -> NDArray[np.float32]:
        """(P, C + 2) natural logarithms for what may follow ``places`` (P,), as `Context.scores`."""
        scored = self._scored[places]
        if not scored.all():
            for place in places[~scored].tolist():
                states = self._states[place]
                total = self._contexts[0].scores(states[0])
                for context, state in zip(self._contexts[1:], states[1:], strict=True):
                    total = total + context.scores(state)
                self._scores[place] = total
                self._scored[place] = True
        return self._scores[places]

    def step(self, places: NDArray[np.integer], symbols: NDArray[np.integer]) -> NDArray[np.int32]:
        """(K,) the places after one symbol each; ``places`` and ``symbols`` are (K,).

        Symbol C is the space; after C + 1, which is nothing, a place is still the same.
        """
        found = self._targets[places, symbols]
        missing = (found < 0).nonzero()[0]
        if len(missing):
            for k, place, symbol in zip(
                missing.tolist(), places[missing].tolist(), symbols[missing].tolist(), strict=True
            ):
                found[k] = self._step(place, symbol)
        return found

    def joined(self, places: NDArray[np.integer]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """(D,) where each place is met first in ``places`` (K,), in this order, and (K,) which of these each is."""
        order = np.arange(len(places))
        self._met[places[::-1]] = order[
            ::-1
        ]  # where a place comes several times, the last to be written stays
        first = self._met[places]
        fresh = first == order
        return fresh.nonzero()[0], (fresh.cumsum() - 1)[first]

    def _step(self, place: int, symbol: int) -> int:
        target = self._number(
            tuple(
                context.step(state, symbol)
                for context, state in zip(self._contexts, self._states[place], strict=True)
            )
        )
        self._targets[place, symbol] = target
        return target

    def _number(self, states: tuple[Any, ...]) -> int:
        number = self._numbers.get(states)
        if number is None:
            number = self._numbers[states] = len(self._states)
            self._states.append(states)
            if number == len(self._scored):
                self._grow()
        return number

    def _grow(self) -> None:
        size = len(self._scored)
        self._scores = np.concatenate([self._scores, np.empty_like(self._scores)])
        self._scored = np.concatenate([self._scored, np.zeros(size, np.bool_)])
        self._targets = np.concatenate([self._targets, self._unknown(size)])
        self._met = np.empty(2 * size, np.intp)

    def _unknown(self, first: int) -> NDArray[np.int32]:
        """Targets for as many places as there are before ``first``, or to begin with."""
        count = first or _FIRST
        targets = np.full((count, self._width), _UNKNOWN, np.int32)
        targets[:, -1] = np.arange(first, first + count)
        return targets
