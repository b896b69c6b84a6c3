"""Letters or digits: how often each occurs in a row, learned from the row itself.

A classifier trained on as many digits as letters is right about neither in a row that holds only one kind: O and 0,
I and 1 look alike. The share of digits is estimated from the classifier's own outputs, and these are adjusted to it.
No language is needed for that.

Source: M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to new a priori
probabilities: a simple procedure", Neural Computation 14 (2002), with two kinds of classes instead of each class,
and each row's share drawn towards that of the page.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 12
_PAGE = 3.0  # the page's share weighs as much as this many letters of the row
_BELIEF = 1.0  # the share in training weighs as much as this many letters of the page


def adjust(
    probabilities: NDArray[np.float32], classes: Sequence[str], rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Probabilities adjusted to the share of digits in each row.

    probabilities: (N, C), each row summing to 1; classes: C strings; rows: (N,) number of the row, from 0.
    Returns (N, C) float32. Classes that are neither letters nor digits keep their probability.
    """
    digit = np.array([name.isdigit() for name in classes])
    letter = np.array([name.isalpha() for name in classes])
    if len(probabilities) == 0 or not digit.any() or not letter.any():
        return probabilities
    trained = digit.sum() / (digit.sum() + letter.sum())
    as_digit, as_letter = probabilities[:, digit].sum(1), probabilities[:, letter].sum(1)
    counts = np.bincount(rows)
    share, page = np.full(len(counts), trained), trained
    chance = as_digit.astype(np.float64)
    for _ in range(_ROUNDS):
        odds = share * (1 - trained) / np.maximum((1 - share) * trained, 1e-9)
        weighed = as_digit * odds[rows]
        chance = weighed / np.maximum(weighed + as_letter, 1e-12)
        page = (chance.sum() + _BELIEF * trained) / (len(chance) + _BELIEF)
        share = (np.bincount(rows, chance) + _PAGE * page) / (counts + _PAGE)
    both = as_digit + as_letter
    adjusted = probabilities.copy()
    adjusted[:, digit] *= (chance * both / np.maximum(as_digit, 1e-12))[:, None]
    adjusted[:, letter] *= ((1 - chance) * both / np.maximum(as_letter, 1e-12))[:, None]
    return adjusted
