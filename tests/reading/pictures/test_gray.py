from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ocr.reading.pictures.gray import from_array, from_numbers, from_words, reduced, upright

RAMP = np.arange(0, 240, dtype=np.uint8).reshape(12, 20)


@pytest.mark.parametrize("shrink", [1, 2, 4, 8])
@pytest.mark.parametrize("shape", [(64, 48), (61, 43), (1, 1), (3, 200)])
def test_reducing_averages_squares(shape: tuple[int, int], shrink: int) -> None:
    gray = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    small = reduced(gray, shrink)
    assert small.shape == (-(-shape[0] // shrink), -(-shape[1] // shrink))
    whole = gray[: shape[0] // shrink * shrink, : shape[1] // shrink * shrink].astype(float)
    rows, columns = whole.shape[0] // shrink, whole.shape[1] // shrink
    means = whole.reshape(rows, shrink, columns, shrink).mean(axis=(1, 3))
    assert np.abs(small[:rows, :columns] - means).max(initial=0) <= 0.5001


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_agrees_with_pillow(orientation: int) -> None:
    turns = [
        None,
        None,
        Image.Transpose.FLIP_LEFT_RIGHT,
        Image.Transpose.ROTATE_180,
        Image.Transpose.FLIP_TOP_BOTTOM,
        Image.Transpose.TRANSPOSE,
        Image.Transpose.ROTATE_270,
        Image.Transpose.TRANSVERSE,
        Image.Transpose.ROTATE_90,
    ]
    turn = turns[orientation]
    expected = RAMP if turn is None else np.asarray(Image.fromarray(RAMP).transpose(turn))
    assert np.array_equal(upright(RAMP, orientation), expected)


@pytest.mark.parametrize("orientation", [0, 9, -1])
def test_orientations_that_do_not_exist_change_nothing(orientation: int) -> None:
    assert np.array_equal(upright(RAMP, orientation), RAMP)


@pytest.mark.parametrize("bits", [8, 9, 10, 12, 16])
def test_words_use_the_bits_there_are(bits: int) -> None:
    words = np.linspace(0, 2**bits - 1, 240).astype(np.uint16).reshape(12, 20)
    gray = from_words(words)
    assert (gray.min(), gray.max()) == (0, 255)
    assert np.all(np.diff(gray.ravel().astype(int)) >= 0)


@pytest.mark.parametrize(("scale", "offset"), [(1, 0), (1 / 255, 0), (257, 0), (1000, -5e5), (3, -40)])
def test_numbers_of_any_range(scale: float, offset: float) -> None:
    ramp = np.linspace(0, 255, 256).reshape(16, 16)
    assert np.abs(from_numbers(ramp * scale + offset).astype(int) - np.rint(ramp)).max() <= 1


def test_numbers_that_are_not_finite_are_paper() -> None:
    values = np.array([[0.0, 0.5, np.nan], [np.inf, -np.inf, 1.0]], np.float32)
    assert from_numbers(values).tolist() == [[0, 128, 255], [255, 255, 255]]


def test_arrays() -> None:
    assert np.array_equal(from_array(RAMP), RAMP)
    assert np.array_equal(from_array(RAMP[:, :, None]), RAMP)
    assert np.array_equal(from_array(np.dstack([RAMP] * 3)), RAMP)
    assert np.array_equal(from_array(RAMP > 100), np.where(RAMP > 100, 255, 0))
    assert from_array(np.dstack([RAMP] * 3 + [np.zeros_like(RAMP)])).min() == 255


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4, 2), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros(4),
        np.zeros((2, 2), complex),
        np.zeros((0, 5), np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(array: np.ndarray) -> None:
    with pytest.raises(ValueError, match="is not a picture"):
        from_array(array)
