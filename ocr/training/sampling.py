"""In which order, and how often, the samples of an epoch are seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocr.training.datasets import Samples

BALANCES = ("none", "class", "writer")


def order(samples: Samples, balance: str, rng: np.random.Generator) -> NDArray[np.int64]:
    """(N,) numbers of the samples for one epoch.

    ``none`` sees each once; ``class`` draws N with all classes alike; ``writer`` does, and tempers those who
    wrote most.
    """
    if balance == "none":
        return rng.permutation(len(samples))
    return rng.choice(len(samples), len(samples), p=weights(samples, balance == "writer"))


def weights(samples: Samples, by_writer: bool) -> NDArray[np.float64]:
    """(N,) probabilities that give each class the same total.

    ``by_writer``: a hand's share of a class grows with the root of its samples, so that a thousand letters of
    one hand count as 32 and not as a thousand hands.
    """
    each = np.ones(len(samples))
    if by_writer:
        _, hand = np.unique(samples.writers, return_inverse=True)
        pair = samples.labels * (int(hand.max(initial=0)) + 1) + hand
        _, pair, count = np.unique(pair, return_inverse=True, return_counts=True)
        each = np.where(samples.writers == "", 1.0, 1 / np.sqrt(count[pair]))
    each /= np.bincount(samples.labels, each, len(samples.classes))[samples.labels]
    return each / each.sum()
