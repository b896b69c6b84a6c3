"""Every figure of the report against a case worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.training.report.assessment import Assessment

#       written: A    A    A    B    B    C
ROWS = [(0.9, 0.1, 0), (0.6, 0.3, 0.1), (0.2, 0.7, 0.1), (0.1, 0.8, 0.1), (0.5, 0.4, 0.1), (0, 0.05, 0.95)]
FOUND = Assessment(np.array(ROWS), np.array([0, 0, 0, 1, 1, 2]), ("A", "B", "C"))


def test_shares() -> None:
    assert FOUND.accuracy == pytest.approx(4 / 6)
    assert FOUND.top2 == 1
    assert FOUND.loss == pytest.approx(-np.mean(np.log([0.9, 0.6, 0.2, 0.8, 0.4, 0.95])))
    assert FOUND.ece == pytest.approx(np.mean([0.1, 0.4, 0.7, 0.2, 0.5, 0.05]))  # each alone in its bin


def test_confusion_and_classes() -> None:
    assert FOUND.confusion.tolist() == [[2, 1, 0], [1, 1, 0], [0, 0, 1]]
    first, second, third = FOUND.per_class
    assert (first["precision"], first["recall"], first["support"]) == (
        pytest.approx(2 / 3),
        pytest.approx(2 / 3),
        3,
    )
    assert second["f1"] == pytest.approx(0.5) and third["f1"] == 1
    assert FOUND.macro_f1 == pytest.approx((2 / 3 + 0.5 + 1) / 3)


def test_a_class_that_never_occurs_is_zero_and_not_averaged() -> None:
    found = Assessment(np.array([[0.9, 0.1, 0.0]]), np.array([0]), ("A", "B", "C"))
    assert found.per_class[1] == {"class": "B", "precision": 0, "recall": 0, "f1": 0, "support": 0}
    assert found.macro_f1 == 1


def test_rejection() -> None:
    # Surest first: C right, A right, B right, A as B wrong, A right, B as A wrong.
    shares, accuracy = FOUND.rejection
    np.testing.assert_allclose(shares, np.arange(6) / 6)
    np.testing.assert_allclose(accuracy, [4 / 6, 4 / 5, 3 / 4, 1, 1, 1])
    assert FOUND.reject_for(0.99) == pytest.approx(0.5)
    hopeless = Assessment(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([1, 1]), ("A", "B"))
    assert hopeless.reject_for() is None


def test_worst_pairs_surest_mistake_first() -> None:
    found = Assessment(
        np.array([[0.4, 0.6], [0.1, 0.9], [0.2, 0.8], [0.6, 0.4]]), np.array([0, 0, 0, 1]), ("A", "B")
    )
    worst = found.worst_pairs()
    assert [(pair.written, pair.read, pair.members.tolist()) for pair in worst] == [
        (0, 1, [1, 2, 0]),
        (1, 0, [3]),
    ]
