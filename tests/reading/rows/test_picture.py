"""Rows brought to one height: straight, upright, of one size, and every pixel's way back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ocr.reading.rows.picture import HEIGHT, MARGIN, SPREAD, fit_geometry, row_picture
from tests.drawn import blank, write

TEXT = "HAMBURG 1234 KEBAB"


def drawn_row(height: float = 40, text: str = TEXT) -> NDArray[np.uint8]:
    """(H, W) uint8, 255 = ink: a straight, upright row."""
    page = blank(int(4 * height), int((1.1 * len(text) + 2) * height), 0)
    write(page, text, height, 2.5 * height, height, ink=255)
    return page


def bent(row: NDArray[np.uint8], bow: float = 0.0, tilt: float = 0.0, lean: float = 0.0) -> NDArray[np.uint8]:
    """The row with its middle raised by ``bow`` pixels, falling by ``tilt``, leaning right by ``lean``."""
    height, width = row.shape
    v, u = np.mgrid[:height, :width].astype(np.float32)
    t = 2 * u / width - 1
    y = v + bow * (1 - t * t) - tilt * (u - width / 2)
    x = u + lean * (y - height / 2)
    return cv2.remap(row, x, y, cv2.INTER_LINEAR)


def tops(picture: NDArray[np.uint8], parts: int = 12) -> NDArray[np.float64]:
    """The highest ink in each of ``parts`` of the row: level where the row is straight."""
    inner = picture[:, MARGIN:-MARGIN] > 127
    found = [np.flatnonzero(part.any(axis=1)) for part in np.array_split(inner, parts, axis=1)]
    return np.array([rows[0] for rows in found if len(rows)], np.float64)


@pytest.mark.parametrize(("bow", "tilt"), [(0, 0), (25, 0), (-25, 0), (0, 0.08), (0, -0.08), (15, 0.05)])
def test_curves_and_slopes_are_straightened(bow: float, tilt: float) -> None:
    row = bent(drawn_row(), bow, tilt)
    picture, _ = row_picture(row)
    assert picture.shape[0] == HEIGHT and picture.dtype == np.uint8
    assert np.ptp(tops(picture)) <= 3


@pytest.mark.parametrize("lean", [-0.35, 0.0, 0.35])
def test_slant_is_taken_out(lean: float) -> None:
    _, geometry = row_picture(bent(drawn_row(), lean=lean))
    assert geometry.slant == pytest.approx(lean, abs=0.12)


def test_every_size_comes_at_one_scale() -> None:
    pictures = [row_picture(drawn_row(height))[0] for height in (14, 40, 120)]
    widths = [picture.shape[1] for picture in pictures]
    assert max(widths) / min(widths) < 1.06
    for picture in pictures:
        rows, _ = np.nonzero(picture > 127)
        assert np.std(rows) == pytest.approx(SPREAD, rel=0.12)
        assert rows.min() > 6 and rows.max() < HEIGHT - 6


def test_the_ink_lies_between_the_margins() -> None:
    picture, geometry = row_picture(bent(drawn_row(), 10, 0.03, 0.2))
    assert picture.shape == (HEIGHT, geometry.width)
    columns = np.flatnonzero((picture > 60).any(axis=0))
    assert abs(columns[0] - MARGIN) <= 3 and abs(geometry.width - 1 - columns[-1] - MARGIN) <= 3


def test_pixels_find_their_way_back() -> None:
    row = bent(drawn_row(), 12, 0.04, 0.25)
    picture, geometry = row_picture(row)
    v, u = np.nonzero(picture > 200)
    x, y = np.round(geometry.backward(np.stack([u, v], axis=1) + 0.5)).astype(int).T
    assert np.mean(row[y, x] > 127) > 0.97


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 200), st.floats(0.1, 500))
def test_forward_undoes_backward(seed: int, count: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    geometry = fit_geometry(rng.normal(0, size, (count, 2)) * (8, 1))
    points = rng.uniform((0, 0), (geometry.width, HEIGHT), (50, 2))
    assert geometry.scale > 0 and geometry.width >= 2 * MARGIN
    there = geometry.forward(geometry.backward(points))
    assert np.allclose(there, points, atol=1e-6)


def test_weights_are_repeated_points() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(0, 1, (80, 2)) * (40, 5)
    times = rng.integers(1, 4, 80)
    one, other = fit_geometry(points, times.astype(float)), fit_geometry(np.repeat(points, times, axis=0))
    assert np.allclose(one.curve, other.curve) and one.slant == pytest.approx(other.slant)
    assert one.scale == pytest.approx(other.scale)


def test_without_ink_the_picture_is_blank() -> None:
    picture, geometry = row_picture(np.zeros((30, 50), np.uint8))
    assert picture.shape[0] == HEIGHT and not picture.any() and geometry.scale == 1


def test_a_dot_and_a_dash_are_not_blown_up_without_limit() -> None:
    for width in (3, 60):
        row = np.zeros((40, 100), np.uint8)
        row[20:23, 10 : 10 + width] = 255
        picture, geometry = row_picture(row)
        assert picture.any() and geometry.width < 600
