"""What belongs to a row and stands off its line."""

from __future__ import annotations

import numpy as np

from ocr.reading.segmentation.strays import absorb, within

LETTERS = np.array([[20 * k, 40, 20 * k + 15, 70] for k in range(8)], np.float64)
RING = np.array([44.0, 18, 54, 28])  # the dot of an i


def chains(*others: np.ndarray) -> tuple[list[list[int]], np.ndarray]:
    boxes = np.concatenate([LETTERS, *(other.reshape(-1, 4) for other in others)])
    first = len(LETTERS)
    found = [list(range(first))]
    for other in others:
        count = len(other.reshape(-1, 4))
        found.append(list(range(first, first + count)))
        first += count
    return found, boxes


def test_a_dot_that_is_a_row_of_its_own_goes_to_the_letters_below() -> None:
    found, boxes = chains(RING)
    assert absorb(found, boxes, 30) == [[0, 1, 2, 3, 4, 5, 6, 7, 8]]


def test_quotes_and_a_stem_between_the_letters_go_to_their_row() -> None:
    found, boxes = chains(np.array([[30.0, 25, 35, 40], [110, 25, 115, 40]]), np.array([60.0, 20, 64, 60]))
    assert [sorted(chain) for chain in absorb(found, boxes, 30)] == [list(range(11))]


def test_a_row_below_stays_a_row() -> None:
    found, boxes = chains(LETTERS[:3] + np.array([0, 45, 0, 45]))
    assert absorb(found, boxes, 30) == found
    close = chains(LETTERS[:3] + np.array([0, 32, 0, 28]))
    assert absorb(*close, 30) == close[0]
    far = RING + np.array([600, 0, 600, 0])
    assert absorb(*chains(far), 30) == chains(far)[0]


def test_a_joined_word_close_above_letters_is_a_row() -> None:
    word = np.array([[40.0, 26, 180, 50]])
    found, boxes = chains(word)
    assert absorb(found, boxes, 30) == found
    found, boxes = chains(word + np.array([0, 0, -100, 0]))  # no wider than a letter: the bar of one
    assert absorb(found, boxes, 30) != found


def test_rows_of_like_size_are_left_alone() -> None:
    found, boxes = chains(LETTERS + np.array([0, 8, 0, 8]))
    assert absorb(found, boxes, 30) == found


def test_between_two_rows_the_nearer_one_is_chosen() -> None:
    lower = LETTERS + np.array([0, 44, 0, 44])
    word = np.array([-60.0, 74, -20, 108])  # a joined word before the lower row, a little high
    found, boxes = chains(lower, word)
    assert [sorted(chain) for chain in absorb(found, boxes, 30)] == [list(range(8)), list(range(8, 17))]


def test_within_heeds_the_neighbours_only() -> None:
    assert within(RING, LETTERS, 30) and not within(RING - np.array([0, 40, 0, 40]), LETTERS, 30)
    assert not within(RING + np.array([900, 0, 900, 0]), LETTERS, 30)
    tall = np.array([60.0, 35, 70, 130])  # a g with a long loop
    assert within(tall, LETTERS, 30)
