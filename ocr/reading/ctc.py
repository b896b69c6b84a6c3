"""Decoding of connectionist temporal classification (CTC): per-column probabilities -> text.

Class 0 is the blank; class i stands for ``ALPHABET[i - 1]``.
Source: Graves et al., "Connectionist temporal classification", ICML 2006.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLANK = 0
ALPHABET = "".join(chr(code) for code in range(32, 127))  # the space and the 94 printable characters of ASCII
CLASSES = 1 + len(ALPHABET)


def encode(text: str) -> list[int]:
    """Text -> classes; ValueError for a character outside `ALPHABET`."""
    return [ALPHABET.index(character) + 1 for character in text]


def greedy(classes: NDArray[np.integer]) -> str:
    """The best class of every column, (T,) -> text: repeats collapsed, blanks removed."""
    kept = classes[np.r_[True, classes[1:] != classes[:-1]]] if len(classes) else classes
    return "".join(ALPHABET[index - 1] for index in kept.tolist() if index != BLANK)
