"""What fits the numbers of a decision: least expected errors, logistic regression, a threshold.

Source: D. A. Smith, J. Eisner, "Minimum risk annealing for training log-linear models", ACL 2006.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 400
_RATE = 0.06
_LIMITS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.87, 0.92, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 1.01)
_COST = 0.005  # errors that it may cost to leave rows to the letters reader, as a part of all errors


def learn_features(
    rows: Sequence[NDArray[np.float64]],
    errors: Sequence[NDArray[np.float64]],
    start: Sequence[float],
    gaps: float = 0.0,
) -> tuple[float, ...]:
    """Weights of the features that make the expected number of errors least, by gradient descent.

    rows: for each row (K, F), the features of its proposals. errors: for each row (K,), those of each of them.
    gaps: least weight of the gaps for each of the letters. Drawn pages are by many hands, and tell less than real ones
    of how wide gaps are.
    """
    weights = np.array(start, np.float64)
    centred = [features - features.max(axis=0, keepdims=True) for features in rows]
    # Steps are in units of what a feature usually differs by between the proposals of a row.
    scale = np.sqrt(np.mean([np.minimum(x, 50).var(axis=0) for x in centred], axis=0)) + 1e-6
    momentum, speed = np.zeros_like(weights), np.zeros_like(weights)
    best, least = weights, np.inf
    for step in range(1, _ROUNDS + 1):
        gradient, risk = np.zeros_like(weights), 0.0
        for features, costs in zip(centred, errors, strict=True):
            scores = features @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            expected = float(chances @ costs)
            risk += expected
            gradient += features.T @ (chances * (costs - expected))
        if risk < least:
            best, least = weights.copy(), risk
        gradient = gradient / len(rows) / scale
        momentum = 0.9 * momentum + 0.1 * gradient
        speed = 0.99 * speed + 0.01 * gradient**2
        rate = _RATE * (1 - step / (_ROUNDS + 1))
        move = momentum / (1 - 0.9**step) / (np.sqrt(speed / (1 - 0.99**step)) + 1e-9)
        weights = weights - rate * move / scale
        weights[:2] = np.maximum(weights[:2], 0.02)  # neither reader's evidence ever speaks against a text
        weights[3] = max(weights[3], gaps * weights[0])
    return tuple(round(float(weight), 4) for weight in best)


def learn_beliefs(
    said: NDArray[np.float64], right: NDArray[np.float64], penalty: float = 1.0
) -> tuple[float, ...]:
    """Logistic regression by Newton's method. said: (N, B) features, right: (N,) 0 or 1."""
    weights = np.zeros(said.shape[1])
    for _ in range(30):
        chances = 1 / (1 + np.exp(-np.clip(said @ weights, -30, 30)))
        gradient = said.T @ (chances - right) + penalty * weights
        curve = (said.T * (chances * (1 - chances))) @ said + penalty * np.eye(len(weights))
        weights -= np.linalg.solve(curve, gradient)
    return tuple(round(float(weight), 4) for weight in weights)


def choose_certain(
    sure: NDArray[np.float64], by_letters: NDArray[np.float64], decided: NDArray[np.float64]
) -> float:
    """The lowest certainty above which rows may be left to the letters reader, at the price of `_COST`.

    sure: (N,) the letters reader's certainty of each row; by_letters, decided: (N,) errors of either way.
    """
    for certain in _LIMITS:
        left = sure >= certain
        if by_letters[left].sum() - decided[left].sum() <= _COST * decided.sum():
            return certain
    return _LIMITS[-1]
