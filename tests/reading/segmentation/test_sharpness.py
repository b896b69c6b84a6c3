from __future__ import annotations

import cv2
import numpy as np

from ocr.reading.ink import find_ink
from ocr.reading.letters import find_letters
from ocr.reading.segmentation.components import find_components
from ocr.reading.segmentation.sharpness import blurred, edge_sharpness
from ocr.reading.segmentation.survey import apply
from tests.drawn import blank, write


def test_soft_edges_are_less_sharp_whatever_their_contrast() -> None:
    contrast = np.zeros((60, 240), np.float32)
    for left, strength in ((10, 200), (70, 100), (130, 200)):
        contrast[20:40, left : left + 20] = strength
    soft = cv2.GaussianBlur(contrast, (0, 0), 4)
    contrast[:, 120:] = soft[:, 120:]
    picture = cv2.GaussianBlur(contrast, (0, 0), 0.8).astype(np.uint8)
    mask = (picture > 45).view(np.uint8)
    found = find_components(mask, picture)
    order = np.argsort(found.boxes[:, 0])
    sharp, faint, softer = edge_sharpness(found, mask, picture)[order]
    assert abs(sharp - faint) < 0.05
    assert softer < 0.5 * sharp
    assert blurred(found, mask, picture, np.ones(3, bool))[order].tolist() == [False, False, True]


def test_without_any_writing_nothing_is_blurred() -> None:
    mask = np.zeros((20, 20), np.uint8)
    found = find_components(mask, mask)
    assert blurred(found, mask, mask, np.zeros(0, bool)).tolist() == []


def test_the_grain_of_a_desk_beside_the_sheet_is_not_writing() -> None:
    rng = np.random.default_rng(2)
    gray = blank(400, 1100).astype(np.float32)
    grain = cv2.resize(
        rng.normal(0, 1, (50, 40)).astype(np.float32), (320, 400), interpolation=cv2.INTER_CUBIC
    )
    gray[:, 780:] += 45 * (grain - 1)
    gray = np.clip(gray, 0, 255).astype(np.uint8)
    for number in range(3):
        write(gray, "LETTERS ON PAPER", 40, 100 + 110 * number, 44)
    ink = find_ink(gray)
    left = apply(ink.to_source, find_letters(ink).boxes[:, :2].astype(np.float64))[:, 0]
    assert (left < 760).sum() >= 36
    assert (left > 760).sum() < 3
