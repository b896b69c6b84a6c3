"""The weights before the first step.

An initialiser is a function ``(rng, inputs, outputs) -> W``, W: (inputs, outputs) float64. Weights that are
all equal stay equal, for every unit gets the same gradient: a hidden layer needs random ones. Their spread
decides whether a signal grows or dies on its way through many layers; Glorot and He keep its variance.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Initialiser = Callable[[np.random.Generator, int, int], Floats]


def zeros(rng: np.random.Generator, inputs: int, outputs: int) -> Floats:
    """W = 0: right for a network without hidden layers, useless with one."""
    return np.zeros((inputs, outputs))


def uniform(limit: float = 0.05) -> Initialiser:
    """W ~ U(-limit, limit)."""

    def draw(rng: np.random.Generator, inputs: int, outputs: int) -> Floats:
        return rng.uniform(-limit, limit, (inputs, outputs))

    return draw


def gaussian(sigma: float = 0.01) -> Initialiser:
    """W ~ N(0, sigma²)."""

    def draw(rng: np.random.Generator, inputs: int, outputs: int) -> Floats:
        return rng.normal(0, sigma, (inputs, outputs))

    return draw


def glorot(rng: np.random.Generator, inputs: int, outputs: int) -> Floats:
    """W ~ U(-a, a), a = sqrt(6 / (inputs + outputs)), so Var W = 2 / (inputs + outputs).

    Keeps the variance of signals forward and of gradients backward about equal for sigmoid and tanh
    (Glorot and Bengio 2010, "Xavier").
    """
    limit = np.sqrt(6 / (inputs + outputs))
    return rng.uniform(-limit, limit, (inputs, outputs))


def he(rng: np.random.Generator, inputs: int, outputs: int) -> Floats:
    """W ~ N(0, 2 / inputs): twice the variance, as ReLU silences half the units (He et al. 2015)."""
    return rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs))


INITIALISERS: dict[str, Initialiser] = {
    "zeros": zeros,
    "uniform": uniform(),
    "gaussian": gaussian(),
    "glorot": glorot,
    "he": he,
}
