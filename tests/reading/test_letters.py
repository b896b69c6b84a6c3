from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.reading.ink import find_ink
from ocr.reading.letters import Letters, find_letters
from ocr.reading.segmentation.survey import apply
from tests.drawn import blank, turned, write


def found(picture: np.ndarray) -> tuple[Letters, np.ndarray]:
    """The letters and their boxes in pixels of ``picture``."""
    ink = find_ink(picture)
    letters = find_letters(ink)
    boxes = letters.boxes.astype(float).reshape(-1, 2, 2)
    return letters, np.stack([apply(ink.to_source, boxes[:, k]) for k in (0, 1)], axis=1).reshape(-1, 4)


def matches(boxes: np.ndarray, expected: list[tuple[int, int, int, int]], slack: float) -> bool:
    return len(boxes) == len(expected) and all(
        np.abs(boxes - np.array(box)).max(axis=1).min() <= slack for box in expected
    )


@pytest.mark.parametrize("height", [16, 40, 90, 200])
def test_every_letter_gets_its_box(height: int) -> None:
    picture = blank(3 * height, 12 * height)
    expected = write(picture, "LETTERS", height, 2 * height, height, pitch=1.3)
    _, boxes = found(picture)
    assert matches(boxes, expected, max(2.0, 0.06 * height))


def test_pieces_of_a_broken_letter_are_joined() -> None:
    picture = blank(160, 700)
    expected = write(picture, "EBROKEN", 40, 110, 60, pitch=1.4)
    left, top, right, _ = expected[0]
    picture[top + 10 : top + 13, left:right] = 225  # a gap across the first letter
    letters, boxes = found(picture)
    assert matches(boxes, expected, 3)
    assert max(len(pieces) for pieces in letters.pieces) == 2


def test_specks_are_dropped_and_marks_are_kept() -> None:
    picture = blank(200, 700)
    expected = write(picture, "SPECKS", 40, 120, 60, pitch=1.3)
    cv2.circle(picture, (600, 117), 5, 40, -1)
    for x, y in np.random.default_rng(2).integers(0, (690, 190), (60, 2)):
        if (picture[y - 3 : y + 4, x - 3 : x + 4] > 200).all():
            picture[y, x] = 100
    letters, boxes = found(picture)
    assert letters.mark.sum() == 1
    assert matches(boxes[~letters.mark], expected, 3)


@settings(max_examples=15, deadline=None)
@given(st.floats(-15, 15), st.integers(24, 70))
def test_boxes_stay_inside_the_picture(degrees: float, height: int) -> None:
    picture = turned(blank(500, 700), 0)
    write(picture, "INSIDE", 60, 260, height)
    picture = turned(picture, degrees)
    ink = find_ink(picture)
    letters = find_letters(ink)
    assert len(letters) > 0
    rows, columns = ink.density.shape
    assert (letters.boxes[:, :2] >= 0).all()
    assert (letters.boxes[:, 2] <= columns).all() and (letters.boxes[:, 3] <= rows).all()
    assert (letters.boxes[:, 2:] > letters.boxes[:, :2]).all()


def test_a_patch_holds_its_letter_alone() -> None:
    picture = blank(120, 300)
    write(picture, "VAV", 30, 90, 60, pitch=0.7)  # boxes overlap, ink does not
    ink = find_ink(picture)
    letters = find_letters(ink)
    assert len(letters) == 3
    ink_pixels = sum(np.count_nonzero(letters.patch(k, ink) > 127) for k in range(3))
    assert ink_pixels == np.count_nonzero(ink.mask)


def test_time_grows_with_the_number_of_components_not_its_square() -> None:
    import time

    def seconds(copies: int) -> float:
        tile = blank(60, 60)
        write(tile, "R", 15, 48, 36)
        ink = find_ink(np.tile(tile, (copies, copies)))
        start = time.perf_counter()
        assert len(find_letters(ink)) == copies * copies
        return time.perf_counter() - start

    few, many = min(seconds(8) for _ in range(3)), min(seconds(32) for _ in range(2))
    assert many < 60 * few  # 16 times the letters; comparing each with each would be 256 times the work


def test_blank_paper_has_no_letters() -> None:
    assert len(find_letters(find_ink(blank(200, 300)))) == 0


def test_of_countless_components_the_strongest_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr.reading.letters._MOST", 6)
    picture = blank(300, 700)
    pale = write(picture, "MMMMMMM", 40, 100, 40, ink=130)
    dark = write(picture, "NNNNNN", 40, 200, 40, ink=30)
    letters, _ = found(picture)
    assert len(letters) == 6 < len(pale) + len(dark)
    assert letters.boxes[:, 1].min() > 150
