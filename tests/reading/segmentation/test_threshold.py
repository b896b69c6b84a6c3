from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.reading.segmentation.light import contrast
from ocr.reading.segmentation.threshold import INK, ink_density, ink_level
from tests.drawn import blank, write


@pytest.mark.parametrize("blur", [0, 1.5, 3.0])
def test_the_outline_does_not_move_with_blur(blur: float) -> None:
    picture = blank(300, 700)
    write(picture, "OUTLINE", 50, 200, 80, pen=10)
    sharp = picture < 132
    if blur:
        picture = cv2.GaussianBlur(picture, (0, 0), blur)
    dark = contrast(picture)
    noise, ink = ink_level(dark)
    found = ink_density(dark, 80, noise, ink) > INK
    assert np.count_nonzero(found) == pytest.approx(np.count_nonzero(sharp), rel=0.12)


def test_faint_letters_beside_bold_ones_are_ink() -> None:
    picture = blank(300, 900)
    write(picture, "BOLD", 40, 200, 70, ink=30)
    faint = write(picture, "FAINT", 440, 200, 70, ink=150)
    dark = contrast(picture)
    density = ink_density(dark, 70, *ink_level(dark))
    for left, top, right, bottom in faint:
        assert (density[top:bottom, left:right] > INK).any()


def test_ghosts_and_noise_are_not() -> None:
    picture = blank(300, 900)
    write(picture, "BOLD", 40, 200, 70, ink=30)
    ghosts = write(picture, "GHOST", 440, 200, 70, ink=195)
    picture = np.clip(picture + np.random.default_rng(0).normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
    dark = contrast(picture)
    density = ink_density(dark, 70, *ink_level(dark))
    for left, top, right, bottom in ghosts:
        assert (density[top:bottom, left:right] > INK).mean() < 0.02


def test_nothing_inside_gives_no_level() -> None:
    assert ink_level(np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8)) == (0.0, 0.0)
