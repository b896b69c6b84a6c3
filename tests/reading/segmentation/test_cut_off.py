from __future__ import annotations

import cv2
import numpy as np

from ocr.reading.segmentation.components import Components, find_components
from ocr.reading.segmentation.cut_off import leaves_writing_out
from ocr.reading.segmentation.sheet import find_sheet
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


def test_a_bright_stretch_of_bare_paper_is_not_a_sheet_beside_the_writing() -> None:
    gray = page((500, 900), [("LONGROWOF", 60, 180), ("LETTERS", 60, 300)])
    light = cv2.GaussianBlur((np.indices(gray.shape)[1] > 540).astype(np.float32), (0, 0), 6)
    grain = cv2.GaussianBlur(np.random.default_rng(0).normal(0, 10, gray.shape), (0, 0), 1)
    lit = np.uint8(np.clip(gray * (0.5 + 0.5 * light) + grain, 0, 255))
    assert find_sheet(lit) is not None
    assert survey(lit).sheet is None


def found(places: list[tuple[int, int, int, int]]) -> Components:
    """Components drawn as outlines of boxes: left, top, width, height."""
    mask = np.zeros((200, 900), np.uint8)
    for left, top, wide, high in places:
        cv2.rectangle(mask, (left, top), (left + wide, top + high), 1, 3)
    return find_components(mask, mask * np.uint8(200))


def test_scraps_of_texture_beside_a_row_do_not_make_one_of_letter_size_a_letter() -> None:
    row = found([(60 * number, 80, 30, 38) for number in range(6)])
    letter, scraps = (420, 80, 30, 38), [(400 + 14 * k, 82 + 5 * (k % 5), 6, 6) for k in range(12)]
    assert leaves_writing_out(row, 40, 3, found([letter]), 40, 3)
    assert not leaves_writing_out(row, 40, 3, found([(480, 80, 30, 38), *scraps[:5], *scraps[8:]]), 40, 3)
    assert not leaves_writing_out(row, 40, 3, found([(700, 80, 30, 38)]), 40, 3)
