from __future__ import annotations

import numpy as np
import pytest

from ocr.scratch import L1, L2, CrossEntropy, SquaredError


def test_values_by_hand():
    y, t = np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([[1.0, 0], [1, 0]])
    assert SquaredError().value(y, t) == pytest.approx((0.5 + 2 * 0.75**2) / 4)
    assert CrossEntropy().value(y, t) == pytest.approx((np.log(2) + np.log(4)) / 2)


def test_penalties_by_hand():
    W = np.array([[1.0, -2], [0, 3]])
    assert L2(0.5).value(W) == pytest.approx(0.25 * 14)
    assert L1(0.5).value(W) == pytest.approx(3)


def test_a_certain_mistake_has_a_finite_cost():
    y, t = np.array([[0, 1]], np.float32), np.array([[1, 0]], np.float32)
    with np.errstate(all="raise"):
        assert 87 < CrossEntropy().value(y, t) < 88


def test_the_penalty_does_not_depend_on_the_batch():
    # The mistake in one of the reference reports: lambda scaled by the batch.
    from ocr.scratch import Dense, Network

    network = Network([Dense(3, 2)], SquaredError(), L2(1), dtype=np.float64)
    for size in (1, 50):
        x = np.zeros((size, 3))
        network.backward(network.forward(x), np.zeros((size, 2)))
        np.testing.assert_allclose(network.dense[0].dW, network.dense[0].W)
