"""What belongs to a row and stands off its line: dots drawn as rings, quotes, a stem that came off, a stop far out.

A row is found by letters that stand beside each other. Small pieces of writing in large or mixed writing do the
same, and would be rows of their own above or within the row that they belong to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# In letter heights of the page.
_AROUND = 4.0  # letters this near to either side are the neighbours of a piece
_BEYOND = 0.4  # how far above or below its neighbours a piece may reach
_DOT, _DOT_BEYOND = 0.7, 0.7  # the same for dots and quotes, smaller than this
_TALL = 1.5  # of what is taller, no more need lie between

_WITHIN = 0.7  # of a piece's height lies between its neighbours' highest and lowest ink
_MOST = 0.7  # of a row's pieces do so, if it is no row
_SMALLER = 0.5  # its ink's height, all pieces together, is at most this part of the other row's


def within(box: NDArray[np.float64], row: NDArray[np.float64], height: float) -> bool:
    """Whether ``box`` lies between the highest and the lowest of its neighbours in ``row``, (N, 4)."""
    near = row[(row[:, 0] < box[2] + _AROUND * height) & (row[:, 2] > box[0] - _AROUND * height)]
    if len(near) == 0:
        return False
    high = box[3] - box[1]
    beyond = (_DOT_BEYOND if max(high, box[2] - box[0]) < _DOT * height else _BEYOND) * height
    shared = min(box[3], near[:, 3].max() + beyond) - max(box[1], near[:, 1].min() - beyond)
    return bool(shared >= _WITHIN * min(high, _TALL * height))


def absorb(chains: list[list[int]], boxes: NDArray[np.float64], height: float) -> list[list[int]]:
    """Give small rows that lie within a larger one to it; the others stay as they are.

    chains: for each row its boxes' numbers. boxes: (N, 4) left, top, right, bottom. height: of letters, pixels.
    """
    amounts = [float((boxes[chain, 3] - boxes[chain, 1]).sum()) for chain in chains]
    ends = [(boxes[chain, 0].min(), boxes[chain, 2].max()) for chain in chains]
    order = np.argsort(amounts, kind="stable").tolist()
    kept = dict(enumerate(map(list, chains)))
    for place, small in enumerate(order):
        left, right = ends[small]
        best, most = -1, _MOST
        for large in order[place + 1 :]:
            if amounts[small] > _SMALLER * amounts[large]:
                continue
            if right < ends[large][0] - _AROUND * height or left > ends[large][1] + _AROUND * height:
                continue
            row = boxes[chains[large]]
            share = float(np.mean([within(boxes[item], row, height) for item in chains[small]]))
            if share >= most:
                best, most = large, share
        if best >= 0:
            kept[best] += kept.pop(small)
    return list(kept.values())
