"""What is taken for writing, and what is not, on drawn pages."""

from __future__ import annotations

import cv2
import numpy as np

from ocr.reading.ink import find_ink
from tests.drawn import blank, write
from tests.reading.test_letters import found, matches


def test_a_word_of_many_joined_letters_is_found_however_long() -> None:
    picture = blank(300, 1100)
    write(picture, "OTHER", 40, 80, 50)
    humps = np.array([[60 + 22 * k, 170 if k % 2 else 216] for k in range(44)], np.int32)
    cv2.polylines(picture, [humps], False, 40, 6, cv2.LINE_AA)
    letters, boxes = found(picture)
    assert letters.components.width.max() > 14 * letters.height
    assert np.abs(boxes - np.array([57, 167, 1009, 219])).max(axis=1).min() <= 6


def test_pencil_is_no_ghost_beside_a_desk_that_was_left_in_the_picture() -> None:
    picture = blank(240, 760)
    expected = write(picture, "PENCIL", 60, 140, 44, pitch=1.5, ink=165)
    cv2.fillPoly(picture, [np.array([[0, 239], [759, 239], [759, 190]], np.int32)], 15)
    letters, boxes = found(picture)
    assert find_ink(picture).ink_level > 200 > 120 > letters.ink_level
    assert matches(boxes[boxes[:, 3] < 160], expected, 3)


def test_dark_bands_beside_few_letters_are_no_letters() -> None:
    picture = blank(300, 760)
    expected = write(picture, "BAND", 200, 170, 44, pitch=1.8)
    picture[40:65, 60:560] = 90  # more of the ink than the letters are, so that the usual pen is as thick
    picture[230:255, 100:640] = 90
    _, boxes = found(picture)
    assert matches(boxes, expected, 3)
