"""Written rows drawn with a pen: size, damage, limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("fontTools")

from ocr.reading.rows.picture import HEIGHT, MARGIN, SPREAD, row_picture
from ocr.training.row_compose import Written
from ocr.training.row_draw import CLEAN, MAX_WIDTH, draw


def zigzag(teeth: int) -> Written:
    """A row of strokes one unit high, each of 11 points."""
    rise = np.linspace(0, -1, 11)
    strokes = [np.stack([tooth * 0.6 + 0.1 * rise, rise], axis=1) for tooth in range(teeth)]
    points = np.concatenate(strokes).astype(np.float32)
    return Written("I" * teeth, points, np.full(teeth, 11, np.int64), points)


def drawn(row: Written, seed: int = 0, **damage: float) -> np.ndarray:
    found = draw(row, np.random.default_rng(seed), replace(CLEAN, **damage))
    assert found is not None
    return found[0]


def test_a_clean_row_has_the_geometry_of_reading() -> None:
    picture = drawn(zigzag(12))
    assert picture.shape[0] == HEIGHT and picture.dtype == np.uint8
    columns = np.flatnonzero(picture.any(axis=0))
    assert abs(columns[0] - MARGIN) <= 2
    assert np.std(np.nonzero(picture > 127)[0]) == pytest.approx(SPREAD, rel=0.1)
    again, geometry = row_picture(picture)
    assert geometry.scale == pytest.approx(1, abs=0.1)
    assert abs(again.shape[1] - picture.shape[1]) < 0.1 * picture.shape[1]


def test_a_row_that_is_too_wide_is_left_out() -> None:
    assert drawn(zigzag(40)).shape[1] <= MAX_WIDTH
    assert draw(zigzag(400), np.random.default_rng(0), CLEAN) is None


@pytest.mark.parametrize("kind", ["ruling", "frame", "specks"])
def test_what_the_paper_adds(kind: str) -> None:
    clean = drawn(zigzag(12)).astype(int)
    damaged = [drawn(zigzag(12), seed, **{kind: 1.0}).astype(int) for seed in range(8)]
    assert all((picture >= clean).all() for picture in damaged)
    assert any((picture > clean).any() for picture in damaged)


@pytest.mark.parametrize("kind", ["gaps", "pressure"])
def test_what_the_pen_leaves_out(kind: str) -> None:
    clean = drawn(zigzag(12)).astype(int)
    damaged = [drawn(zigzag(12), seed, **{kind: 1.0}).astype(int) for seed in range(8)]
    assert all(picture.sum() <= clean.sum() for picture in damaged)
    assert any(picture.sum() < clean.sum() for picture in damaged)


def test_neighbours_reach_in_from_above_or_below() -> None:
    clean, strokes = draw(zigzag(12), np.random.default_rng(0), CLEAN) or (None, None)
    assert clean is not None
    changed = 0
    for seed in range(8):
        found = draw(zigzag(12), np.random.default_rng(seed), replace(CLEAN, neighbours=1.0), strokes)
        assert found is not None and (found[0] >= clean).all()
        changed += bool((found[0] > clean).any())
    assert changed >= 3


def test_jitter_varies_the_geometry_and_the_seed_decides_it() -> None:
    one, same, other = (drawn(zigzag(9), seed, jitter=1.0) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert one.shape != other.shape or not np.array_equal(one, other)


def test_filled_outlines_have_their_holes() -> None:
    square = np.array([(0, 0), (1, 0), (1, -1), (0, -1)], np.float32)
    ring = np.concatenate([square, square * 0.5 + (0.25, -0.25)]).astype(np.float32)
    ink = np.concatenate([square * scale + (0.5 - scale / 2, scale / 2 - 0.5) for scale in (1, 0.8, 0.6)])
    found = draw(
        Written("O", ring, np.array([4, 4]), ink.astype(np.float32), [2]), np.random.default_rng(1), CLEAN
    )
    assert found is not None
    picture = found[0]
    rows, columns = np.nonzero(picture > 127)
    middle = picture[(rows.min() + rows.max()) // 2, (columns.min() + columns.max()) // 2]
    assert middle == 0 and picture.max() == 255
