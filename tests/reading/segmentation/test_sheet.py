from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.reading.segmentation.sheet import find_sheet
from tests.drawn import blank, write

CORNERS = np.array([[160, 90], [880, 170], [830, 700], [60, 640]], np.float32)


def photographed(desk: int = 60) -> np.ndarray:
    sheet = blank(600, 800)
    write(sheet, "SHEET", 120, 300, 90)
    plane = np.array([[0, 0], [800, 0], [800, 600], [0, 600]], np.float32)
    matrix = cv2.getPerspectiveTransform(plane, CORNERS)
    return cv2.warpPerspective(sheet, matrix, (960, 780), borderValue=float(desk))


def test_corners_of_a_sheet_on_a_desk() -> None:
    found = find_sheet(photographed())
    assert found is not None and found.corners is not None
    np.testing.assert_allclose(found.corners, CORNERS, atol=9)


@pytest.mark.parametrize("paper", [225, 90])
def test_paper_that_fills_the_picture_is_no_sheet(paper: int) -> None:
    picture = blank(600, 800, paper)
    write(picture, "FULL", 100, 400, 120)
    assert find_sheet(picture) is None


def test_uneven_light_is_no_sheet() -> None:
    y, x = np.mgrid[:600, :800]
    vignette = 230 - 0.16 * np.hypot(x - 400, y - 300)
    assert find_sheet(vignette.astype(np.uint8)) is None


def test_a_sheet_on_a_desk_with_patches_as_bright_as_paper() -> None:
    patches = np.random.default_rng(3).normal(0, 1, (7, 12)).astype(np.float32)
    desk = 160 + 30 * cv2.resize(patches, (900, 500), interpolation=cv2.INTER_CUBIC)
    gray = np.clip(desk, 60, 245).astype(np.uint8)
    gray[120:400, 180:760] = 247
    found = find_sheet(gray)
    assert found is not None and found.corners is not None
    np.testing.assert_allclose(found.corners[[0, 2]], [[180, 120], [760, 400]], atol=12)


def test_a_desk_hardly_darker_than_the_sheet_is_left_alone() -> None:
    assert find_sheet(photographed(desk=210)) is None
