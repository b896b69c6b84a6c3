"""How good a classifier is, and how well it knows: accuracy, confusions, calibration."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32] | NDArray[np.float64]


def softmax(logits: Floats, temperature: float = 1.0) -> NDArray[np.float64]:
    """(N, C) probabilities, in float64 and without overflow."""
    scaled = np.asarray(logits, np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    exponentials = np.exp(scaled)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def accuracy(scores: Floats, labels: NDArray[np.int64], best: int = 1) -> float:
    """Part of rows of ``scores`` (N, C) whose ``best`` highest columns hold the label; 0 for no rows."""
    if len(labels) == 0:
        return 0.0
    highest = np.argpartition(-scores, best - 1, axis=1)[:, :best]
    return float((highest == labels[:, None]).any(axis=1).mean())


def confusion(predicted: NDArray[np.int64], labels: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """(C, C) counts, rows = true class, columns = predicted class."""
    return np.bincount(labels * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def worst_pairs(
    counts: NDArray[np.int64], classes: tuple[str, ...], number: int = 10
) -> list[tuple[str, str, int]]:
    """The most frequent confusions (true, read as, count), most frequent first."""
    wrong = counts - np.diag(np.diag(counts))
    order = np.argsort(-wrong, axis=None, kind="stable")[:number]
    rows, columns = np.unravel_index(order, wrong.shape)
    return [
        (classes[r], classes[c], int(wrong[r, c])) for r, c in zip(rows, columns, strict=True) if wrong[r, c]
    ]


def expected_calibration_error(probabilities: Floats, labels: NDArray[np.int64], bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over ``bins`` equal steps of confidence (Guo et al., 2017)."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    step = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(step, right - confidence, bins)
    return float(np.abs(gaps).sum() / max(len(labels), 1))


def negative_log_likelihood(logits: Floats, labels: NDArray[np.int64], temperature: float = 1.0) -> float:
    """Mean -log p(label)."""
    picked = softmax(logits, temperature)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(picked, 1e-300)).mean())


def fit_temperature(logits: Floats, labels: NDArray[np.int64]) -> float:
    """The temperature in [0.2, 5] that makes the labels likeliest: golden-section search on its logarithm."""
    ratio = (np.sqrt(5) - 1) / 2
    low, high = np.log(0.2), np.log(5.0)
    for _ in range(30):
        first, second = high - ratio * (high - low), low + ratio * (high - low)
        below = negative_log_likelihood(logits, labels, float(np.exp(first)))
        above = negative_log_likelihood(logits, labels, float(np.exp(second)))
        low, high = (low, second) if below < above else (first, high)
    return float(np.exp((low + high) / 2))
