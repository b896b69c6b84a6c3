from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.reading.segmentation.components import find_components
from ocr.reading.segmentation.survey import apply, letter_height, survey
from tests.drawn import blank, turned, write


def page(height: int, rows: int = 4, size: tuple[int, int] = (900, 1200)) -> np.ndarray:
    picture = blank(*size)
    for row in range(rows):
        write(
            picture, "HANDPRINT ROWS"[: int(size[1] / height / 1.2)], height, height * (2 + 2 * row), height
        )
    return picture


@pytest.mark.parametrize(
    ("height", "rows", "size"),
    [
        (14, 6, (300, 400)),
        (40, 4, (900, 1200)),
        (120, 3, (900, 2000)),
        (70, 1, (160, 400)),
        (150, 1, (900, 900)),
    ],
)
def test_letter_height(height: int, rows: int, size: tuple[int, int]) -> None:
    assert survey(page(height, rows, size)).letter_height == pytest.approx(1.1 * height, rel=0.13)


def test_letter_height_among_specks_and_under_ruling() -> None:
    picture = page(60)
    random = np.random.default_rng(1)
    for x, y in random.integers(0, (1195, 895), (400, 2)):
        picture[y : y + 3, x : x + 3] = 60
    picture[80::75] = 90
    assert survey(picture).letter_height == pytest.approx(67, rel=0.13)


@pytest.mark.parametrize("degrees", [-18, -7, -3, 0, 4, 12, 19])
def test_skew(degrees: float) -> None:
    picture = np.pad(page(36), 150, constant_values=225)
    assert survey(turned(picture, degrees)).skew == pytest.approx(degrees, abs=1.0)


def test_blank_paper_has_no_letters() -> None:
    seen = survey(blank(300, 400))
    assert seen.letter_height == 0 and seen.skew == 0 and seen.sheet is None


def test_what_is_too_low_for_letters_is_none() -> None:
    mask = np.zeros((40, 200), np.uint8)
    for x in range(10, 180, 20):  # three pixels high, and no solid dashes
        mask[20, x : x + 5] = mask[21, x + 4 : x + 9] = mask[22, x + 8 : x + 13] = 1
    found = find_components(mask, 255 * mask)
    assert len(found) == 9 and letter_height(found) == 0


def test_what_is_seen_of_a_larger_picture_is_the_same() -> None:
    picture = np.pad(turned(page(40), 5), 200, constant_values=60)
    small, large = survey(picture[::2, ::2]), survey(picture)
    scaled = small.scaled(2.0)
    assert small.sheet is not None and scaled.sheet is not None and large.sheet is not None
    assert scaled.letter_height == pytest.approx(large.letter_height, rel=0.1)
    assert scaled.sheet.outline.max() == pytest.approx(large.sheet.outline.max(), rel=0.03)
    middle = np.array([[700.0, 500.0]])
    np.testing.assert_allclose(apply(scaled.upright, middle), 2 * apply(small.upright, middle / 2))


def test_a_frame_around_a_word_is_no_letter() -> None:
    picture = blank(180, 400)
    write(picture, "WORD", 110, 115, 50)
    cv2.polylines(picture, [np.array([[20, 25], [380, 10], [390, 150], [25, 168]])], True, 40, 6)
    assert 40 < survey(picture).letter_height < 64


def test_the_sides_of_a_frame_are_no_letters() -> None:
    picture = blank(420, 900)
    write(picture, "WORD", 200, 200, 50)
    for left in (60, 820):  # leaning too much for rules
        cv2.line(picture, (left, 380), (left + 40, 30), 40, 4)
    assert 40 < survey(picture).letter_height < 64
