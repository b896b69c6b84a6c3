"""Noise is measured as it is, and taken away only where it is strong."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.image import open_pictures
from ocr.reading.letters import find_letters
from ocr.reading.reader import _find_ink
from ocr.reading.segmentation.grain import grain, without_grain
from tests.drawn import blank, write


def noisy(picture: np.ndarray, deviation: float) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, deviation, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("deviation", [2, 8, 20])
def test_noise_is_measured_between_the_strokes(deviation: float) -> None:
    picture = blank(300, 900, paper=170)
    write(picture, "NOISE BY NIGHT", 40, 180, 50)
    assert grain(picture) < 1
    assert grain(noisy(picture, deviation)) == pytest.approx(deviation, rel=0.15)


def test_a_clean_picture_stays_as_it_is() -> None:
    picture = noisy(blank(200, 300), 2)
    assert without_grain(picture) is picture
    assert without_grain(blank(2, 2)).shape == (2, 2)


def test_a_noisy_page_shows_its_letters_and_no_specks() -> None:
    picture = blank(1700, 2400, paper=210)
    count = 0
    for row in range(8):
        count += len(write(picture, "QUIET LETTERS IN A STORM", 100, 260 + 180 * row, 64, pen=7))
    page = next(iter(open_pictures(noisy(picture, 40))))
    letters = find_letters(_find_ink(page))
    assert abs(len(letters) - count) <= 4
    assert len(letters.components) < 2 * count
