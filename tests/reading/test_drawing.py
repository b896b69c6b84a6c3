from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from ocr.page import Box, Letter, Line, Page, Word
from ocr.reading.drawing import colour_of, draw, save
from ocr.reading.image import open_pictures


def page_of(width: int, height: int, *letters: Letter) -> Page:
    lines = (Line((Word(letters, 0.5),)),) if letters else ()
    return Page(lines, width, height)


def drawn(gray: np.ndarray, *letters: Letter, min_confidence: float = 0.0) -> Image.Image:
    height, width = gray.shape
    return draw(next(open_pictures(gray)), page_of(width, height, *letters), min_confidence)


def test_colours_run_from_red_to_green() -> None:
    reds, greens, _ = zip(*(colour_of(confidence) for confidence in (0, 0.5, 0.75, 1)), strict=True)
    assert reds[0] == reds[1] >= reds[2] > reds[3]
    assert greens[0] == greens[1] < greens[2] <= greens[3] + 30
    assert reds[0] > 2 * greens[0] and greens[3] > 2 * reds[3]


@pytest.mark.parametrize("size", [(1, 1), (300, 40), (40, 300), (2000, 1500), (6000, 30)])
def test_any_size_and_any_box_can_be_drawn(size: tuple[int, int]) -> None:
    width, height = size
    boxes = [Box(0, 0, 1, 1), Box(width - 1, height - 1, width, height), Box(0, 0, width, height)]
    letters = [Letter(text, box, 0.5) for text, box in zip("W.é", boxes, strict=True)]
    drawing = drawn(np.full((height, width), 255, np.uint8), *letters)
    assert drawing.mode == "RGB"
    assert max(drawing.size) <= 6200


def test_a_box_lies_where_its_letter_is() -> None:
    gray = np.full((100, 200), 255, np.uint8)
    gray[30:70, 50:80] = 0
    drawing = drawn(gray, Letter("I", Box(50, 30, 80, 70), 1.0))
    pixels = np.asarray(drawing).astype(int)
    dark = np.argwhere(pixels.max(axis=2) < 200)
    green = np.argwhere((pixels[:, :, 1] > pixels[:, :, 0] + 80) & (pixels[:, :, 1] > pixels[:, :, 2] + 80))
    inside = dark[(pixels.max(axis=2) - pixels.min(axis=2))[tuple(dark.T)] < 60]
    bottom, right = inside.max(axis=0)
    assert np.abs(green.max(axis=0) - (bottom, right)).max() <= 8


def test_a_drawing_stays_turned_as_its_picture() -> None:
    gray = np.full((100, 200), 255, np.uint8)
    gray[30:70, 50:80] = 0
    upright = drawn(gray, Letter("I", Box(50, 30, 80, 70), 1.0))
    side = Page((Line((Word((Letter("I", Box(30, 120, 70, 150), 1.0),), 0.5),)),), 100, 200, rotation=90)
    drawing = draw(next(open_pictures(np.rot90(gray).copy())), side)
    assert np.array_equal(np.rot90(np.asarray(upright)), np.asarray(drawing))


def test_doubtful_letters_stand_out() -> None:
    gray = np.full((60, 60), 255, np.uint8)
    letter = Letter("A", Box(10, 10, 50, 50), 0.3)
    plain, marked = (np.asarray(drawn(gray, letter, min_confidence=limit)).astype(int) for limit in (0, 0.5))
    middle = tuple(side // 2 for side in plain.shape[:2])
    assert np.ptp(marked[middle]) > 2 * np.ptp(plain[middle]) > 0


@pytest.mark.parametrize(("suffix", "kind"), [(".png", "PNG"), (".JPG", "JPEG"), (".jpeg", "JPEG")])
def test_the_suffix_names_the_kind(suffix: str, kind: str) -> None:
    stream = io.BytesIO()
    save(drawn(np.full((9, 9), 255, np.uint8)), stream, suffix)
    with Image.open(stream) as image:
        assert image.format == kind
