from __future__ import annotations

import cv2
import numpy as np

from ocr.reading.segmentation.light import contrast, is_inverted
from tests.drawn import blank, write


def test_contrast_is_even_under_a_strong_shadow() -> None:
    picture = blank(400, 900)
    boxes = write(picture, "SHADOWS", 60, 220, 70)
    light = np.linspace(1.0, 0.35, 900)[None]
    found = contrast(np.round(picture * light).astype(np.uint8))
    peaks = [found[top:bottom, left:right].max() for left, top, right, bottom in boxes]
    assert min(peaks) > 0.85 * max(peaks)
    assert np.percentile(found[300:], 95) < 12


def test_a_hard_shadow_edge_is_no_ink() -> None:
    picture = blank(400, 600)
    picture[:, 300:] = 110
    found = contrast(cv2.GaussianBlur(picture, (9, 9), 0))
    assert np.percentile(found[:, 320:], 90) < 30


def test_chalk_on_a_blackboard_is_inverted() -> None:
    board = blank(300, 600, 50)
    write(board, "CHALK", 60, 200, 80, ink=220)
    assert is_inverted(board)
    assert not is_inverted(255 - board)


def test_dark_pen_on_dark_paper_is_not_inverted() -> None:
    paper = blank(300, 600, 100)
    write(paper, "DARK", 60, 200, 80, ink=20)
    assert not is_inverted(paper)
