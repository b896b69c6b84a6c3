"""Where the letters of a known text stand in a row, and how likely the row is to say it.

Both walk the text's states column by column: a blank before, between and after the letters, each letter once.
A path goes on by none or one state, or by two where that leaves out the blank between unlike letters.

Sources: Graves et al., "Connectionist temporal classification", ICML 2006 (forward sums); A. J. Viterbi, IEEE
Trans. Inf. Theory 13(2), 1967 (best path).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_RESCALED = 4  # columns from one scaling of a sum of probabilities to the next


@dataclass(frozen=True)
class Alignment:
    """The likeliest path that spells a text of L symbols.

    spans: (L, 2) int64, first column of each symbol and the column after its last; ascending, no two overlap.
    peaks: (L,) the network's highest probability for the symbol within its span, in (0, 1].
    score: natural logarithm of the path's probability.
    """

    spans: NDArray[np.int64]
    peaks: NDArray[np.float64]
    score: float


def align(logs: NDArray[np.float64], symbols: Sequence[int]) -> Alignment:
    """Lay ``symbols`` along the columns of a row.

    logs: (T, K) natural logarithms as `ocr.reading.rows.ctc.log_probabilities` gives them, the blank last.
    symbols: L column numbers of ``logs``, none of them the blank.

    ValueError when the row has too few columns: one for each symbol and one between two that are alike.
    """
    states, skips = _states(logs, symbols)
    needed = len(symbols) + sum(left == right for left, right in pairwise(symbols))
    if len(logs) < max(needed, 1):
        raise ValueError(f"{len(symbols)} symbols need {max(needed, 1)} columns, and the row has {len(logs)}")
    came = np.zeros((len(logs), len(states)), np.int64)  # how many states each best path went on by
    score = _first(logs, states)
    for column in range(1, len(logs)):
        ways = _ways(score, skips)
        came[column] = ways.argmax(axis=0)
        score = ways.max(axis=0) + logs[column, states]
    state = len(states) - 1
    if len(symbols) and score[state - 1] > score[state]:
        state -= 1
    best = float(score[state])
    path = np.empty(len(logs), np.int64)
    for column in range(len(logs) - 1, -1, -1):
        path[column] = state
        state -= came[column, state]
    letters = 2 * np.arange(len(symbols)) + 1
    spans = np.stack([np.searchsorted(path, letters), np.searchsorted(path, letters, "right")], axis=1)
    peaks = [logs[first:last, symbol].max() for (first, last), symbol in zip(spans, symbols, strict=True)]
    return Alignment(spans, np.exp(np.array(peaks, np.float64)), best)


def log_likelihood(logs: NDArray[np.float64], symbols: Sequence[int]) -> float:
    """Natural logarithm of the probability that a row says ``symbols``, over all paths; -inf if none fits.

    Arguments as for `align`.
    """
    states, skips = _states(logs, symbols)
    if not len(logs):
        return -np.inf if len(symbols) else 0.0
    score = _first(logs, states)
    for column in logs[1:]:
        score = np.logaddexp.reduce(_ways(score, skips), axis=0) + column[states]
    return float(np.logaddexp.reduce(score[-2:]))


def log_likelihoods(logs: NDArray[np.float64], texts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """The same for several texts at once, (K,); very unlikely ones, some 600 below the best path, are -inf."""
    longest = max((len(symbols) for symbols in texts), default=0)
    states = np.full((len(texts), 2 * longest + 1), logs.shape[1] - 1, np.int64)
    skips = np.zeros(states.shape)
    for row, symbols in enumerate(texts):
        own, skip = _states(logs, symbols)
        states[row, : len(own)], skips[row, : len(own)] = own, skip
    chances = np.exp(logs)
    skips = skips[:, 2:]
    total = np.zeros(len(texts))
    # Two columns that are always 0 stand before the first state.
    score, ways = np.zeros((2, len(texts), states.shape[1] + 2))
    score[:, 2:4] = 1
    with np.errstate(divide="ignore", invalid="ignore"):
        for number, column in enumerate(chances):
            if number:
                ways[:, 2:] = score[:, 2:] + score[:, 1:-1]
                ways[:, 4:] += score[:, 2:-2] * skips
                score, ways = ways, score
            score[:, 2:] *= column.take(states)
            if number % _RESCALED == 0:  # keeps the numbers within reach of floating point
                most = score.max(axis=1, keepdims=True)
                score /= np.maximum(most, 1e-300)
                total += np.log(most[:, 0])
        score = score[:, 2:]
        ends = np.array([2 * len(symbols) for symbols in texts])
        rows = np.arange(len(texts))
        last = score[rows, ends] + np.where(ends > 0, score[rows, ends - 1], 0)
        return total + np.log(last)


def _states(logs: NDArray[np.float64], symbols: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The column of ``logs`` for each state (2 L + 1,), and where a path may come from two states before."""
    states = np.full(2 * len(symbols) + 1, logs.shape[1] - 1, np.int64)
    states[1::2] = symbols
    skips = np.zeros(len(states), bool)
    skips[3::2] = states[3::2] != states[1:-2:2]
    return states, skips


def _first(logs: NDArray[np.float64], states: NDArray[np.int64]) -> NDArray[np.float64]:
    """Scores of the states at the first column: a path begins with a blank or with the first letter."""
    score = np.full(len(states), -np.inf)
    score[:2] = logs[0, states[:2]]
    return score


def _ways(score: NDArray[np.float64], skips: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(3, S) score of coming to each state from itself, from one before and from two before."""
    ways = np.full((3, len(score)), -np.inf)
    ways[0] = score
    ways[1, 1:] = score[:-1]
    ways[2, skips] = score[np.flatnonzero(skips) - 2]
    return ways
