from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.segmentation.spacing import word_starts


@pytest.mark.parametrize(
    ("gaps", "starts"),
    [
        ([0.2, 0.15, 0.25, 1.0, 0.2, 0.1, 0.9, 0.2], (0, 4, 7)),
        ([0.9, 0.8, 1.0, 0.85, 2.4, 0.9, 0.95], (0, 5)),  # widely spaced capitals
        ([0.2, 0.25, 0.22, 0.18, 0.2, 0.24], (0,)),
        ([1.0, 1.1, 0.95, 1.05, 1.0, 0.9], (0,)),  # an alphabet: evenly spaced, no words
        ([-0.1, 0.05, 0.0, 0.6, 0.02, -0.05], (0, 4)),  # letters that touch
    ],
)
def test_words_of_one_row(gaps: list[float], starts: tuple[int, ...]) -> None:
    assert word_starts([np.array(gaps)]) == [starts]


def test_a_short_row_is_judged_by_the_page() -> None:
    wide = np.array([0.9, 0.8, 1.0, 0.85, 2.4, 0.9, 0.95])
    assert word_starts([wide, np.array([0.9])])[1] == (0,)
    tight = np.array([0.1, 0.1, 0.15, 0.8, 0.1, 0.75, 0.12])
    assert word_starts([tight, np.array([0.9])])[1] == (0, 1)


def test_rows_without_gaps() -> None:
    assert word_starts([np.zeros(0)]) == [(0,)]
    assert word_starts([]) == []
