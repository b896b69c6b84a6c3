"""What networks can and cannot compute, and how they learn."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.scratch import (
    Adam,
    CrossEntropy,
    Dense,
    GradientDescent,
    Momentum,
    Network,
    ReLU,
    Sigmoid,
    Softmax,
    SquaredError,
)
from ocr.scratch.data import one_hot
from ocr.scratch.initialisers import he, zeros

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
XOR_TARGETS = np.array([[0], [1], [1], [0]], float)


def test_two_layers_learn_xor():
    layers = [Dense(2, 8), Sigmoid(), Dense(8, 1), Sigmoid()]
    network = Network(layers, SquaredError(), seed=1, dtype=np.float64)
    network.train(XOR, XOR_TARGETS, Adam(0.05), epochs=1500, batch=4)
    np.testing.assert_allclose(network.predict(XOR), XOR_TARGETS, atol=0.1)


def test_a_perceptron_does_not_learn_xor():
    network = Network([Dense(2, 1), Sigmoid()], SquaredError(), seed=1, dtype=np.float64)
    network.train(XOR, XOR_TARGETS, Adam(0.05), epochs=1500, batch=4)
    right = (network.predict(XOR) > 0.5) == (XOR_TARGETS > 0.5)
    assert right.sum() < 4  # no line has (0,0), (1,1) on one side and (0,1), (1,0) on the other


@pytest.mark.parametrize("low, high", [(2.0, 5.0), (-1.5, 0.25)])
def test_two_layers_compute_an_interval_with_weights_set_by_hand(low, high):
    """1 inside [low, high], 0 outside: step(x - low) + step(high - x) > 1.5, steps being steep sigmoids."""
    steep = 1000
    network = Network([Dense(1, 2), Sigmoid(), Dense(2, 1), Sigmoid()], SquaredError(), dtype=np.float64)
    first, second = network.dense
    first.W[:] = [[steep, -steep]]
    first.b[:] = [-steep * low, steep * high]
    second.W[:] = [[steep], [steep]]
    second.b[:] = -1.5 * steep
    x = np.linspace(-10, 10, 401)[:, None] + 0.01  # never on an edge
    np.testing.assert_allclose(network.predict(x), (x > low) & (x < high), atol=1e-6)


OPTIMISERS = {
    "gradient descent": (lambda: GradientDescent(0.1), lambda torch, p: torch.optim.SGD(p, 0.1)),
    "momentum": (lambda: Momentum(0.05, 0.9), lambda torch, p: torch.optim.SGD(p, 0.05, momentum=0.9)),
    "adam": (lambda: Adam(0.01), lambda torch, p: torch.optim.Adam(p, 0.01)),
}


@pytest.mark.parametrize("name", list(OPTIMISERS))
def test_training_curve_equals_that_of_torch(name):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(8)
    x, labels = rng.normal(size=(40, 6)), rng.integers(0, 3, 40)
    layers = [Dense(6, 10, he), ReLU(), Dense(10, 3), Softmax()]
    network = Network(layers, CrossEntropy(), seed=2, dtype=np.float64)
    theirs = torch.nn.Sequential(torch.nn.Linear(6, 10), torch.nn.ReLU(), torch.nn.Linear(10, 3)).double()
    with torch.no_grad():
        for dense, linear in zip(network.dense, (theirs[0], theirs[2]), strict=True):
            linear.weight[:] = torch.from_numpy(dense.W.T.copy())
            linear.bias[:] = torch.from_numpy(dense.b)
    make_ours, make_theirs = OPTIMISERS[name]
    history = network.train(x, one_hot(labels, 3), make_ours(), epochs=200, batch=40)
    stepper, curve = make_theirs(torch, theirs.parameters()), []
    for _ in range(200):
        loss = torch.nn.functional.cross_entropy(theirs(torch.from_numpy(x)), torch.from_numpy(labels))
        stepper.zero_grad()
        loss.backward()
        stepper.step()
        curve.append(loss.item())
    np.testing.assert_allclose([epoch.training.loss for epoch in history], curve, atol=1e-6)
    assert curve[-1] < 0.7 * curve[0]


def test_mini_batches_reach_every_sample_and_the_seed_repeats():
    rng = np.random.default_rng(0)
    x, t = rng.random((50, 4)), one_hot(rng.integers(0, 2, 50), 2)

    def weights(seed: int) -> np.ndarray:
        network = Network([Dense(4, 2), Softmax()], CrossEntropy(), seed=seed)
        epochs = network.train(x, t, GradientDescent(0.1), epochs=3, batch=16, validation=(x, t))
        assert [epoch.number for epoch in epochs] == [1, 2, 3]
        assert epochs[-1].validation.loss == pytest.approx(network.evaluate(x, t, batch=7).loss, rel=1e-5)
        return network.theta

    np.testing.assert_array_equal(weights(1), weights(1))
    assert not np.array_equal(weights(1), weights(2))


def test_evaluate_and_predict_agree_and_count_by_hand():
    network = Network([Dense(2, 2, zeros), Softmax()], CrossEntropy())
    network.dense[0].W[:] = np.eye(2)
    x, t = np.array([[3, 0], [0, 3], [3, 0]]), one_hot(np.array([0, 1, 1]), 2)
    score = network.evaluate(x, t, batch=2)
    assert score.accuracy == pytest.approx(2 / 3)
    sure = np.exp(3) / (np.exp(3) + 1)
    assert score.loss == pytest.approx(-(2 * np.log(sure) + np.log(1 - sure)) / 3, rel=1e-5)
    assert network.predict(x).argmax(axis=1).tolist() == [0, 1, 0]


def test_adam_stays_fast_when_gradients_vanish():
    theta, adam = np.ones(100, np.float32), Adam()
    adam.step(theta, np.ones_like(theta))
    for _ in range(2000):
        adam.step(theta, np.zeros_like(theta))
    assert not np.any((adam.m != 0) & (np.abs(adam.m) < np.finfo(np.float32).tiny))  # no denormal number
