"""Is a gradient right? Compare it with what the definition of a derivative says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ocr.scratch.initialisers import Floats
from ocr.scratch.network import Network


def numerical_gradient(function: Callable[[Floats], float], at: Floats, step: float = 1e-5) -> Floats:
    """df/dx by central differences, (f(x + h) - f(x - h)) / 2h, an error of order h².

    ``at``: float64 of any shape, which ``function`` may keep a view of; it is moved in place, one number at a
    time, and put back. Returns an array of its shape.
    """
    gradient = np.empty_like(at)
    for index in np.ndindex(at.shape):
        kept = at[index]
        at[index] = kept + step
        above = function(at)
        at[index] = kept - step
        below = function(at)
        at[index] = kept
        gradient[index] = (above - below) / (2 * step)
    return gradient


def relative_error(a: Floats, b: Floats) -> float:
    """|a - b| / (|a| + |b|), Euclidean norms: 0 for equal arrays, 1 for opposite ones."""
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / scale) if scale > 0 else 0.0


def check(network: Network, x: Floats, t: Floats, step: float = 1e-5) -> float:
    """Relative error of `Network.backward` for a batch x: (N, inputs), t: (N, outputs), all float64.

    A right gradient gives about 1e-8.
    """
    network.backward(network.forward(x), t)
    backpropagated = network.gradient.copy()
    return relative_error(
        backpropagated, numerical_gradient(lambda _: network.objective(x, t), network.theta, step)
    )
