"""Precision, recall, F1 and support of each class: the table at the end of every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One row. Precision and recall are 0 where there is nothing to divide by."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int


Labels = NDArray[np.integer[Any]]


def confusion_matrix(truth: Labels, guess: Labels, classes: int) -> NDArray[np.int64]:
    """truth, guess: (N,) in 0 .. classes - 1 -> (classes, classes): row = truth, column = guess."""
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (truth, guess), 1)
    return matrix


def class_scores(matrix: NDArray[np.int64], names: Sequence[str]) -> list[ClassScore]:
    """Of a confusion matrix (K, K), for each class k:

    precision = M_kk / Σ_i M_ik    the share of guesses k that are right
    recall    = M_kk / Σ_j M_kj    the share of samples k that are found
    F1        = 2 M_kk / (Σ_i M_ik + Σ_j M_kj), their harmonic mean
    support   = Σ_j M_kj           samples
    """
    right, guessed, support = np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)
    precision = right / np.maximum(guessed, 1)
    recall = right / np.maximum(support, 1)
    f1 = 2 * right / np.maximum(guessed + support, 1)
    return [
        ClassScore(name, float(p), float(r), float(f), int(s))
        for name, p, r, f, s in zip(names, precision, recall, f1, support, strict=True)
    ]


def table(scores: Sequence[ClassScore]) -> str:
    """The rows as text, with the plain mean over classes and the mean weighted by support below."""
    width = max([len(score.name) for score in scores] + [len("weighted mean")])
    lines = [f"{'class':<{width}}  precision  recall      F1  support"]
    support = [score.support for score in scores]
    weights = support if sum(support) else None
    means = [("mean", None), ("weighted mean", weights)]
    rows = list(scores) + [_mean(name, scores, by) for name, by in means]
    lines += [
        f"{row.name:<{width}}  {row.precision:9.3f}  {row.recall:6.3f}  {row.f1:6.3f}  {row.support:7d}"
        for row in rows
    ]
    return "\n".join(lines)


def _mean(name: str, scores: Sequence[ClassScore], weights: Sequence[int] | None) -> ClassScore:
    columns = [(score.precision, score.recall, score.f1) for score in scores]
    precision, recall, f1 = np.average(columns, axis=0, weights=weights)
    support = sum(score.support for score in scores)
    return ClassScore(name, float(precision), float(recall), float(f1), support)
