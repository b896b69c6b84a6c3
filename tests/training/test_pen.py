"""Strokes written anew: never twice alike, always the same from one seed, never outside the paper."""

from __future__ import annotations

import cv2
import numpy as np

from ocr.training import pen

LETTER_L = np.array([[100, 100], [100, 160], [100, 220], [150, 220], [180, 220]], np.float32)
ONE_STROKE = np.array([0, 5])


def written(seed: int) -> tuple[np.ndarray, float]:
    return pen.draw(LETTER_L, ONE_STROKE, 120.0, np.random.default_rng(seed))


def test_one_seed_gives_one_drawing() -> None:
    first, again, other = written(1)[0], written(1)[0], written(2)[0]
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or (first != other).any()


def test_ink_is_whole_and_keeps_clear_of_the_edge() -> None:
    for seed in range(40):
        ink, unit = written(seed)
        assert ink.dtype == np.uint8 and set(np.unique(ink)) == {0, 255}
        edge = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
        assert not edge.any()
        assert cv2.connectedComponents(ink)[0] == 2  # paper and one stroke
        width, height = cv2.boundingRect(ink)[2:]
        assert 0.6 * pen.FINE < max(width, height) < 1.4 * pen.FINE
        assert 0.6 < height / unit < 1.5  # an L is one letter height high


def test_a_dot_stays_small_beside_its_letters() -> None:
    dot = np.array([[0, 0], [1, 1]], np.float32)
    ink, unit = pen.draw(dot, np.array([0, 2]), 100.0, np.random.default_rng(0))
    assert max(cv2.boundingRect(ink)[2:]) < 0.4 * unit


def test_a_second_stroke_is_drawn_as_well() -> None:
    points = np.vstack([LETTER_L, LETTER_L + np.float32(120)])
    ink, _ = pen.draw(points, np.array([0, 5, 10]), 240.0, np.random.default_rng(3))
    assert cv2.connectedComponents(ink)[0] == 3


def test_pen_widths_and_turns_stay_within_reason() -> None:
    rng = np.random.default_rng(0)
    widths = [pen.pen_width(rng) for _ in range(500)]
    assert 0.03 <= min(widths) < 0.06 and 0.15 < max(widths) <= 0.26
    areas = [np.linalg.det(pen.random_affine(rng)) for _ in range(200)]
    np.testing.assert_allclose(areas, 1, atol=1e-6)  # turned, slanted and stretched, never mirrored or scaled


def test_only_some_zeros_get_a_slash_and_an_a_never_does() -> None:
    rng = np.random.default_rng(0)

    def changed(character: str) -> int:
        count = 0
        for _ in range(300):
            ink = np.zeros((60, 40), np.uint8)
            pen.flourish(ink, character, rng)
            count += bool(ink.any())
        return count

    assert changed("A") == 0
    assert 8 < changed("0") < 50
    assert 8 < changed("7") < 50
