from __future__ import annotations

from dataclasses import replace

import pytest

from ocr.page import Box, Page
from tests.formats.pages import PLAIN, stored


@pytest.mark.parametrize(
    ("rotation", "box"), [(0, (1, 2, 4, 3)), (90, (7, 1, 8, 4)), (180, (16, 7, 19, 8)), (270, (2, 16, 3, 19))]
)
def test_a_box_turns_with_its_picture(rotation: int, box: tuple[int, ...]) -> None:
    assert Box(1, 2, 4, 3).turned(rotation, 20, 10) == box


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_page_turned_upright_has_the_turned_pictures_boxes(rotation: int) -> None:
    page = stored(PLAIN, rotation)
    assert (page.width, page.height) == ((800, 1000) if rotation in (90, 270) else (1000, 800))
    assert page.upright() == PLAIN
    assert Page.from_dict(page.to_dict()) == page


def test_a_page_written_before_pages_were_turned_stands_as_it_was() -> None:
    data = PLAIN.to_dict()
    del data["rotation"]
    assert Page.from_dict(data) == replace(PLAIN, rotation=0)
