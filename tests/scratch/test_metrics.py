from __future__ import annotations

import numpy as np
import pytest

from ocr.scratch.metrics import class_scores, confusion_matrix, table


def test_scores_by_hand():
    truth, guess = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 0])
    matrix = confusion_matrix(truth, guess, 3)
    np.testing.assert_array_equal(matrix, [[2, 1, 0], [1, 1, 0], [0, 0, 0]])
    a, b, c = class_scores(matrix, "ABC")
    assert (a.precision, a.recall, a.f1, a.support) == pytest.approx((2 / 3, 2 / 3, 2 / 3, 3))
    assert (b.precision, b.recall, b.f1, b.support) == pytest.approx((1 / 2, 1 / 2, 1 / 2, 2))
    assert (c.precision, c.recall, c.f1, c.support) == (0, 0, 0, 0)


def test_table_has_a_row_for_each_class_and_the_means():
    lines = table(class_scores(np.array([[2, 1], [1, 1]]), "AB")).splitlines()
    assert len(lines) == 5
    assert lines[0].split() == ["class", "precision", "recall", "F1", "support"]
    assert lines[1].split() == ["A", "0.667", "0.667", "0.667", "3"]
    assert lines[3].split() == ["mean", "0.583", "0.583", "0.583", "5"]
    assert lines[4].split() == ["weighted", "mean", "0.600", "0.600", "0.600", "5"]
