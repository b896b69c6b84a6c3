"""Where words begin: the gaps of a row are letter gaps and word gaps, and the two must be told apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# All in letter heights.
_LEAST = 0.32  # no gap below this parts words
_SURE = 2.2  # any gap beyond this does, even in widely spaced writing
_USUAL = 0.62  # the border between the two kinds where a page has too few gaps to tell
_JUMP = 0.22  # word gaps exceed letter gaps by at least this
_WIDE = 1.0  # a gap this much wider than most is no longer told from wider ones
_FEW = 5  # rows with fewer gaps than this do not decide for themselves


def word_starts(gaps: Sequence[NDArray[np.float64]]) -> list[tuple[int, ...]]:
    """Positions at which words begin, for each row.

    gaps: for each row its gaps between neighbours, left to right, in letter heights.
    """
    return [starts_above(row, border) for row, border in zip(gaps, borders(gaps), strict=True)]


def starts_above(gaps: NDArray[np.float64], border: float) -> tuple[int, ...]:
    """Positions at which the words of one row begin: 0, and k + 1 for each gap k wider than ``border``."""
    return (0, *(int(k) + 1 for k in np.flatnonzero(gaps > border)))


def borders(gaps: Sequence[NDArray[np.float64]]) -> list[float]:
    """For each row the gap, in letter heights, above which a gap parts words.

    gaps: for each row its gaps between neighbours, left to right, in letter heights.
    """
    usual = _border(np.concatenate(list(gaps)) if len(gaps) else np.zeros(0))
    return [usual if len(row) < _FEW else _border(row, usual) for row in gaps]


def _border(gaps: NDArray[np.float64], usual: float | None = None) -> float:
    """The gap, in letter heights, above which a gap parts words; ``usual`` where ``gaps`` do not fall in two kinds."""
    gaps = np.sort(np.maximum(gaps, 0.0))
    if len(gaps) < 2:
        return usual if usual is not None else _USUAL
    # A number far out in the margin must not make the gaps between words look small.
    gaps = np.minimum(gaps, np.median(gaps) + _WIDE)
    count = len(gaps)
    first = np.arange(1, count)  # of the large ones, for each way to split the gaps in two
    small, large = gaps[:-1], gaps[1:]  # the greatest of the small ones and the least of the large ones
    total, squares = np.cumsum(gaps), np.cumsum(np.square(gaps))
    low, high = total[:-1] / first, (total[-1] - total[:-1]) / (count - first)
    spread = np.maximum(squares[-1] - first * low**2 - (count - first) * high**2, 0)
    # Most words have more than two letters.
    likely = (count - first <= max(1, count // 2)) & (large >= _LEAST)
    likely &= high - low >= np.maximum(_JUMP, 0.6 * low)
    # Fisher's criterion; the floor keeps two letters that happen to be equally spaced from being certain.
    scores = (high - low) / (np.sqrt(spread / count) + 0.08) + 2 * (large - small)
    scores = np.where(likely, scores, 0.0)
    at = int(np.argmax(scores))
    if scores[at] > 2.2:
        return float((small[at] + large[at]) / 2)
    if usual is not None:
        return usual
    # One kind of gap only: letter gaps, unless they are as wide as a word gap is at the least.
    return float(min(max(_USUAL, 1.8 * np.median(gaps)), max(_SURE, 1.5 * np.median(gaps))))
