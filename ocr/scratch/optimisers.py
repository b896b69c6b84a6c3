"""Optimisers: the step from a gradient g = dL/dθ to better parameters θ, both (P,), in place.

All parameters of a network lie in one vector. An update reads it several times over; done piece by piece,
with pieces that fit the processor's cache, each number comes from memory once.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ocr.scratch.initialisers import Floats

_PIECE = 32768  # float32 numbers: 128 KB
_NEGLIGIBLE = 1e-30  # of a running mean: the step it makes is lost in rounding
_SWEEP = 64  # steps between two sweeps; 1e-30 · 0.9^64 is still far above the denormal numbers of float32


class Optimiser:
    """Remembers between steps what it needs; serves one network."""

    rate: float

    def step(self, theta: Floats, gradient: Floats) -> None:
        """Move ``theta`` (P,) once, by ``gradient`` (P,)."""
        raise NotImplementedError


class GradientDescent(Optimiser):
    """θ ← θ - η g, η the learning rate."""

    def __init__(self, rate: float = 0.01) -> None:
        self.rate = rate

    def step(self, theta: Floats, gradient: Floats) -> None:
        for part in _pieces(theta):
            theta[part] -= self.rate * gradient[part]


class Momentum(Optimiser):
    """v ← μ v - η g, θ ← θ + v: a ball that rolls on, fast along a valley and without swinging across it."""

    def __init__(self, rate: float = 0.01, momentum: float = 0.9) -> None:
        self.rate, self.momentum = rate, momentum
        self.v = np.zeros(0)
        self.steps = 0

    def step(self, theta: Floats, gradient: Floats) -> None:
        if self.v.shape != theta.shape:
            self.v = np.zeros_like(theta)
        for part in _pieces(theta):
            v = self.v[part]
            v *= self.momentum
            v -= self.rate * gradient[part]
            theta[part] += v
        self.steps += 1
        if self.steps % _SWEEP == 0:
            _sweep(self.v)


class Adam(Optimiser):
    """Each parameter has a rate of its own, by the size of its recent gradients (Kingma and Ba 2015).

    m ← β1 m + (1 - β1) g           running mean of the gradient
    v ← β2 v + (1 - β2) g²          running mean of its square
    m̂ = m / (1 - β1ᵗ),  v̂ = v / (1 - β2ᵗ)     both began at zero: make up for it at step t
    θ ← θ - η m̂ / (sqrt v̂ + ε)
    """

    def __init__(
        self, rate: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
    ) -> None:
        self.rate, self.beta1, self.beta2, self.epsilon = rate, beta1, beta2, epsilon
        self.t = 0
        self.m = self.v = np.zeros(0)

    def step(self, theta: Floats, gradient: Floats) -> None:
        if self.m.shape != theta.shape:
            self.m, self.v = np.zeros_like(theta), np.zeros_like(theta)
        self.t += 1
        # sqrt v̂ = sqrt v / c with c = sqrt(1 - β2ᵗ): numerator and denominator times c spare the hats.
        correction = float(np.sqrt(1 - self.beta2**self.t))
        rate = self.rate * correction / (1 - self.beta1**self.t)
        epsilon = self.epsilon * correction
        for part in _pieces(theta):
            g, m, v = gradient[part], self.m[part], self.v[part]
            m *= self.beta1
            m += (1 - self.beta1) * g
            v *= self.beta2
            square = g * g
            square *= 1 - self.beta2
            v += square
            step = np.sqrt(v, out=square)
            step += epsilon
            np.divide(m, step, out=step)
            step *= rate
            theta[part] -= step
        if self.t % _SWEEP == 0:
            _sweep(self.m)


def _pieces(theta: Floats) -> Iterator[slice]:
    return (slice(start, start + _PIECE) for start in range(0, len(theta), _PIECE))


def _sweep(mean: Floats) -> None:
    """Set negligible numbers to 0, in place.

    Where the gradient has become exactly 0, as for a silent ReLU, a running mean shrinks until it is denormal
    and stays there, and processors are up to a hundred times slower with denormal numbers.
    """
    for part in _pieces(mean):
        piece = mean[part]
        piece[np.abs(piece) < _NEGLIGIBLE] = 0


OPTIMISERS: dict[str, type[Optimiser]] = {
    "gradient_descent": GradientDescent,
    "momentum": Momentum,
    "adam": Adam,
}
