"""The filter is high in rows and low between them."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.segmentation.row_waves import PIXELS, row_waves, shrunk
from tests.drawn import blank, write


@pytest.mark.parametrize("pitch", [1.3, 1.6, 2.0])
def test_rows_are_high_and_what_parts_them_is_low(pitch: float) -> None:
    picture = blank(300, 700)
    for row, text in enumerate(("SHARON OWNS A", "GREEN HORSE", "AND TEN BOOKS")):
        write(picture, text, 40, 100 + row * pitch * 40, 40)
    waves = row_waves(shrunk(np.where(picture < 130, np.uint8(255), np.uint8(0)), PIXELS / 40))
    for row in range(3):
        middle = (80 + row * pitch * 40) * PIXELS / 40
        columns = slice(round(2 * PIXELS), round(9 * PIXELS))
        within = waves[round(middle), columns].mean()
        between = waves[round(middle + pitch / 2 * PIXELS), columns].mean()
        assert within > between + 0.5


def test_blank_paper_has_no_rows() -> None:
    assert not row_waves(np.zeros((40, 60), np.uint8)).any()


def test_shrunk_pixels_are_means() -> None:
    picture = np.zeros((8, 8), np.uint8)
    picture[:4, :2] = 200
    assert shrunk(picture, 0.25).tolist() == [[100, 0], [0, 0]]
