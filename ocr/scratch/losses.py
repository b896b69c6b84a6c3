"""Losses: how wrong outputs y are for targets t, both (N, outputs), averaged over the N samples of a batch.

The mean, not the sum, so that a learning rate keeps its meaning when the batch size changes.
"""

from __future__ import annotations

import numpy as np

from ocr.scratch.initialisers import Floats


class Loss:
    """A number for outputs and targets, and its gradient by the outputs."""

    def value(self, y: Floats, t: Floats) -> float:
        """L(y, t)."""
        raise NotImplementedError

    def gradient(self, y: Floats, t: Floats) -> Floats:
        """dL/dy: (N, outputs)."""
        raise NotImplementedError


class SquaredError(Loss):
    """L = 1/2N Σ_n |y_n - t_n|², dy = (y - t) / N."""

    def value(self, y: Floats, t: Floats) -> float:
        difference = (y - t).ravel()
        return float(difference @ difference) / (2 * len(y))

    def gradient(self, y: Floats, t: Floats) -> Floats:
        dy = y - t
        dy /= len(y)
        return dy


class CrossEntropy(Loss):
    """L = -1/N Σ_n Σ_k t_nk log y_nk for outputs that are probabilities, dy = -t / (N y).

    Behind a softmax the two gradients melt into one without a quotient. With y = softmax(x) and Σ_k t_k = 1,
    Softmax.backward of -t/y gives y_j (-t_j/y_j + Σ_i t_i) = y_j - t_j, hence

        dL/dx = (y - t) / N

    `through_softmax` is that short cut; `Network` takes it where its last layer is a softmax.
    """

    def value(self, y: Floats, t: Floats) -> float:
        return -float(np.sum(t * np.log(_above_zero(y)))) / len(y)

    def gradient(self, y: Floats, t: Floats) -> Floats:
        return -t / (len(y) * _above_zero(y))

    def through_softmax(self, y: Floats, t: Floats) -> Floats:
        """dL/dx at the input x of the softmax whose output is y: (N, outputs)."""
        dx = y - t
        dx /= len(y)
        return dx


def _above_zero(y: Floats) -> Floats:
    """Probabilities kept off 0, where the logarithm ends: the worst guess costs 87 in float32."""
    return np.maximum(y, np.finfo(y.dtype).tiny)


LOSSES: dict[str, type[Loss]] = {"squared_error": SquaredError, "cross_entropy": CrossEntropy}
