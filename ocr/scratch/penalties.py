"""Penalties on large weights: the loss of a batch becomes L(y, t) + R(W), R summed over the layers.

R does not depend on the batch, so neither it nor its gradient is divided by N: dividing or multiplying it by
the batch size turns the same lambda into another one for every batch size. Biases are left alone: they move
a unit's threshold and cannot make it steep.
"""

from __future__ import annotations

import numpy as np

from ocr.scratch.initialisers import Floats


class Penalty:
    """No penalty, R = 0; base of the others."""

    def value(self, W: Floats) -> float:
        """R(W) for the weights of one layer, (inputs, outputs)."""
        return 0.0

    def add_gradient(self, W: Floats, dW: Floats) -> None:
        """dW += dR/dW, in place."""


class L2(Penalty):
    """R = λ/2 Σ W², dR/dW = λ W: pulls each weight to zero in proportion to its size."""

    def __init__(self, strength: float) -> None:
        self.strength = strength

    def value(self, W: Floats) -> float:
        weights = W.ravel()
        return self.strength / 2 * float(weights @ weights)

    def add_gradient(self, W: Floats, dW: Floats) -> None:
        dW += self.strength * W


class L1(Penalty):
    """R = λ Σ |W|, dR/dW = λ sign W: pulls all weights to zero alike, so many end there."""

    def __init__(self, strength: float) -> None:
        self.strength = strength

    def value(self, W: Floats) -> float:
        return self.strength * float(np.abs(W).sum())

    def add_gradient(self, W: Floats, dW: Floats) -> None:
        dW += self.strength * np.sign(W)
