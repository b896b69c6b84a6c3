from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.segmentation.comb import find_combs


def sides(x: list[int], size: tuple[int, int] = (100, 900)) -> np.ndarray:
    rules = np.zeros(size, np.uint8)
    for at in x:
        rules[20:80, at : at + 3] = 255
    rules[20:22, x[0] : x[-1]] = rules[78:80, x[0] : x[-1]] = 255
    return rules


def test_missing_sides_are_known_by_the_pitch() -> None:
    (comb,) = find_combs(sides([50, 120, 190, 330, 400, 540]), 40)
    assert comb.pitch == pytest.approx(70, abs=1)
    boxes = np.array(
        [[259, 30, 264, 70], [468, 25, 474, 50], [285, 30, 290, 70], [245, 30, 285, 70]], np.int32
    )
    assert comb.stands_in(boxes).tolist() == [True, True, False, False]


def test_uneven_sides_are_no_comb() -> None:
    assert find_combs(sides([50, 93, 201, 227, 388, 477]), 40) == []


def test_rows_of_boxes_are_kept_apart() -> None:
    rules = np.vstack([sides([50, 120, 190, 260, 330]), sides([40, 140, 240, 340, 440])])
    assert sorted(round(comb.pitch) for comb in find_combs(rules, 40)) == [70, 100]


def test_no_rules_no_combs() -> None:
    assert find_combs(np.zeros((50, 50), np.uint8), 40) == []
