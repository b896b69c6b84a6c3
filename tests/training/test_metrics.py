"""Figures that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.training import metrics


def test_softmax_by_hand_and_without_overflow() -> None:
    np.testing.assert_allclose(metrics.softmax(np.log([[1.0, 3.0]])), [[0.25, 0.75]])
    np.testing.assert_allclose(metrics.softmax(np.log([[1.0, 9.0]]), temperature=2.0), [[0.25, 0.75]])
    np.testing.assert_allclose(metrics.softmax(np.array([[1e4, 0.0], [-1e4, -1e4]])), [[1, 0], [0.5, 0.5]])


def test_accuracy_of_the_best_one_and_two() -> None:
    scores = np.array([[3.0, 2, 1], [1, 3, 2], [1, 2, 3], [3, 2, 1]])
    labels = np.array([0, 2, 0, 1])
    assert metrics.accuracy(scores, labels) == 0.25
    assert metrics.accuracy(scores, labels, best=2) == 0.75
    assert metrics.accuracy(scores[:0], labels[:0]) == 0


def test_confusions() -> None:
    labels, read = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 2, 2])
    counts = metrics.confusion(read, labels, 3)
    assert counts.tolist() == [[1, 2, 0], [0, 1, 1], [0, 0, 1]]
    assert metrics.worst_pairs(counts, ("O", "D", "Q")) == [("O", "D", 2), ("D", "Q", 1)]


def test_calibration_error_by_hand() -> None:
    # Four letters at 0.9, two of them right: a gap of 0.4. Two at 0.6, both right: a gap of 0.4 as well.
    probabilities = np.array([[0.9, 0.1]] * 4 + [[0.6, 0.4]] * 2)
    labels = np.array([0, 0, 1, 1, 0, 0])
    assert metrics.expected_calibration_error(probabilities, labels) == pytest.approx(0.4)
    # In one bin the gaps cancel: 4 right of 6 at a mean confidence of 0.8.
    assert metrics.expected_calibration_error(probabilities, labels, bins=1) == pytest.approx(0.8 - 4 / 6)


def test_certainty_that_is_always_right_has_no_error() -> None:
    assert metrics.expected_calibration_error(np.eye(3), np.arange(3)) == 0


def test_negative_log_likelihood_by_hand() -> None:
    logits = np.log([[0.25, 0.75], [0.5, 0.5]])
    assert metrics.negative_log_likelihood(logits, np.array([1, 0])) == pytest.approx(-np.log(0.75 * 0.5) / 2)


def test_the_temperature_makes_confidence_true() -> None:
    # Three of four right at logits (0, 2): the best temperature makes that 0.75, so 2 / t = log 3.
    logits = np.tile([0.0, 2.0], (4, 1))
    labels = np.array([1, 1, 1, 0])
    temperature = metrics.fit_temperature(logits, labels)
    assert temperature == pytest.approx(2 / np.log(3), rel=1e-3)
    assert metrics.softmax(logits, temperature)[0, 1] == pytest.approx(0.75, abs=1e-3)
    assert metrics.fit_temperature(logits, np.ones(4, np.int64)) == pytest.approx(
        0.2, rel=1e-2
    )  # the lower end
