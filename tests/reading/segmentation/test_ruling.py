from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.reading.segmentation.ruling import _long_runs, remove_rules
from tests.drawn import blank, write


def ink(picture: np.ndarray) -> np.ndarray:
    return (picture < 128).astype(np.uint8)


@pytest.mark.parametrize("thickness", [1, 3, 5])
@pytest.mark.parametrize("fall", [0, 12])
def test_ruling_goes_and_letters_stay(thickness: int, fall: int) -> None:
    picture = blank(300, 800)
    write(picture, "HANDPRINT", 40, 140, 40)
    letters = ink(picture)
    ruled = picture.copy()
    for y in (60, 160, 220):
        cv2.line(ruled, (0, y), (800, y + fall), 40, thickness, cv2.LINE_AA)
    writing, rules = remove_rules(ink(ruled), 40)
    assert not (writing & rules).any()
    assert (writing[letters > 0] > 0).mean() > 0.97
    assert np.count_nonzero(writing) < 1.12 * letters.sum()


def test_strokes_that_cross_a_rule_stay_whole() -> None:
    picture = blank(160, 700)
    write(picture, "MINIM", 60, 110, 50)
    before = cv2.connectedComponents(ink(picture))[0]
    cv2.line(picture, (0, 95), (700, 95), 40, 3)
    writing, _ = remove_rules(ink(picture), 50)
    sizes = cv2.connectedComponentsWithStats(writing)[2][1:, cv2.CC_STAT_HEIGHT]
    assert (sizes > 45).sum() == before - 1


def test_form_boxes_go() -> None:
    picture = blank(120, 700)
    boxes = write(picture, "03111998", 30, 80, 36, pitch=2.0)
    letters = ink(picture)
    for k in range(9):
        cv2.line(picture, (18 + 72 * k, 30), (18 + 72 * k, 92), 40, 2)
    for y in (30, 92):
        cv2.line(picture, (18, y), (18 + 72 * 8, y), 40, 2)
    writing, _ = remove_rules(ink(picture), 36)
    assert (writing[letters > 0] > 0).all()
    found = cv2.connectedComponentsWithStats(writing)[2][1:]
    assert (found[:, cv2.CC_STAT_AREA] > 40).sum() == len(boxes)


def test_letters_alone_lose_nothing() -> None:
    picture = blank(200, 900)
    write(picture, "TEFLZHIE", 40, 140, 60)
    writing, rules = remove_rules(ink(picture), 60)
    assert not rules.any()
    assert np.count_nonzero(writing) == ink(picture).sum()


def touching(text: str) -> np.ndarray:
    """Letters whose feet hang together, by a hand that keeps the line no better than hands do."""
    picture = blank(120, 500)
    for position, letter in enumerate(text):
        write(picture, letter, 30 + 25 * position, 80 + (0, 2, -1, 2, 0)[position % 5], 36, pen=5)
    return picture


def test_letters_whose_feet_hang_together_lose_nothing() -> None:
    picture = touching("2E2LZ2ELZ")
    writing, rules = remove_rules(ink(picture), 36)
    assert not rules.any()
    assert (writing > 0).sum() == ink(picture).sum()


def test_a_short_rule_under_them_goes() -> None:
    picture = touching("2E2LZ2ELZ")
    letters = ink(picture)
    cv2.line(picture, (20, 92), (290, 93), 40, 3, cv2.LINE_AA)
    writing, rules = remove_rules(ink(picture), 36)
    assert (rules > 0)[90:96, 30:280].any(axis=0).mean() > 0.95
    assert (writing[letters > 0] > 0).mean() > 0.99


def test_level_links_and_long_stems_of_joined_writing_stay_and_an_underline_goes() -> None:
    picture = blank(300, 900)
    write(picture, "AVVA", 60, 120, 40)
    cv2.line(picture, (60, 119), (190, 119), 40, 3)  # a link along the baseline
    cv2.line(picture, (400, 60), (400, 220), 40, 3)  # a stem, and what it grows out of
    cv2.line(picture, (400, 110), (440, 100), 40, 3)
    before = ink(picture)
    cv2.line(picture, (600, 240), (720, 240), 40, 3)  # under nothing
    writing, rules = remove_rules(ink(picture), 40)
    assert (writing[before > 0] > 0).all() and not (rules[:, :500]).any()
    assert np.count_nonzero(writing[:, 590:]) < 40  # its ends


@pytest.mark.parametrize("length", [1, 2, 7, 30, 61, 150])
def test_long_runs_are_the_opening_of_opencv(length: int) -> None:
    rng = np.random.default_rng(length)
    picture = np.where(rng.random((60, 200)) < 0.1, 0, 255).astype(np.uint8)
    for row in range(0, 60, 3):
        begin = int(rng.integers(-length, 200))
        picture[row, max(0, begin) : begin + length + row % 5 - 2] = 255
    picture[::4, : length // 2] = picture[::5, 200 - length // 2 :] = 255
    line = np.ones((1, length), np.uint8)
    expected = cv2.morphologyEx(picture, cv2.MORPH_OPEN, line, borderType=cv2.BORDER_CONSTANT)
    runs = _long_runs(picture, length)
    np.testing.assert_array_equal(np.zeros_like(picture) if runs is None else runs, expected)


def test_two_lines_of_dots_between_which_there_is_no_ink() -> None:
    """Thickened, they run together in the row of pixels between them, where there is nothing to take away."""
    dots = np.zeros((80, 600), np.uint8)
    dots[40, ::6] = dots[42, 3::6] = 1
    for picture in (dots, np.ascontiguousarray(dots.T)):
        writing, rules = remove_rules(picture, 30)
        assert ((writing | rules)[picture > 0] > 0).all()
