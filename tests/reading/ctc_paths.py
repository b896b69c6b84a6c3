"""Every path through a few columns, one by one: slow, plain, and so the judge of the fast ways."""

from __future__ import annotations

from itertools import groupby, product

import numpy as np
from numpy.typing import NDArray


def random_logs(seed: int, columns: int, symbols: int) -> NDArray[np.float64]:
    """(columns, symbols + 1) natural logarithms of random probabilities, the blank last."""
    rng = np.random.default_rng(seed)
    return np.log(rng.dirichlet(np.full(symbols + 1, 0.6), columns) + 1e-6)


def spelled(path: tuple[int, ...], blank: int) -> tuple[int, ...]:
    return tuple(symbol for symbol, _ in groupby(path) if symbol != blank)


def likelihoods(logs: NDArray[np.float64]) -> dict[tuple[int, ...], float]:
    """The probability of each text."""
    columns, width = logs.shape
    found: dict[tuple[int, ...], float] = {}
    for path in product(range(width), repeat=columns):
        text = spelled(path, width - 1)
        found[text] = found.get(text, 0.0) + float(np.exp(logs[np.arange(columns), list(path)].sum()))
    return found


def best_paths(logs: NDArray[np.float64]) -> dict[tuple[int, ...], tuple[float, tuple[int, ...]]]:
    """The logarithm of the likeliest path of each text, and the path."""
    columns, width = logs.shape
    found: dict[tuple[int, ...], tuple[float, tuple[int, ...]]] = {}
    for path in product(range(width), repeat=columns):
        score = float(logs[np.arange(columns), list(path)].sum())
        text = spelled(path, width - 1)
        if text not in found or score > found[text][0]:
            found[text] = score, path
    return found
