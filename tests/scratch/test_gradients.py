"""Every backward against finite differences and against torch, in float64."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.scratch import L1, L2, CrossEntropy, Dense, Network, Softmax, SquaredError, Tanh
from ocr.scratch.activations import ACTIVATIONS
from ocr.scratch.autoencoder import bottleneck32
from ocr.scratch.data import one_hot
from ocr.scratch.gradcheck import check, numerical_gradient, relative_error
from ocr.scratch.losses import LOSSES

RNG = np.random.default_rng(5)
N, INPUTS, HIDDEN, OUTPUTS = 7, 5, 6, 4
X = RNG.normal(size=(N, INPUTS))
T = one_hot(RNG.integers(0, OUTPUTS, N), OUTPUTS).astype(np.float64)


def network(activation: str, loss: str, penalty=None) -> Network:
    layers = [Dense(INPUTS, HIDDEN), ACTIVATIONS[activation](), Dense(HIDDEN, OUTPUTS)]
    if loss == "cross_entropy":
        layers.append(Softmax())
    made = Network(layers, LOSSES[loss](), penalty, seed=3, dtype=np.float64)
    made.theta += RNG.normal(0, 0.1, made.theta.shape)  # biases off zero
    return made


@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_network_against_finite_differences(activation, loss):
    assert check(network(activation, loss), X, T) < 1e-7


@pytest.mark.parametrize("penalty", [L1(0.03), L2(0.03)])
def test_penalty_against_finite_differences(penalty):
    with_penalty = network("tanh", "cross_entropy", penalty)
    assert check(with_penalty, X, T) < 1e-7
    without = network("tanh", "cross_entropy")
    without.theta[:] = with_penalty.theta
    assert with_penalty.objective(X, T) > without.objective(X, T)


def test_the_check_finds_a_wrong_gradient():
    class WrongTanh(Tanh):
        def backward(self, dy):
            return dy * (1 - self.y)

    layers = [Dense(INPUTS, HIDDEN), WrongTanh(), Dense(HIDDEN, OUTPUTS)]
    wrong = Network(layers, SquaredError(), dtype=np.float64)
    assert check(wrong, X, T) > 1e-2


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_activation_by_its_input(activation):
    layer, weights = ACTIVATIONS[activation](), RNG.normal(size=(N, INPUTS))
    x = X.copy()
    layer.forward(x)
    dx = layer.backward(weights)
    expected = numerical_gradient(lambda at: float(np.sum(weights * layer.forward(at))), x)
    assert relative_error(dx, expected) < 1e-8


def test_dense_by_its_input():
    layer, weights, x = Dense(INPUTS, OUTPUTS), RNG.normal(size=(N, OUTPUTS)), X.copy()
    layer.place(np.zeros(layer.size), np.zeros(layer.size), RNG)
    dx = layer.backward(weights)
    expected = numerical_gradient(lambda at: float(np.sum(weights * layer.forward(at))), x)
    assert relative_error(dx, expected) < 1e-8


@pytest.mark.parametrize("loss", list(LOSSES))
def test_loss_by_the_outputs(loss):
    y = RNG.uniform(0.1, 0.9, (N, OUTPUTS))
    made = LOSSES[loss]()
    assert relative_error(made.gradient(y, T), numerical_gradient(lambda at: made.value(at, T), y)) < 1e-8


def test_short_cut_through_softmax_equals_the_long_way():
    softmax, loss = Softmax(), CrossEntropy()
    y = softmax.forward(RNG.normal(size=(N, OUTPUTS)))
    np.testing.assert_allclose(loss.through_softmax(y, T), softmax.backward(loss.gradient(y, T)), atol=1e-15)


def test_bottleneck32_on_some_of_its_parameters():
    made, x = bottleneck32(seed=1, dtype=np.float64), RNG.random((3, 1024))
    made.backward(made.forward(x), x)
    for index in RNG.choice(len(made.theta), 60, replace=False):
        kept = made.theta[index]
        values = []
        for step in (1e-5, -1e-5):
            made.theta[index] = kept + step
            values.append(made.objective(x, x))
        made.theta[index] = kept
        assert made.gradient[index] == pytest.approx((values[0] - values[1]) / 2e-5, abs=1e-6)


TORCH_ACTIVATIONS = {"linear": "Identity", "relu": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh"}


@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("activation", list(TORCH_ACTIVATIONS))
def test_against_torch(activation, loss):
    torch = pytest.importorskip("torch")
    ours = network(activation, loss)
    theirs = torch.nn.Sequential(
        torch.nn.Linear(INPUTS, HIDDEN),
        getattr(torch.nn, TORCH_ACTIVATIONS[activation])(),
        torch.nn.Linear(HIDDEN, OUTPUTS),
    ).double()
    with torch.no_grad():
        for dense, linear in zip(ours.dense, (theirs[0], theirs[2]), strict=True):
            linear.weight[:] = torch.from_numpy(dense.W.T.copy())
            linear.bias[:] = torch.from_numpy(dense.b)
    y, t = theirs(torch.from_numpy(X)), torch.from_numpy(T)
    if loss == "cross_entropy":
        value = torch.nn.functional.cross_entropy(y, t)
    else:
        value = ((y - t) ** 2).sum() / (2 * N)
    value.backward()
    assert ours.objective(X, T) == pytest.approx(value.item(), abs=1e-12)
    ours.backward(ours.forward(X), T)
    for dense, linear in zip(ours.dense, (theirs[0], theirs[2]), strict=True):
        np.testing.assert_allclose(dense.dW, linear.weight.grad.T, atol=1e-12)
        np.testing.assert_allclose(dense.db, linear.bias.grad, atol=1e-12)


def test_softmax_jacobian_against_torch():
    torch = pytest.importorskip("torch")
    x = torch.tensor(X, requires_grad=True)
    weights = RNG.normal(size=X.shape)
    (torch.softmax(x, 1) * torch.from_numpy(weights)).sum().backward()
    layer = Softmax()
    layer.forward(X)
    np.testing.assert_allclose(layer.backward(weights), x.grad, atol=1e-12)
