"""Rows cut out of the page: their own ink, all of it, and nothing else."""

from __future__ import annotations

import cv2
import numpy as np

from ocr.reading.ink import find_ink
from ocr.reading.letters import find_letters
from ocr.reading.lines import find_rows
from ocr.reading.rows.picture import HEIGHT, MARGIN
from ocr.reading.rows.strips import CLOSER, WIDEST, cut_strips
from tests.drawn import blank, write
from tests.reading.rows.told import drawn


def test_a_row_is_one_strip_and_its_points_find_their_way_back() -> None:
    ink, letters, rows = drawn("TO DO LIST", "MAKE TEA")
    strips = cut_strips(ink, letters, rows)
    assert [len(row) for row in strips] == [1, 1]
    for row, (strip,) in zip(rows, strips, strict=True):
        assert strip.picture.shape == (HEIGHT, strip.geometry.width) and strip.picture.dtype == np.uint8
        boxes = letters.boxes[list(row.items)]
        assert np.array_equal(strip.parts, boxes[np.argsort(boxes[:, 0])])
        v, u = np.nonzero(strip.picture > 200)
        x, y = np.floor(strip.to_ink(np.stack([u, v], axis=1) + 0.5)).astype(int).T
        assert np.mean(ink.density[y, x] > 100) > 0.97
        corners = boxes[:, :2].astype(float)
        assert np.allclose(strip.to_ink(strip.from_ink(corners)), corners)
        assert (strip.from_ink(corners)[:, 0] >= MARGIN - 3).all()


def test_the_second_look_is_closer() -> None:
    ((strip,),) = cut_strips(*drawn("TO DO LIST"))
    inner, closer = strip.picture.shape[1] - 2 * MARGIN, strip.closer.shape[1] - 2 * MARGIN
    assert strip.closer.shape[0] == HEIGHT and abs(closer - CLOSER * inner) < 3
    high = [np.flatnonzero((picture > 127).any(axis=1)) for picture in (strip.picture, strip.closer)]
    assert high[1][-1] - high[1][0] > high[0][-1] - high[0][0]


def test_only_rows_that_are_wanted_are_cut() -> None:
    ink, letters, rows = drawn("TO DO", "MAKE", "TEA")
    every = cut_strips(ink, letters, rows)
    one = cut_strips(ink, letters, rows, [2])
    assert len(one) == 1 and np.array_equal(one[0][0].picture, every[2][0].picture)


def test_neighbours_stay_out() -> None:
    page = blank(300, 900)
    write(page, "HAMBURG", 60, 120, 60, pitch=1.2)
    write(page, "HAMBURG", 60, 240, 60, pitch=1.2)
    alone = find_rows(letters := find_letters(ink := find_ink(page)))
    before = cut_strips(ink, letters, alone)[0][0].picture
    cv2.line(page, (640, 255), (700, 70), 60, 6)  # of the lower row, and reaching into the upper
    rows = find_rows(letters := find_letters(ink := find_ink(page)))
    after = cut_strips(ink, letters, rows)[0][0]
    width = min(before.shape[1], after.picture.shape[1]) - 2 * MARGIN
    assert np.abs(before[:, :width].astype(int) - after.picture[:, :width]).mean() < 12


def test_wide_gaps_part_strips_and_a_space_is_sure_there() -> None:
    ink, letters, rows = drawn("NAME      TEL")
    (strips,) = cut_strips(ink, letters, rows)
    assert len(strips) == 2 and strips[1].odds > 4
    assert strips[0].parts[:, 2].max() < strips[1].parts[:, 0].min()
    assert len(strips[0].parts) == 4 and len(strips[1].parts) == 3


def test_long_rows_are_parted_where_there_is_a_gap() -> None:
    ink, letters, rows = drawn("THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG", pitch=38)
    (strips,) = cut_strips(ink, letters, rows)
    assert sum(len(strip.parts) for strip in strips) == len(rows[0].items)
    assert all(strip.picture.shape[1] <= WIDEST + 2 * MARGIN for strip in strips)


def test_pieces_that_segmentation_dropped_come_along() -> None:
    ink, letters, rows = drawn("LAMB")
    whole = cut_strips(ink, letters, rows)[0][0]
    items = rows[0].items
    rows[0] = type(rows[0])(items[:2] + items[3:], (0,), rows[0].slope, rows[0].middle, rows[0].height)
    assert len(cut_strips(ink, letters, rows)[0][0].parts) == len(whole.parts) - 1  # a letter is too far
    left, top, right, bottom = letters.boxes[items[1]].tolist()
    ink.density[(top + bottom) // 2 - 2 : (top + bottom) // 2 + 3, left:right] = 0  # break the A
    letters = find_letters(ink)
    rows = find_rows(letters)
    parts = cut_strips(ink, letters, rows)[0][0].parts
    assert parts[:, 1].min() <= top + 2 and parts[:, 3].max() >= bottom - 2
