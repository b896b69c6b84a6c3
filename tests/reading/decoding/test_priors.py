from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.decoding.priors import adjust

CLASSES = ("O", "S", "0", "5", ".")
O_OR_0 = [0.4, 0.02, 0.56, 0.02, 0.0]
SURE_S, SURE_5 = [0.01, 0.97, 0.0, 0.02, 0.0], [0.0, 0.02, 0.01, 0.97, 0.0]


def best(rows: list[list[list[float]]]) -> list[str]:
    probabilities = np.array([p for row in rows for p in row], np.float32)
    numbers = np.array([k for k, row in enumerate(rows) for _ in row])
    adjusted = adjust(probabilities, CLASSES, numbers)
    assert adjusted.sum(1) == pytest.approx(1, abs=1e-5)
    names = iter(np.array(CLASSES)[adjusted.argmax(1)].tolist())
    return ["".join(next(names) for _ in row) for row in rows]


def test_rows_of_letters_and_rows_of_digits_decide_what_looks_alike() -> None:
    letters, digits = [SURE_S] * 5 + [O_OR_0], [SURE_5] * 5 + [O_OR_0]
    assert best([letters, digits]) == ["SSSSSO", "555550"]


def test_a_sure_digit_among_letters_stays() -> None:
    assert best([[SURE_S] * 8 + [SURE_5]]) == ["SSSSSSSS5"]


def test_one_letter_alone_is_hardly_moved() -> None:
    adjusted = adjust(np.array([O_OR_0], np.float32), CLASSES, np.array([0]))
    assert adjusted[0] == pytest.approx(O_OR_0, abs=0.2)


def test_other_classes_keep_their_probability() -> None:
    mixed = np.array([[0.3, 0.1, 0.3, 0.1, 0.2], SURE_S, SURE_S], np.float32)
    assert adjust(mixed, CLASSES, np.zeros(3, int))[0, 4] == pytest.approx(0.2)


@pytest.mark.parametrize("classes", [("A", "B"), ("1", "2")])
def test_one_kind_alone_is_left_as_it_is(classes: tuple[str, str]) -> None:
    probabilities = np.array([[0.6, 0.4]], np.float32)
    assert adjust(probabilities, classes, np.array([0])) is probabilities


def test_nothing_to_adjust() -> None:
    assert adjust(np.zeros((0, 5), np.float32), CLASSES, np.zeros(0, int)).shape == (0, 5)
