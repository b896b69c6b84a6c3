"""Activations: what makes a stack of layers more than one matrix.

Each keeps its output y, from which its derivative follows without a second exponential. All take and return
(N, units), element by element but for softmax, which couples the units of a row.
"""

from __future__ import annotations

import numpy as np

from ocr.scratch.initialisers import Floats
from ocr.scratch.layers import Layer


class Linear(Layer):
    """y = x, dx = dy: the output of a network that predicts numbers."""

    def forward(self, x: Floats) -> Floats:
        return x

    def backward(self, dy: Floats) -> Floats:
        return dy


class ReLU(Layer):
    """y = max(x, 0), dx = dy where x > 0 and 0 elsewhere (at the kink, x = 0, too)."""

    def forward(self, x: Floats) -> Floats:
        self.y = np.maximum(x, 0)
        return self.y

    def backward(self, dy: Floats) -> Floats:
        return dy * (self.y > 0)


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)), dx = dy · y (1 - y)."""

    def forward(self, x: Floats) -> Floats:
        self.y = sigmoid(x)
        return self.y

    def backward(self, dy: Floats) -> Floats:
        return dy * self.y * (1 - self.y)


class Tanh(Layer):
    """y = tanh x, dx = dy · (1 - y²)."""

    def forward(self, x: Floats) -> Floats:
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy: Floats) -> Floats:
        return dy * (1 - self.y**2)


class Softmax(Layer):
    """y_i = exp x_i / Σ_j exp x_j: each row becomes a distribution, positive with sum 1.

    Its Jacobian is dy_i/dx_j = y_i (δ_ij - y_j). The product with a gradient needs no matrix:

        dx_j = Σ_i dy_i y_i (δ_ij - y_j) = y_j (dy_j - Σ_i dy_i y_i)
    """

    def forward(self, x: Floats) -> Floats:
        self.y = softmax(x)
        return self.y

    def backward(self, dy: Floats) -> Floats:
        shared = np.sum(dy * self.y, axis=1, keepdims=True)  # (N, 1): Σ_i dy_i y_i
        return self.y * (dy - shared)  # (N, units)


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x)) of any shape, without overflow.

    exp(-x) overflows far below 0, so with e = exp(-|x|), in (0, 1]: 1 / (1 + e) right of 0, e / (1 + e) left.
    """
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def softmax(x: Floats) -> Floats:
    """(N, units) -> (N, units), each row exp x / Σ exp x.

    A constant added to a row cancels in the quotient; with the row's maximum taken off, no exponent is
    above 0.
    """
    y = x - x.max(axis=1, keepdims=True)  # (N, units) - (N, 1)
    np.exp(y, out=y)
    y /= y.sum(axis=1, keepdims=True)
    return y


ACTIVATIONS: dict[str, type[Layer]] = {
    "linear": Linear,
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "softmax": Softmax,
}
