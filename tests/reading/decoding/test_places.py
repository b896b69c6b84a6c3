"""Places: what the contexts say, one by one or many at once."""

from __future__ import annotations

import numpy as np

from ocr.reading.decoding import places as module
from ocr.reading.decoding.constraints import LexiconContext
from ocr.reading.decoding.context import Context, LanguageContext
from ocr.reading.decoding.language import load_language
from ocr.reading.decoding.places import Places

ALPHABET = "abcdeT1"


def contexts() -> list[Context]:
    return [
        LanguageContext(ALPHABET, load_language("english"), [0.2] * 12),
        LexiconContext(ALPHABET, ["bad", "bed", "add"], closed=False),
    ]


def test_many_steps_at_once_are_single_steps_of_each_context() -> None:
    rng = np.random.default_rng(1)
    known = contexts()
    places = Places(known)
    at = np.full(300, places.start())
    states = [tuple(context.start() for context in known) for _ in at]
    for _ in range(6):
        symbols = rng.integers(0, len(ALPHABET) + 2, len(at))
        at = places.step(at, symbols)
        for k, symbol in enumerate(symbols.tolist()):
            if symbol <= len(ALPHABET):
                states[k] = tuple(
                    context.step(state, symbol) for context, state in zip(known, states[k], strict=True)
                )
        expected = [
            sum(context.scores(state) for context, state in zip(known, each, strict=True)) for each in states
        ]
        np.testing.assert_allclose(places.scores(at), expected, rtol=1e-6)
    numbers: dict[int, tuple[object, ...]] = {}
    for place, each in zip(at.tolist(), states, strict=True):
        assert numbers.setdefault(place, each) == each
    assert len(set(numbers.values())) == len(numbers)
    assert len(places) > 256  # the tables have grown


def test_joined_finds_places_that_are_the_same() -> None:
    places = Places(contexts())
    start = np.full(3, places.start())
    one, other, _ = places.step(start, np.array([0, 1, 0])).tolist()
    fresh, which = places.joined(np.array([other, one, other, one, one]))
    assert fresh.tolist() == [0, 1]
    assert which.tolist() == [0, 1, 0, 1, 1]


def test_too_many_places_are_forgotten_at_the_next_row(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(module, "_KEPT", 5)
    places = Places(contexts())
    at = np.full(len(ALPHABET), places.start())
    before = places.scores(places.step(at, np.arange(len(ALPHABET))))
    assert len(places) > 5
    at = np.full(len(ALPHABET), places.start())
    assert len(places) == 1
    np.testing.assert_array_equal(places.scores(places.step(at, np.arange(len(ALPHABET)))), before)
