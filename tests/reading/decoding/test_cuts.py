"""Cuts where letters hang together, joins where one is in pieces, and nothing lost between."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from ocr.reading.decoding.cuts import Candidates, Piece, candidates, cut_columns, space_odds

HEIGHT, PEN = 40.0, 5.0


def strokes(width: int, *lines: tuple[int, int, int, int], left: int = 0) -> Piece:
    """A piece drawn with straight strokes x1, y1, x2, y2 in a box 44 pixels high."""
    patch = np.zeros((44, width), np.uint8)
    for x1, y1, x2, y2 in lines:
        cv2.line(patch, (x1, y1), (x2, y2), 255, int(PEN))
    return Piece(left, 0, patch)


def double_l(left: int = 0) -> Piece:
    """Two L, the foot of the first touching the stem of the second."""
    return strokes(56, (4, 4, 4, 38), (4, 38, 30, 38), (30, 4, 30, 38), (30, 38, 52, 38), left=left)


def letter_o() -> Piece:
    patch = np.zeros((44, 40), np.uint8)
    cv2.ellipse(patch, (20, 22), (16, 18), 0, 0, 360, 255, int(PEN))
    return Piece(0, 0, patch)


def arcs(found: Candidates) -> set[tuple[int, int]]:
    return set(zip(found.starts.tolist(), found.ends.tolist(), strict=True))


def test_touching_letters_are_cut_beside_the_stem() -> None:
    columns = [column for column, _ in cut_columns(double_l().patch, HEIGHT, PEN)]
    assert any(22 <= column <= 28 for column in columns)


def test_round_letters_and_narrow_ones_are_not_cut() -> None:
    assert cut_columns(letter_o().patch, HEIGHT, PEN) == []
    assert cut_columns(strokes(9, (4, 4, 4, 38)).patch, HEIGHT, PEN) == []
    assert cut_columns(np.zeros((40, 60), np.uint8), HEIGHT, PEN) == []


def test_the_parts_of_a_piece_hold_all_its_ink_once() -> None:
    piece = double_l()
    found = candidates([piece], HEIGHT, PEN)
    singles = sorted(
        (start, arc)
        for arc, (start, end) in enumerate(zip(found.starts, found.ends, strict=True))
        if end == start + 1
    )
    assert len(singles) > 1
    joined = np.concatenate([found.patches[arc] for _, arc in singles], axis=1)
    np.testing.assert_array_equal(joined, piece.patch)
    assert (0, len(singles)) in arcs(found)
    assert found.begins.tolist() == [0] + [-1] * len(singles)


def test_whole_pieces_are_known_as_such() -> None:
    found = candidates([double_l(), double_l(left=80)], HEIGHT, PEN)
    whole = [found.boxes[arc] for arc in np.flatnonzero(found.pieces == 1)]
    assert [box.left for box in whole] == [80 + double_l().box.left]


def test_neighbours_nearly_touching_may_be_one_letter_and_others_not() -> None:
    bar, rest = strokes(9, (4, 4, 4, 38)), strokes(24, (20, 4, 3, 20), (3, 20, 20, 38), left=11)
    near = candidates([bar, rest], HEIGHT, PEN)
    assert (0, 2) in arcs(near)
    join = near.patches[[*zip(near.starts, near.ends, strict=True)].index((0, 2))]
    assert np.count_nonzero(join) == np.count_nonzero(bar.patch) + np.count_nonzero(rest.patch)
    far = candidates([bar, Piece(40, 0, rest.patch)], HEIGHT, PEN)
    assert arcs(far) == {(0, 1), (1, 2)}
    assert far.begins.tolist() == [0, 1, -1]


def test_firm_pieces_stay_as_they_are() -> None:
    pieces = [double_l(), double_l(left=58)]
    assert arcs(candidates(pieces, HEIGHT, PEN, [True, True])) == {(0, 1), (1, 2)}


def test_bars_above_each_other_may_be_one_mark_although_each_is_sure() -> None:
    bars = [strokes(30, (4, y, 26, y)) for y in (14, 26)]
    assert arcs(candidates(bars, HEIGHT, PEN, [True, True])) == {(0, 1), (1, 2)}
    found = candidates(bars, HEIGHT, PEN, [True, True], marks=True)
    assert arcs(found) == {(0, 1), (1, 2), (0, 2)}
    bias = dict(zip(zip(found.starts.tolist(), found.ends.tolist(), strict=True), found.bias, strict=True))
    assert bias[0, 2] > bias[0, 1] + bias[1, 2]


def test_marks_far_apart_stay_two() -> None:
    dots = [strokes(9, (4, 36, 5, 36), left=left) for left in (0, 40)]
    assert arcs(candidates(dots, HEIGHT, PEN, marks=True)) == {(0, 1), (1, 2)}


def test_halves_of_a_wide_letter_may_be_one_if_they_nearly_touch() -> None:
    half = np.zeros((44, 26), np.uint8)
    cv2.ellipse(half, (13, 22), (10, 18), 0, 0, 360, 255, int(PEN))
    near, far = ([Piece(0, 0, half), Piece(left, 0, half)] for left in (25, 32))
    assert arcs(candidates(near, HEIGHT, PEN)) == {(0, 1), (1, 2), (0, 2)}
    assert arcs(candidates(far, HEIGHT, PEN)) == {(0, 1), (1, 2)}


def test_a_long_component_has_a_path_from_end_to_end() -> None:
    chain = np.concatenate([double_l().patch] * 6, axis=1)
    found = candidates([Piece(0, 0, chain)], HEIGHT, PEN)
    reached = {0}
    for start, end in sorted(arcs(found)):
        if start in reached:
            reached.add(end)
    assert len(found.begins) - 1 in reached


def test_number_of_candidates_grows_with_the_length_of_the_row() -> None:
    def row(count: int) -> list[Piece]:
        return [double_l(left=60 * k) for k in range(count)]

    few, many = len(candidates(row(5), HEIGHT, PEN).starts), len(candidates(row(50), HEIGHT, PEN).starts)
    assert many < 11 * few
    start = time.perf_counter()
    candidates(row(100), HEIGHT, PEN)
    assert time.perf_counter() - start < 2


def test_dust_does_not_make_every_heap_a_letter() -> None:
    dust = [strokes(4, (1, 20, 2, 22), left=5 * k) for k in range(60)]
    found = candidates(dust, HEIGHT, PEN, marks=True)
    assert len(found.starts) <= 8 * len(dust)
    assert found.ends.max() == len(dust)


def test_odds_of_a_space_rise_with_the_gap() -> None:
    gaps = np.array([-np.inf, -0.2, 0.1, 0.5, 0.9, 3])
    odds = space_odds(gaps, 0.5)
    assert odds[0] == -8
    assert odds[3] == pytest.approx(0)
    assert (np.diff(odds) >= 0).all() and np.abs(odds).max() <= 8
