from __future__ import annotations

import cv2
import numpy as np

from ocr.reading.segmentation.faint_rules import faint_rules
from tests.drawn import blank, write


def densities(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(trace, ink) masks, 255 where there is any."""
    return np.where(picture < 190, 255, 0).astype(np.uint8), np.where(picture < 120, 255, 0).astype(np.uint8)


def test_a_rule_of_which_only_fragments_are_ink_goes_and_letters_on_it_stay() -> None:
    picture = blank(200, 700)
    cv2.line(picture, (20, 121), (690, 125), 160, 2)
    picture[(picture < 190) & (np.random.default_rng(1).random(picture.shape) < 0.3)] = 100
    write(picture, "LETTERS", 60, 122, 50)
    trace, ink = densities(picture)
    rules = faint_rules(trace, ink, 50)
    assert np.count_nonzero(rules[:, 450:] & trace[:, 450:]) > 0.9 * np.count_nonzero(trace[:, 450:])
    letters = blank(200, 700)
    write(letters, "LETTERS", 60, 122, 50)
    kept = densities(letters)[1]
    assert np.count_nonzero(rules & kept) < 0.03 * np.count_nonzero(kept)


def test_dashes_and_bars_of_letters_are_no_rules() -> None:
    picture = blank(200, 700)
    write(picture, "TEE FF", 60, 122, 50)
    cv2.line(picture, (400, 100), (480, 100), 100, 3)
    trace, ink = densities(picture)
    assert not faint_rules(trace, ink, 50).any()


def test_a_rule_shows_between_letters_that_stand_on_it() -> None:
    letters = blank(200, 1300)
    write(letters, "LETTERS STAND HERE", 60, 122, 50)
    trace, ink = densities(letters)
    ruled = letters.copy()
    cv2.line(ruled, (20, 122), (1280, 123), 160, 2)
    both = np.where((ruled < 190) | (letters < 190), 255, 0).astype(np.uint8)
    left = both & ~faint_rules(both, ink, 50)
    assert np.count_nonzero(left & ~trace) < 0.1 * np.count_nonzero(both & ~trace)
    assert np.count_nonzero(left & ink) > 0.97 * np.count_nonzero(ink)
