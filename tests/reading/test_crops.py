from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.reading.crops import LETTER, SIZE, STROKE, normalise
from tests.drawn import write


def drawn(letter: str, height: float, pen: int) -> np.ndarray:
    patch = np.zeros((round(height * 1.5 + 2 * pen + 10),) * 2, np.uint8)
    write(patch, letter, 8 + pen, 8 + pen + height, height, pen=pen, ink=255)
    return patch


def ink_box(crop: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(crop > 0.5)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def stroke(crop: np.ndarray) -> float:
    fine = cv2.resize(crop, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    ink = (fine > 0.5).astype(np.uint8)
    depth = cv2.distanceTransform(ink, cv2.DIST_L2, 5)
    return float(4 * depth[ink > 0].mean() - 2) / 8


@pytest.mark.parametrize("letter", "AEHRS7")
@pytest.mark.parametrize(("height", "pen"), [(18, 2), (40, 3), (40, 7), (120, 5), (120, 22), (400, 30)])
def test_any_pen_and_resolution_give_the_geometry_of_nist36(letter: str, height: float, pen: int) -> None:
    crop = normalise([drawn(letter, height, pen)])[0]
    left, top, right, bottom = ink_box(crop)
    # Bringing the stroke to its width moves the outline, by at most half of the change on either side.
    assert max(right - left, bottom - top) == pytest.approx(LETTER, abs=4.5)
    assert (left + right) / 2 == pytest.approx(SIZE / 2, abs=1.1)
    assert (top + bottom) / 2 == pytest.approx(SIZE / 2, abs=1.1)
    assert stroke(crop) == pytest.approx(STROKE, abs=1.2)


def test_crops_are_float_between_paper_and_ink() -> None:
    crops = normalise([drawn("B", 50, 5), drawn("8", 20, 2)])
    assert crops.shape == (2, SIZE, SIZE)
    assert crops.dtype == np.float32
    assert crops.min() == 0 and crops.max() == 1


def test_a_patch_without_ink_gives_an_empty_crop() -> None:
    assert not normalise([np.zeros((9, 5), np.uint8), np.full((4, 4), 100, np.uint8)]).any()


def test_no_patches_give_no_crops() -> None:
    assert normalise([]).shape == (0, SIZE, SIZE)


@pytest.mark.parametrize("shape", [(5, 900), (900, 5), (1, 4000)])
def test_hairs_much_longer_than_wide_give_crops(shape: tuple[int, int]) -> None:
    crop = normalise([np.full(shape, 255, np.uint8)])[0]
    assert crop.shape == (SIZE, SIZE)
    assert 0 <= crop.min() <= crop.max() <= 1


def test_a_crop_does_not_depend_on_the_others_in_the_batch() -> None:
    patches = [drawn(letter, 30 + 3 * k, 3) for k, letter in enumerate("ABCDEFGHIJ")]
    together = normalise(patches)
    for patch, crop in zip(patches, together, strict=True):
        np.testing.assert_array_equal(normalise([patch])[0], crop)


def test_margin_around_the_letter_changes_nothing() -> None:
    patch = drawn("K", 60, 6)
    np.testing.assert_allclose(normalise([patch])[0], normalise([np.pad(patch, 17)])[0], atol=1e-6)


def test_stroke_zero_keeps_the_stroke() -> None:
    thin, thick = normalise([drawn("L", 100, 4), drawn("L", 100, 24)], stroke=0)
    assert stroke(thick) > 3 * stroke(thin)
