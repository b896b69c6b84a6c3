"""Layers: a forward step y = f(x; θ), and its two gradients: dx for the layer before, dθ to learn by."""

from __future__ import annotations

import numpy as np

from ocr.scratch.initialisers import Floats, Initialiser, glorot


class Layer:
    """A differentiable step. Keeps from ``forward`` what ``backward`` needs; a layer serves one network."""

    size = 0  # number of parameters

    def forward(self, x: Floats) -> Floats:
        """x: (N, inputs) -> y: (N, outputs)."""
        raise NotImplementedError

    def backward(self, dy: Floats) -> Floats:
        """dy: (N, outputs) -> dx: (N, inputs), by the chain rule dx = dy · dy/dx. Does not change ``dy``."""
        raise NotImplementedError

    def learn(self, dy: Floats) -> None:
        """Write dL/dθ into the layer's gradient. Nothing to do for a layer without parameters."""

    def place(self, theta: Floats, gradient: Floats, rng: np.random.Generator) -> None:
        """Move in: draw the parameters into ``theta``, keep their gradient in ``gradient``, both (size,)."""


class Dense(Layer):
    """Every output a weighted sum of all inputs.

        y = x W + b      x: (N, inputs)   W: (inputs, outputs)   b: (outputs,)   y: (N, outputs)

    With the loss a function of y alone, the chain rule gives

        dW = xᵀ dy       (inputs, N) (N, outputs)
        db = Σ_n dy_n    (outputs,)
        dx = dy Wᵀ       (N, outputs) (outputs, inputs)
    """

    W: Floats
    b: Floats
    dW: Floats
    db: Floats

    def __init__(self, inputs: int, outputs: int, initialiser: Initialiser = glorot) -> None:
        self.inputs, self.outputs, self.initialiser = inputs, outputs, initialiser
        self.size = inputs * outputs + outputs

    def place(self, theta: Floats, gradient: Floats, rng: np.random.Generator) -> None:
        weights = self.inputs * self.outputs
        shape = (self.inputs, self.outputs)
        # Slices and reshapes of one vector are views: the optimiser moves theta, and W and b move with it.
        self.W, self.b = theta[:weights].reshape(shape), theta[weights:]
        self.dW, self.db = gradient[:weights].reshape(shape), gradient[weights:]
        self.W[:] = self.initialiser(rng, *shape)
        self.b[:] = 0

    def forward(self, x: Floats) -> Floats:
        self.x = x  # (N, inputs)
        y = x @ self.W  # (N, inputs) (inputs, outputs) -> (N, outputs)
        y += self.b  # (outputs,) is added to each row
        return y

    def learn(self, dy: Floats) -> None:
        np.matmul(self.x.T, dy, out=self.dW)  # (inputs, N) (N, outputs) -> (inputs, outputs)
        np.sum(dy, axis=0, out=self.db)  # (N, outputs) -> (outputs,)

    def backward(self, dy: Floats) -> Floats:
        return dy @ self.W.T  # (N, outputs) (outputs, inputs) -> (N, inputs)
