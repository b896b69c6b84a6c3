from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.ink import find_ink
from ocr.reading.letters import find_letters
from ocr.reading.lines import find_rows
from tests.drawn import blank, write


def shape(picture: np.ndarray) -> list[list[int]]:
    """Letters in each word of each row, in reading order."""
    return [[len(word) for word in row.words] for row in find_rows(find_letters(find_ink(picture)))]


def test_rows_and_words_in_reading_order() -> None:
    picture = blank(500, 1100)
    write(picture, "TWO WORDS", 60, 120, 60)
    write(picture, "ONE", 60, 260, 60)
    write(picture, "NOW SEE THREE", 60, 400, 60)
    assert shape(picture) == [[3, 5], [3], [3, 3, 5]]


@pytest.mark.parametrize("rise", [-0.12, 0.12])
def test_rows_that_slope_each_in_its_own_way(rise: float) -> None:
    picture = blank(800, 1300)
    for k in range(12):
        write(picture, "N", 60 + 80 * k, 160 + rise * 80 * k, 60)
        write(picture, "N", 60 + 80 * k, 600 - rise * 80 * k, 60)
    assert [sum(row) for row in shape(picture)] == [12, 12]


def test_a_row_that_waves() -> None:
    picture = blank(400, 1300)
    for k in range(12):
        write(picture, "N", 60 + 80 * k, 200 + 25 * np.sin(k / 2), 60)
    assert [sum(row) for row in shape(picture)] == [12]


def test_an_indented_number_belongs_to_its_row() -> None:
    picture = blank(500, 1200)
    for row in range(3):
        write(picture, "1", 40, 120 + 130 * row, 50)
        write(picture, "BEST ENTRY", 200, 120 + 130 * row, 50)
    assert shape(picture) == [[1, 4, 5]] * 3


def test_letters_of_uneven_height_share_a_row() -> None:
    picture = blank(300, 900)
    for k, height in enumerate((60, 45, 75, 50, 64)):
        write(picture, "H", 60 + 100 * k, 180, height)
    assert [sum(row) for row in shape(picture)] == [5]


def test_letters_in_form_boxes_make_words_and_empty_boxes_part_them() -> None:
    picture = blank(200, 1300)
    write(picture, "JOHN  DOE", 60, 130, 50, pitch=2.0)
    for k in range(12):
        picture[55:155, 40 + 100 * k : 43 + 100 * k] = 90
    for y in (55, 155):
        picture[y : y + 3, 40:1143] = 90
    assert shape(picture) == [[4, 3]]


@pytest.mark.parametrize("pitch", [1.5, 1.7])
def test_rows_that_touch_each_other(pitch: float) -> None:
    picture = blank(500, 1100)
    for row, text in enumerate(("ROWS THAT STAND", "CLOSE BY", "TOUCH EACH OTHER")):
        write(picture, text, 60, 120 + row * pitch * 60, 60)
    for row, x in ((0, 58), (0, 456), (1, 145)):
        below = round(120 + row * pitch * 60)
        picture[below - 10 : below + round((pitch - 1) * 60) + 10, x : x + 6] = 40
    assert [sum(words) for words in shape(picture)] == [13, 7, 14]
