"""What cuts tear off a letter goes back to it."""

from __future__ import annotations

import numpy as np

from ocr.reading.segmentation.row_pieces import parted

HEIGHT = 20.0


def region(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    """(60, 40) bool, ink in the boxes (left, top, right, bottom)."""
    own = np.zeros((60, 40), bool)
    for left, top, right, bottom in boxes:
        own[top:bottom, left:right] = True
    return own


def level(*heights: float) -> np.ndarray:
    return np.array([[height] * 40 for height in heights])


def test_each_row_has_its_piece() -> None:
    own = region((5, 0, 8, 60))
    pieces = parted(own, level(20, 40), HEIGHT)
    assert len(np.unique(pieces[own])) == 3
    assert (pieces[~own] == 0).all()
    assert len(np.unique(pieces[20:40, 5:8])) == 1


def test_a_tail_and_a_scrap_go_back() -> None:
    own = region((5, 5, 20, 25), (8, 25, 11, 35))  # the tail of a letter, cut off at 25
    assert len(np.unique(parted(own, level(25), HEIGHT)[own])) == 1


def test_pieces_of_one_row_that_only_the_other_held_together_are_parted() -> None:
    own = region((2, 0, 12, 20), (25, 0, 35, 20), (2, 20, 35, 40))
    pieces = parted(own, level(20), HEIGHT)
    assert len(np.unique(pieces[own])) == 3
    assert pieces[5, 5] != pieces[5, 30]


def test_a_scrap_goes_to_what_it_touches_most() -> None:
    own = region((2, 0, 14, 20), (14, 17, 16, 23), (5, 20, 8, 22), (12, 23, 30, 45))
    pieces = parted(own, level(20), HEIGHT)
    assert pieces[21, 6] == pieces[5, 5]
    assert pieces[30, 20] != pieces[5, 5]
