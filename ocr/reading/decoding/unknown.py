"""What is in no dictionary: names, codes, acronyms, identifiers. Any letter may follow any other there.

A character model has an opinion on every text, also on words of which it has never seen the beginning: it takes
them for English all the same, and would have clear letters give way. So a plain model of arbitrary strings is mixed
into what it says: with the share ``unknown`` where the longest context that it knows does not reach back to the
beginning of the word, with a small part of that share elsewhere. And a little of everything is always possible:
a character model of running text takes the marks of program code and lists for all but excluded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocr.reading.decoding.language import SYMBOLS, State

_INSIDE = 0.1  # part of the share that is left where the model knows how the word begins
_SPACE, _LETTER, _DIGIT, _MARK = range(4)
_KINDS = np.array(
    [_SPACE if c == " " else _LETTER if c.isalpha() else _DIGIT if c.isdigit() else _MARK for c in SYMBOLS]
)
# How likely a space, a letter, a digit, a mark is after each of them in a code or an acronym; by judgement.
_FOLLOWS = np.array(
    [
        [0.0001, 0.70, 0.2699, 0.03],
        [0.22, 0.70, 0.05, 0.03],
        [0.22, 0.08, 0.64, 0.06],
        [0.12, 0.45, 0.40, 0.03],
    ]
)
_ARBITRARY = _FOLLOWS[:, _KINDS] / np.bincount(_KINDS)[_KINDS]


def mixed(state: State, unknown: float, anything: float = 0.0) -> NDArray[np.float32]:
    """(60,) float32, natural logarithm of the probability of each of `SYMBOLS` after ``state``.

    unknown:  0 leaves to the character model what comes next, 1 leaves nothing to it in words that it does not know.
    anything: share of what takes every symbol for equally likely, everywhere.
    """
    if unknown <= 0 and anything <= 0:
        return state.logs
    share = unknown * _INSIDE if state.known else unknown
    said = _ARBITRARY[_KINDS[state.last]] * share + state.probs * (1 - share)
    return np.log(said * (1 - anything) + anything / len(SYMBOLS)).astype(np.float32)
