"""Connectionist temporal classification (CTC): what the columns of a row reader's output mean.

The network gives each column of a row picture a probability for every class of `ALPHABET` and for the blank.
A path, one class a column, spells a text: repeated classes count once, then blanks fall out. `ocr.reading.
ctc_search` finds the likeliest texts, `ocr.reading.rows.align` where a text's letters stand.

Source: Graves et al., "Connectionist temporal classification", ICML 2006.
"""

from __future__ import annotations

from collections.abc import Sequence

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


def log_probabilities(
    logits: NDArray[np.floating], alphabet: Sequence[str], temperature: float = 1.0
) -> NDArray[np.float64]:
    """The network's logits over the symbols of a search, nothing else being possible.

    logits: (T, `CLASSES`), one row of writing without its padding. alphabet: C characters of `ALPHABET`, each
    once and no space. temperature: from the model card; above 1 it makes the network less sure of itself.

    Returns (T, C + 2) natural logarithms of probabilities that sum to one in each row of the array: the
    alphabet in its order, the space at C, as in `ocr.reading.decoding.context.Context`, and the blank at C + 1.
    ValueError for a character that the network does not know.
    """
    columns = [*encode("".join(alphabet)), *encode(" "), BLANK]
    scores = logits[:, columns].astype(np.float64) / temperature
    scores -= scores.max(axis=1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
