"""The frame of a row and what it tells about each letter."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.placement import FEATURES, RowFrame, placement, row_frame

# Two capitals, four small letters of half their height, a comma and a full stop, on the line y = 100.
ROW = np.array(
    [
        [0, 60, 30, 100],
        [40, 60, 70, 100],
        [80, 80, 100, 100],
        [110, 80, 130, 100],
        [140, 80, 160, 100],
        [170, 80, 190, 100],
        [195, 96, 200, 108],
        [205, 96, 209, 100],
    ],
    float,
)


def test_frame_of_capitals_and_marks() -> None:
    capitals = np.array([[x, 60, x + 30, 100] for x in range(0, 400, 40)] + [[410, 95, 415, 100]], float)
    frame = row_frame(capitals)
    assert frame == pytest.approx(RowFrame(0.0, 100.0, 40.0))


def test_frame_does_not_depend_on_order_and_follows_scale() -> None:
    shuffled = np.random.default_rng(0).permutation(ROW)
    assert row_frame(shuffled) == pytest.approx(row_frame(ROW))
    larger = row_frame(3 * ROW)
    usual = row_frame(ROW)
    assert larger is not None and usual is not None
    assert larger.height == pytest.approx(3 * usual.height)
    np.testing.assert_allclose(placement(3 * ROW, larger), placement(ROW, usual), atol=1e-5)


def test_frame_follows_a_sloping_row() -> None:
    rise = np.array([[x, 60 + 0.1 * x, x + 20, 100 + 0.1 * x] for x in range(0, 600, 30)])
    frame = row_frame(rise)
    assert frame is not None
    assert frame.slope == pytest.approx(0.1, abs=0.005)
    np.testing.assert_allclose(placement(rise, frame)[:, 2], 0, atol=0.03)  # all stand on the line


def test_features_by_hand() -> None:
    found = placement([[10, 20, 30, 60]], RowFrame(0.0, 70.0, 20.0))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [[1.0, 2.5, 0.5, 1.0, -1.0, 1.0]])


def test_without_a_row_only_proportions_are_known() -> None:
    np.testing.assert_allclose(placement([[0, 0, 40, 10]], None), [[0, 0, 0, 0, 2, 0]])


def test_a_capital_and_its_small_letter_differ() -> None:
    found = placement(ROW, row_frame(ROW))
    assert found[:2, 0].min() > found[2:6, 0].max() + 0.9
    comma, stop = found[6], found[7]
    assert comma[2] < -0.1 < stop[2] + 0.1


def test_features_stay_in_bounds_and_empty_rows_are_nothing() -> None:
    odd = placement([[0, 0, 1e6, 1], [5, 5, 5, 5]], RowFrame(0.0, 1e5, 1.0))
    assert np.abs(odd).max() <= 3
    assert row_frame(np.empty((0, 4))) is None
    assert placement(np.empty((0, 4)), None).shape == (0, len(FEATURES))
