"""Components that span rows are cut between them, and nothing else is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.reading.segmentation.components import Components, find_components
from ocr.reading.segmentation.row_cuts import cheapest_path, cut_rows
from tests.drawn import blank, write

HEIGHT = 40


def components(picture: np.ndarray) -> tuple[Components, Components, np.ndarray]:
    """Before and after, and the mask."""
    mask = (picture < 130).view(np.uint8)
    contrast = 255 - picture
    found = find_components(mask, contrast, mask)
    before = Components(found.labels.copy(), found.boxes, found.area, found.stroke, found.contrast)
    return before, cut_rows(found, mask, float(HEIGHT), np.ones(len(found), bool)), mask


@pytest.mark.parametrize("pitch", [1.5, 1.7])
def test_letters_that_a_stroke_joins_to_the_row_below_are_parted(pitch: float) -> None:
    picture = blank(300, 700)
    low = round(100 + pitch * HEIGHT)
    write(picture, "ROWS CLOSE BY", 40, 100, HEIGHT)
    write(picture, "TOUCH A LOT OK", 40, low, HEIGHT)
    alone = components(picture)[0]
    for x in (40, 315, 443):
        picture[90 : low - 32, x : x + 5] = 40  # from letter to letter
    before, after, mask = components(picture)
    assert len(before) < len(alone)
    assert (after.height <= 1.5 * HEIGHT).all()
    assert len(after) >= len(alone) - 2  # a stroke may join letters of one row
    middle = (100 + low - HEIGHT) / 2
    assert ((after.boxes[:, 3] < middle + 0.3 * HEIGHT) | (after.boxes[:, 1] > middle - 0.3 * HEIGHT)).all()
    assert np.array_equal(after.labels > 0, mask > 0)


def test_parts_are_measured() -> None:
    picture = blank(300, 700)
    write(picture, "ROWS CLOSE BY", 40, 100, HEIGHT)
    write(picture, "TOUCH A LOT OK", 40, 152, HEIGHT)
    picture[90:122, 40:45] = 40
    _, after, mask = components(picture)
    assert after.area.sum() == np.count_nonzero(mask)
    assert len(after.stroke) == len(after.contrast) == len(after) == after.labels.max()
    for label, (left, top, right, bottom) in enumerate(after.boxes.tolist(), 1):
        rows, columns = np.nonzero(after.labels == label)
        assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (left, top, right, bottom)


def test_a_tail_without_a_row_below_stays() -> None:
    picture = blank(300, 700)
    write(picture, "TAILS ARE LONG", 40, 100, HEIGHT)
    picture[95:140, 52:57] = 40
    picture[136:141, 40:57] = 40
    before, after, _ = components(picture)
    assert before.height.max() > 1.5 * HEIGHT
    assert len(after) == len(before)


def test_a_tail_that_hangs_into_the_next_row_stays_whole() -> None:
    picture = blank(300, 700)
    write(picture, "TAILS ARE LONG", 40, 100, HEIGHT)
    write(picture, " OTHER ROW", 40, 160, HEIGHT)
    picture[95:128, 52:57] = 40
    before, after, _ = components(picture)
    assert len(after) == len(before)
    assert np.array_equal(after.labels, before.labels)


def test_a_page_without_high_components_is_left_as_it_is() -> None:
    picture = blank(200, 700)
    write(picture, "NOTHING TO CUT", 40, 100, HEIGHT)
    mask = (picture < 130).view(np.uint8)
    found = find_components(mask, 255 - picture, mask)
    assert cut_rows(found, mask, float(HEIGHT), np.ones(len(found), bool)) is found


def test_the_cheapest_path_goes_around_what_costs() -> None:
    cost = np.zeros((5, 9), np.float32)
    cost[2, 4] = cost[1, 4] = 1
    path = cheapest_path(cost, 0.1)
    assert cost[path, np.arange(9)].sum() == 0
    assert (np.abs(np.diff(path)) <= 1).all()
    assert np.array_equal(cheapest_path(np.eye(5, dtype=np.float32)[::-1][:, :1], 1.0), [0])


def test_what_is_no_writing_is_left_whole() -> None:
    mask = np.zeros((8 * HEIGHT, 12 * HEIGHT), np.uint8)
    for top in (HEIGHT, 3 * HEIGHT):  # frames, one in another, joined by a bar
        cv2.rectangle(mask, (top, top), (12 * HEIGHT - top, 8 * HEIGHT - top), 1, 2)
    cv2.line(mask, (HEIGHT, 4 * HEIGHT), (3 * HEIGHT, 4 * HEIGHT), 1, 2)
    found = find_components(mask, mask)
    assert cut_rows(found, mask, float(HEIGHT), np.ones(len(found), bool)) is found


def test_nothing_is_cut_where_next_to_nothing_is_as_high_as_a_letter() -> None:
    picture = blank(300, 700)
    write(picture, "ROWS CLOSE BY", 40, 100, HEIGHT)
    write(picture, "TOUCH A LOT OK", 40, 160, HEIGHT)
    for left in range(40, 640, 44):  # each letter hangs on the one below
        picture[90:130, left : left + 5] = 40
    mask = (picture < 130).view(np.uint8)
    found = find_components(mask, 255 - picture, mask)
    everything = np.ones(len(found), bool)
    assert cut_rows(found, mask, HEIGHT / 2.5, everything) is found
