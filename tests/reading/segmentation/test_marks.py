from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.reading.ink import find_ink
from ocr.reading.letters import find_letters
from ocr.reading.lines import find_rows
from ocr.reading.segmentation.marks import read_marks
from tests.drawn import blank, write

TOP, BASELINE, PEN = 60, 120, 7


def line(picture: np.ndarray, *points: tuple[int, int]) -> None:
    cv2.polylines(picture, [np.array(points)], False, 40, PEN, cv2.LINE_AA)


DRAW = {
    ".": [[(330, 119), (331, 119)]],
    ",": [[(334, 114), (326, 134)]],
    "-": [[(322, 92), (346, 92)]],
    ":": [[(330, 85), (331, 85)], [(330, 118), (331, 118)]],
    "'": [[(332, 58), (330, 76)]],
    '"': [[(330, 58), (329, 76)], [(344, 58), (343, 76)]],
    "=": [[(322, 84), (348, 84)], [(322, 104), (348, 104)]],
    "_": [[(318, 128), (352, 128)]],
}


@pytest.mark.parametrize("mark", DRAW)
def test_marks_are_told_by_shape_and_place(mark: str) -> None:
    picture = blank(200, 700)
    write(picture, "MARK", 40, BASELINE, 60, pitch=1.1)
    write(picture, "MARK", 390, BASELINE, 60, pitch=1.1)
    for stroke in DRAW[mark]:
        line(picture, *stroke)
    letters = find_letters(find_ink(picture))
    (row,) = find_rows(letters)
    assert [text for _, text in read_marks(letters, row)] == [mark]
