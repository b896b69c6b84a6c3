"""How well given texts fit a row's lattice: the best way to lay each along the candidates, letters left over or
missing at a price. Several texts at once, as arrays.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ocr.reading.decoding.lattice import Lattice
from ocr.reading.decoding.words import Weights

_MISSING = -9.0  # a letter of the text without a candidate
_LEFT = -9.0  # a candidate that no letter takes, unless the classifier takes it for none
_UNKNOWN = -9.0  # a character that the classifier does not know


def lattice_scores(
    lattice: Lattice, texts: Sequence[str], alphabet: Sequence[str], weights: Weights
) -> NDArray[np.float64]:
    """(K,) natural logarithm of how well each text fits the classifier's candidates, shapes and gaps.

    texts: words parted by single spaces. alphabet: C characters, the columns of the lattice's logs. A small letter that
    is not among them stands for its capital.
    """
    letters = [text.replace(" ", "") for text in texts]
    longest = max((len(text) for text in letters), default=0)
    columns = np.zeros((len(texts), longest), np.int64)
    lengths = np.array([len(text) for text in letters], np.int64)
    # Whether a space stands before each letter; nothing is said of the first and of what comes after the last.
    spaced = np.zeros((len(texts), longest + 1), bool)
    known = {character: column for column, character in enumerate(alphabet)}
    for row, text in enumerate(letters):
        for place, character in enumerate(text):
            columns[row, place] = known.get(character, known.get(character.upper(), len(alphabet)))
        starts = np.cumsum([len(word) for word in texts[row].split(" ")])[:-1]
        spaced[row, starts] = True
    inner = np.arange(longest + 1) < lengths[:, None]
    inner[:, 0] = False
    logs = np.concatenate(
        [np.maximum(lattice.logs, _UNKNOWN), np.full((len(lattice.logs), 1), _UNKNOWN, np.float32)], axis=1
    ).astype(np.float64)
    shape = weights.shape * lattice.bias.astype(np.float64)
    skip = np.maximum(lattice.noise + weights.noise, _LEFT) + shape
    missing = _MISSING * np.arange(longest + 1)
    best = np.full((lattice.nodes, len(texts), longest + 1), -np.inf)
    best[0, :, 0] = 0
    leaving = lattice.leaving()
    for node in range(lattice.nodes):
        here = np.maximum.accumulate(best[node] - missing, axis=1) + missing
        if 0 < node < lattice.nodes - 1:
            odds = float(lattice.spaces[node])
            space, solid = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)
            here += weights.space * np.where(inner, np.where(spaced, max(space, _UNKNOWN), solid), 0)
        best[node] = here
        for arc in leaving[node]:
            target = best[lattice.ends[arc]]
            np.maximum(target, here + skip[arc], out=target)
            taken = here[:, :-1] + (logs[arc][columns] + shape[arc])
            np.maximum(target[:, 1:], taken, out=target[:, 1:])
    return best[-1, np.arange(len(texts)), lengths] if lattice.nodes else np.zeros(len(texts))
