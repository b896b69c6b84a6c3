from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.reading.ink import find_ink
from ocr.reading.segmentation.survey import apply
from tests.drawn import blank, turned, write


def boxes_in_source(picture: np.ndarray, **options: float) -> np.ndarray:
    ink = find_ink(picture, **options)
    boxes = cv2.connectedComponentsWithStats(ink.mask)[2][1:, :4].astype(float)
    boxes[:, 2:] += boxes[:, :2]
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2)
    mapped = apply(ink.to_source, corners).reshape(-1, 4, 2)
    return np.concatenate([mapped.min(axis=1), mapped.max(axis=1)], axis=1)


@pytest.mark.parametrize("height", [15, 45, 160])
def test_ink_lies_where_it_was_written(height: int) -> None:
    picture = blank(3 * height, 9 * height)
    expected = write(picture, "WHERE", height, 2 * height, height, pitch=1.4)
    found = boxes_in_source(picture)
    for box in expected:
        assert np.abs(found - np.array(box)).max(axis=1).min() <= max(1.5, 0.05 * height)


def test_source_pixels_count_when_the_picture_was_shrunk() -> None:
    picture = blank(200, 700)
    expected = write(picture, "SHRUNK", 40, 130, 60, pitch=1.4)
    small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    found = boxes_in_source(small, shrink=2.0)
    for box in expected:
        assert np.abs(found - np.array(box)).max(axis=1).min() <= 4


@pytest.mark.parametrize("degrees", [-15, 6, 18])
def test_turned_pages_come_out_level_with_boxes_on_the_letters(degrees: float) -> None:
    picture = np.pad(blank(300, 900), 200, constant_values=225)
    write(picture, "LEVEL ROWS", 260, 380, 50, pitch=1.3)
    tilted = turned(picture, degrees)
    ink = find_ink(tilted)
    middles = cv2.connectedComponentsWithStats(ink.mask)[3][1:, 1]
    assert np.ptp(middles) < 0.6 * ink.letter_height
    found = boxes_in_source(tilted)
    dark = np.column_stack(np.nonzero(tilted < 100)[::-1])
    inside = np.zeros(len(dark), bool)
    for left, top, right, bottom in found:
        inside |= (
            (dark[:, 0] >= left - 2)
            & (dark[:, 0] <= right + 2)
            & (dark[:, 1] >= top - 2)
            & (dark[:, 1] <= bottom + 2)
        )
    assert inside.mean() > 0.99


def test_a_sheet_on_a_desk_gives_no_ink_beside_it() -> None:
    sheet = blank(600, 900)
    write(sheet, "SHEET", 150, 320, 90, pitch=1.3)
    corners = np.array([[120, 80], [980, 130], [930, 690], [60, 600]], np.float32)
    plane = np.array([[0, 0], [900, 0], [900, 600], [0, 600]], np.float32)
    desk = np.random.default_rng(0).integers(40, 70, (780, 1040), np.uint8)
    matrix = cv2.getPerspectiveTransform(plane, corners)
    photo = cv2.warpPerspective(sheet, matrix, (1040, 780), dst=desk, borderMode=cv2.BORDER_TRANSPARENT)
    found = boxes_in_source(photo)
    assert len(found) == 5
    assert "sheet found" in find_ink(photo).steps


def test_blackboards_are_turned() -> None:
    board = blank(200, 600, 45)
    write(board, "BOARD", 60, 130, 60, ink=225, pitch=1.4)
    assert len(boxes_in_source(board)) == 5
    assert "light writing on dark turned" in find_ink(board).steps
