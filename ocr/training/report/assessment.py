"""What a classifier's probabilities on a labelled set say about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr.training import metrics

WANTED = 0.99  # accuracy that rejecting the least sure letters shall bring


@dataclass(frozen=True)
class Pair:
    """Letters of class ``written`` that were read as ``read``: which ones, surest mistake first."""

    written: int
    read: int
    members: NDArray[np.int64]


@dataclass(frozen=True)
class Assessment:
    """probabilities: (N, K) rows that sum to 1; labels: (N,) indices into ``classes``, which has K names."""

    probabilities: NDArray[np.float64]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    @cached_property
    def read(self) -> NDArray[np.int64]:
        """(N,) the most probable class."""
        return self.probabilities.argmax(1)

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """(N,) whether that is what was written."""
        return self.read == self.labels

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """(N,) probability of the most probable class."""
        return self.probabilities.max(1).astype(np.float64)

    @property
    def accuracy(self) -> float:
        """Share read right."""
        return metrics.accuracy(self.probabilities, self.labels)

    @property
    def top2(self) -> float:
        """Share whose class is among the two most probable."""
        return metrics.accuracy(self.probabilities, self.labels, min(2, len(self.classes)))

    @property
    def loss(self) -> float:
        """Mean cross-entropy in nats."""
        own = self.probabilities[np.arange(len(self.labels)), self.labels]
        return float(-np.log(np.maximum(own, 1e-12)).mean())

    @property
    def ece(self) -> float:
        """Expected calibration error in 0..1."""
        return metrics.expected_calibration_error(self.probabilities, self.labels)

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """(K, K) counts: row = written, column = read."""
        return metrics.confusion(self.read, self.labels, len(self.classes))

    @cached_property
    def per_class(self) -> list[dict[str, Any]]:
        """Precision, recall, F1 and support of each class; 0 for a class never read or never written."""
        hits, written, read = np.diag(self.confusion), self.confusion.sum(1), self.confusion.sum(0)
        precision, recall = hits / np.maximum(read, 1), hits / np.maximum(written, 1)
        f1 = 2 * hits / np.maximum(read + written, 1)
        return [
            {
                "class": name,
                "precision": float(precision[k]),
                "recall": float(recall[k]),
                "f1": float(f1[k]),
                "support": int(written[k]),
            }
            for k, name in enumerate(self.classes)
        ]

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the classes that occur."""
        return float(np.mean([row["f1"] for row in self.per_class if row["support"]]))

    @cached_property
    def rejection(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Shares rejected, least sure first, 0 .. (N - 1) / N, and the accuracy on what is then left."""
        number = len(self.labels)
        order = np.argsort(-self.confidence, kind="stable")
        kept_accuracy = np.cumsum(self.right[order]) / np.arange(1, number + 1)
        return np.arange(number) / number, kept_accuracy[::-1]

    def reject_for(self, wanted: float = WANTED) -> float | None:
        """The least share to reject for ``wanted`` accuracy on the rest; None where none is enough."""
        shares, accuracy = self.rejection
        enough = np.flatnonzero(accuracy >= wanted)
        return float(shares[enough[0]]) if len(enough) else None

    def worst_pairs(self, count: int = 12) -> list[Pair]:
        """The confusions that cost most letters, most frequent first."""
        errors = self.confusion - np.diag(np.diag(self.confusion))
        order = np.argsort(-errors, axis=None, kind="stable")[:count]
        pairs = []
        for written, read in zip(*np.unravel_index(order, errors.shape), strict=True):
            if errors[written, read]:
                members = np.flatnonzero((self.labels == written) & (self.read == read))
                surest = np.argsort(-self.confidence[members], kind="stable")
                pairs.append(Pair(int(written), int(read), members[surest]))
        return pairs

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain numbers, ready for JSON."""
        return {
            "samples": len(self.labels),
            "accuracy": self.accuracy,
            "top2": self.top2,
            "loss": self.loss,
            "macro_f1": self.macro_f1,
            "ece": self.ece,
            "reject_for_99": self.reject_for(),
            "per_class": self.per_class,
            "classes": list(self.classes),
            "confusion": self.confusion.tolist(),
            "worst_pairs": [
                {
                    "written": self.classes[pair.written],
                    "read": self.classes[pair.read],
                    "count": len(pair.members),
                }
                for pair in self.worst_pairs()
            ],
        }
