"""What belongs to a row and stands off its line: dots drawn as rings, quotes, a stem that came off, a stop far out.

A row is found by letters that stand beside each other. Small pieces of writing in large or mixed writing do the
same, and would be rows of their own above or within the row that they belong to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# In letter heights of the page.
_AROUND = 4.0  # letters this near to either side are the neighbours of a piece
_ABOVE, _BELOW = 0.4, 0.2  # how far above or below its neighbours a piece may reach
_DOT, _DOT_ABOVE = 0.7, 0.7  # the same for dots and quotes, smaller than this
_TALL = 1.5  # of what is taller, no more need lie between

_WITHIN, _DOT_WITHIN = 0.55, 0.7  # of a piece's height lies between its neighbours' highest and lowest ink
_MOST = 0.7  # of a row's pieces do so, if it is no row
_WORD = 1.8  # wider than a letter
_LETTERS = 2  # of which this many are as good as a word
_LETTER = (
    0.6  # of the height of the row's: pieces this high, and this far from its middle, are letters of another
)
_SMALLER = 0.5  # its ink's height, all pieces together, is at most this part of the other row's


def within(box: NDArray[np.float64], row: NDArray[np.float64], height: float) -> bool:
    """Whether ``box`` lies between the highest and the lowest of its neighbours in ``row``, (N, 4)."""
    near = _near(box, row, height)
    if len(near) == 0:
        return False
    high = box[3] - box[1]
    dot = max(high, box[2] - box[0]) < _DOT * height
    above, part = (_DOT_ABOVE, _DOT_WITHIN) if dot else (_ABOVE, _WITHIN)
    shared = min(box[3], near[:, 3].max() + _BELOW * height) - max(box[1], near[:, 1].min() - above * height)
    return bool(shared >= part * min(high, _TALL * height))


def _near(box: NDArray[np.float64], row: NDArray[np.float64], height: float) -> NDArray[np.float64]:
    return row[(row[:, 0] < box[2] + _AROUND * height) & (row[:, 2] > box[0] - _AROUND * height)]


def _distance(box: NDArray[np.float64], row: NDArray[np.float64], height: float) -> float:
    """Between the middles of ``box`` and of its neighbours, in pixels; infinite where it has none."""
    near = _near(box, row, height)
    middle = np.median(near[:, [1, 3]].mean(axis=1)) if len(near) else np.inf
    return float(abs(box[[1, 3]].mean() - middle))


def _row_over(pieces: NDArray[np.float64], row: NDArray[np.float64], height: float) -> bool:
    """Whether among ``pieces`` are joined words, or as many letters, above or below those of ``row``: a row."""
    wide, high = pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1]
    shared = np.minimum(pieces[:, 2:3], row[:, 2]) - np.maximum(pieces[:, 0:1], row[:, 0])
    over = np.maximum(shared, 0).sum(axis=1) > 0.5 * wide
    if (over & (wide > _WORD * height)).any():
        return True
    if np.count_nonzero(over) < _LETTERS:
        return False
    tall = float(np.median(row[:, 3] - row[:, 1]))
    letters = pieces[over & (high > _LETTER * tall)]
    apart = [_distance(letter, row, height) > _LETTER * tall for letter in letters]
    return sum(apart) >= _LETTERS


def absorb(
    chains: list[list[int]],
    boxes: NDArray[np.float64],
    height: float,
    cores: NDArray[np.float64] | None = None,
) -> list[list[int]]:
    """Give small rows that lie within a larger one to it; the others stay as they are.

    chains: for each row its boxes' numbers. boxes: (N, 4) left, top, right, bottom. height: of letters, pixels.
    cores: (N, 4) the same without what ascends or descends from joined words, None for ``boxes``.
    """
    cores = boxes if cores is None else cores
    amounts = [float((boxes[chain, 3] - boxes[chain, 1]).sum()) for chain in chains]
    ends = [(boxes[chain, 0].min(), boxes[chain, 2].max()) for chain in chains]
    order = np.argsort(amounts, kind="stable").tolist()
    kept = dict(enumerate(map(list, chains)))
    for place, small in enumerate(order):
        left, right = ends[small]
        best, nearest = -1, np.inf
        for large in order[place + 1 :]:
            if amounts[small] > _SMALLER * amounts[large]:
                continue
            if right < ends[large][0] - _AROUND * height or left > ends[large][1] + _AROUND * height:
                continue
            row = boxes[chains[large]]
            if _row_over(cores[chains[small]], row, height):
                continue
            share = float(np.mean([within(cores[item], row, height) for item in chains[small]]))
            distance = float(np.mean([_distance(cores[item], row, height) for item in chains[small]]))
            if share >= _MOST and distance < nearest:
                best, nearest = large, distance
        if best >= 0:
            kept[best] += kept.pop(small)
    return list(kept.values())
