from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.segmentation.scale import at_most, halved


def test_halved_takes_means() -> None:
    picture = np.array([[0, 4, 9], [8, 4, 9], [9, 9, 9]], np.uint8)
    assert halved(picture).tolist() == [[4]]
    assert halved(picture[:1]).shape == (1, 1)


@pytest.mark.parametrize("shape", [(90, 301), (700, 30), (1, 999)])
def test_long_side_and_brightness(shape: tuple[int, int]) -> None:
    picture = np.full(shape, 77, np.uint8)
    small = at_most(picture, 100)
    assert max(small.shape) == 100 and (small == 77).all()
    assert min(small.shape) == max(1, round(100 * min(shape) / max(shape)))


def test_what_is_small_is_left_alone() -> None:
    picture = np.zeros((40, 100), np.uint8)
    assert at_most(picture, 100) is picture


def test_a_thin_stroke_is_not_lost() -> None:
    picture = np.zeros((800, 800), np.uint8)
    picture[:, 331] = 255
    assert at_most(picture, 100).max() > 15
