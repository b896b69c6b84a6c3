from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ocr
from ocr.reading.image import open_pictures
from ocr.reading.orientation import Trust
from ocr.reading.reader import Reader
from tests.drawn import blank, write

LINES = ("PLEASE RETURN MY", "GREY BICYCLE PUMP", "BEFORE 7 TONIGHT")
SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def drawn(*lines: str, height: int = 50) -> np.ndarray:
    picture = blank((2 * len(lines) + 2) * height, 24 * height)
    for number, line in enumerate(lines):
        write(picture, line, height, (2 * number + 2) * height, height, pitch=1.2)
    return picture


def read(reader: Reader, picture: np.ndarray, rotation: int = 0) -> ocr.Page:
    """Read ``picture`` after it was turned so that turning it clockwise by ``rotation`` makes it upright."""
    return reader.read(next(iter(open_pictures(np.rot90(picture, rotation // 90).copy()))))


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_is_read_whichever_way_it_lies(reader: Reader, rotation: int) -> None:
    upright = read(reader, drawn(*LINES))
    page = read(reader, drawn(*LINES), rotation)
    assert (upright.rotation, page.rotation) == (0, rotation)
    assert page.text == upright.text == "\n".join(LINES)
    assert page.steps[0] == f"page turned by {rotation} degrees"
    for letter, same in zip(page.upright().letters, upright.letters, strict=True):
        assert max(abs(edge - other) for edge, other in zip(letter.box, same.box, strict=True)) <= 1


def test_boxes_are_in_the_picture_as_it_came_at_any_reduction(reader: Reader) -> None:
    name = SAMPLES / "label.jpg"
    gray = next(iter(open_pictures(name))).decode().gray[:-3, :-5]  # sides that no reduction divides
    upright, page = read(reader, gray), read(reader, gray, 180)
    assert page.rotation == 180 and page.text == upright.text
    for letter, same in zip(page.upright().letters, upright.letters, strict=True):
        assert max(abs(edge - other) for edge, other in zip(letter.box, same.box, strict=True)) <= 4


@pytest.mark.parametrize(
    "text",
    ["HOI", "SOS", "NOON", "XOX", "0101", "I", "6", "9", "H8X0", "69", "966", "NZZN", "SUNS", "WOW", "MOM"],
)
def test_what_can_be_read_both_ways_stays_as_it_is(reader: Reader, text: str) -> None:
    assert read(reader, drawn(text)).rotation == 0


@pytest.mark.parametrize("column", ["ABCDEF", "HIHXOI", "123456", "ZNZNZN"])
def test_a_list_of_single_letters_stays_as_it_is(reader: Reader, column: str) -> None:
    assert read(reader, drawn(*column)).rotation == 0


@pytest.mark.parametrize("shape", [(300, 400), (60, 60)])
def test_pictures_without_writing_stay_as_they_are(reader: Reader, shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, shape, np.uint8)
    dash = blank(*shape)
    dash[shape[0] // 2 : shape[0] // 2 + 4, 20:50] = 30
    for picture in (blank(*shape), noise, dash):
        assert read(reader, picture).rotation == 0


def test_a_turn_that_is_given_is_taken() -> None:
    with pytest.raises(ValueError, match="rotate 45 is none of auto, 0, 90, 180, 270"):
        Reader(rotate=45)
    assert read(Reader(rotate=90), drawn(*LINES), 90).text == "\n".join(LINES)
    page = read(Reader(rotate="0"), drawn(*LINES), 180)
    assert page.rotation == 0 and page.text != "\n".join(LINES)


@pytest.mark.parametrize("options", [{"charset": "digits"}, {"reader": "rows"}, {"context": False}])
def test_pages_are_turned_whatever_reads_them(options: dict[str, object]) -> None:
    lines = ("3141592653", "2718281828", "7234551760")
    turned = Reader(**options)  # type: ignore[arg-type]
    assert [read(turned, drawn(*lines), rotation).rotation for rotation in (0, 90, 180)] == [0, 90, 180]


def test_the_more_letters_the_less_confidence_is_asked_of_them() -> None:
    assert Trust(0.9, 60).sure and not Trust(0.9, 20).sure
    assert Trust(0.95, 1).sure and not Trust(0.94, 10).sure
    assert Trust(0.9, 40).gain(0.8) > Trust(0.9, 10).gain(0.8) > 0 > Trust(0.7, 10).gain(0.8)
    assert Trust.of([]) == (0.0, 0) and not Trust.of([]).sure
