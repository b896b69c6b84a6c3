from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.segmentation.survey import apply
from ocr.reading.turning import turned, turned_back

GRAY = np.arange(12, dtype=np.uint8).reshape(3, 4)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_turn_is_clockwise_and_the_way_back_leads_to_the_same_pixel(rotation: int) -> None:
    seen = turned(GRAY, rotation)
    assert np.array_equal(seen, np.rot90(GRAY, -rotation // 90))
    rows, columns = np.indices(seen.shape)
    middles = np.column_stack([columns.ravel(), rows.ravel()]) + 0.5
    x, y = np.floor(apply(turned_back(rotation, GRAY.shape), middles)).astype(int).T
    assert np.array_equal(GRAY[y, x], seen.ravel())
