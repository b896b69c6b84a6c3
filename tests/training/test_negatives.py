"""What is no letter."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.training import negatives
from tests.training.handwriting import digit


def test_a_piece_is_part_of_its_letter_and_a_bar_gives_none() -> None:
    ink = np.kron(digit("8"), np.ones((3, 3), np.uint8))
    rng = np.random.default_rng(0)
    pieces = [piece for piece in (negatives.piece(ink, rng) for _ in range(30)) if piece is not None]
    assert pieces
    for piece, (begin, end) in pieces:
        assert 0 <= begin < end <= 1 and round((end - begin) * len(ink)) == len(piece)
        assert np.count_nonzero(piece) < np.count_nonzero(ink)
        assert min(piece.shape) >= 0.4 * max(piece.shape)
    bar = np.full((80, 10), 255, np.uint8)
    assert all(negatives.piece(bar, rng) is None for _ in range(30))


def test_two_letters_stand_on_one_line() -> None:
    first, second = np.full((40, 20), 255, np.uint8), np.full((60, 30), 255, np.uint8)
    rng = np.random.default_rng(0)
    for _ in range(8):
        both, span = negatives.together(first, second, rng, ((0.6, 0.0), (1.0, -0.3)), 50.0)
        assert span == (1.0, -0.3)
        assert both.shape[0] == 65 and 30 <= both.shape[1] < 60
        assert sorted([int(both[0, 0]), int(both[0, -1])]) == [0, 255]  # one of them is taller


@pytest.mark.parametrize("make", [negatives.ruling, negatives.scribble, negatives.speckle])
def test_made_up_marks_have_ink_and_follow_the_seed(make: object) -> None:
    assert callable(make)
    inked = 0
    for seed in range(20):
        first, again = (make(np.random.default_rng(seed)) for _ in range(2))
        np.testing.assert_array_equal(first, again)
        inked += bool(first.any())
    assert inked >= 18
