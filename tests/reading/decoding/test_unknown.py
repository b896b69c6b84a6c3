from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.decoding.language import SYMBOL_OF, load_language
from ocr.reading.decoding.unknown import mixed


def after(text: str) -> object:
    model = load_language()
    state = model.start()
    for character in text:
        state = model.step(state, SYMBOL_OF[character])
    return state


@pytest.mark.parametrize(
    ("unknown", "anything"), [(0.0, 0.0), (0.3, 0.0), (0.0, 0.2), (0.5, 0.1), (1.0, 0.0)]
)
@pytest.mark.parametrize("text", ["", "the ", "xq", "a1"])
def test_what_is_mixed_is_a_distribution(text: str, unknown: float, anything: float) -> None:
    assert np.exp(mixed(after(text), unknown, anything).astype(np.float64)).sum() == pytest.approx(
        1, abs=1e-4
    )


def test_without_shares_the_model_speaks_alone() -> None:
    state = after("th")
    assert mixed(state, 0) is state.logs


def test_anything_is_possible_after_every_text() -> None:
    state = after("th")
    assert mixed(state, 0).min() < np.log(0.05 / 60) <= mixed(state, 0, 0.05).min() + 1e-6


def test_words_that_are_not_known_are_left_to_chance_more_than_known_ones() -> None:
    known, foreign = after("th"), after("xq")
    letter = SYMBOL_OF["z"]
    gained = [float(mixed(state, 0.5)[letter] - mixed(state, 0.25)[letter]) for state in (known, foreign)]
    assert mixed(known, 0.5)[SYMBOL_OF["e"]] > mixed(foreign, 0.5)[SYMBOL_OF["e"]]
    assert all(gain > 0 for gain in gained)
