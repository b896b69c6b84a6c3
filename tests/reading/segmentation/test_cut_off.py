from __future__ import annotations

import cv2
import numpy as np

from ocr.reading.segmentation.survey import survey
from tests.drawn import write


def page(shape: tuple[int, int], places: list[tuple[str, float, float]]) -> np.ndarray:
    gray = np.full(shape, 215, np.uint8)
    for text, left, baseline in places:
        for number, letter in enumerate(text):
            write(gray, letter, left + 44 * number, baseline, 36, pen=4, ink=40)
    return gray


def test_the_edge_of_a_shadow_across_a_row_is_not_the_edge_of_a_sheet() -> None:
    gray = page((500, 900), [("LONGROWOFLETTERS", 90, 180), ("ANOTHERROW", 90, 300)])
    # The left part lies in the light, with a desk about the page that is darker than paper.
    light = cv2.GaussianBlur((np.indices(gray.shape)[1] < 430).astype(np.float32), (0, 0), 3)
    dark = np.uint8(gray * (0.5 + 0.5 * light))
    dark[:40], dark[-40:], dark[:, :40] = 60, 60, 60
    assert survey(dark).sheet is None


def test_a_sheet_on_its_desk_is_found() -> None:
    gray = page((500, 900), [("LONGROWOFLETT", 90, 180), ("ANOTHERROW", 90, 300)])
    gray[:, 720:], gray[:40], gray[-40:], gray[:, :40] = 60, 60, 60, 60
    assert survey(gray).sheet is not None
