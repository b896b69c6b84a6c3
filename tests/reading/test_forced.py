"""Given texts laid along a lattice: the search's own score where nothing is missing or left over."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.page import Box
from ocr.reading.decoding.lattice import Lattice, plain_lattice
from ocr.reading.decoding.words import Decoder, Weights
from ocr.reading.forced import lattice_scores

ALPHABET = ("A", "B", "C")
PLAIN = Weights(language=0, case=0, letter=0)


def lattice(seed: int, count: int = 5) -> Lattice:
    rng = np.random.default_rng(seed)
    logs = rng.normal(0, 2, (count, 3)).astype(np.float32)
    logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
    boxes = tuple(Box(10 * k, 0, 10 * k + 8, 9) for k in range(count))
    return plain_lattice(boxes, logs, rng.normal(0, 2, count + 1).astype(np.float32))


@pytest.mark.parametrize("seed", range(5))
def test_the_best_reading_has_the_searchs_score_and_no_text_a_better_one(seed: int) -> None:
    row = lattice(seed)
    readings = Decoder(ALPHABET, (), PLAIN, beam=500, width=100).decode(row, 20)
    scores = lattice_scores(row, [reading.text for reading in readings], ALPHABET, PLAIN)
    assert np.allclose(scores, [reading.score for reading in readings], atol=1e-4)
    others = lattice_scores(row, ["ABCAB", "AAAAA", "A B C A B", "ABC", ""], ALPHABET, PLAIN)
    assert (others <= scores[0] + 1e-6).all()


def test_letters_may_be_missing_and_left_over_at_a_price() -> None:
    row = lattice(1)
    best = Decoder(ALPHABET, (), PLAIN).decode(row)[0].text.replace(" ", "")
    whole, less, more, far = lattice_scores(row, [best, best[1:], best + "A", best + "AAA"], ALPHABET, PLAIN)
    assert whole > less and whole > more > far > -np.inf


def test_joins_are_found_and_unknown_characters_bear_a_price() -> None:
    logs = np.log(np.array([[0.4, 0.4, 0.2], [0.4, 0.4, 0.2], [0.01, 0.01, 0.98]], np.float32))
    boxes = (Box(0, 0, 5, 9), Box(5, 0, 9, 9), Box(0, 0, 9, 9))
    row = Lattice(
        np.array([0, 1, 0]), np.array([1, 2, 2]), boxes, logs, np.full(3, -np.inf, np.float32),
        np.zeros(3, np.float32), np.full(3, -np.inf, np.float32),
    )  # fmt: skip
    joined, apart, small, unknown = lattice_scores(row, ["C", "AB", "c", "?"], ALPHABET, PLAIN)
    assert joined == pytest.approx(np.log(0.98), abs=1e-5) and joined > apart and small == joined
    assert unknown < joined - 5
