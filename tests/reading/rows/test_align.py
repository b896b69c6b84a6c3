"""Forward sums and forced alignment, against every path one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.reading.rows.align import align, log_likelihood
from tests.reading.ctc_paths import best_paths, likelihoods, random_logs


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("columns", [1, 2, 5])
def test_sums_and_best_paths_are_those_of_all_paths(seed: int, columns: int) -> None:
    logs = random_logs(seed, columns, 3)
    paths = best_paths(logs)
    for text, chance in likelihoods(logs).items():
        assert log_likelihood(logs, text) == pytest.approx(np.log(chance))
        alignment = align(logs, text)
        score, path = paths[text]
        assert alignment.score == pytest.approx(score)
        for (first, last), symbol, peak in zip(alignment.spans, text, alignment.peaks, strict=True):
            assert path[first:last] == (symbol,) * (last - first) and last > first
            assert peak == pytest.approx(np.exp(logs[first:last, symbol].max()))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=12), st.integers(0, 20), st.integers(0, 1000))
def test_spans_are_ascending_and_inside_the_row(symbols: list[int], spare: int, seed: int) -> None:
    logs = random_logs(seed, 2 * len(symbols) + spare + 1, 5)
    spans = align(logs, symbols).spans
    assert spans.shape == (len(symbols), 2)
    bounds = spans.ravel()
    assert (np.diff(bounds) >= 0).all() and (spans[:, 0] < spans[:, 1]).all()
    assert not len(bounds) or (bounds[0] >= 0 and bounds[-1] <= len(logs))
    assert align(logs, symbols).score <= log_likelihood(logs, symbols) + 1e-9


def test_a_letter_is_found_where_the_network_saw_it() -> None:
    chances = np.full((12, 3), 0.01)
    chances[:, 2] = 0.98  # blank
    for column, symbol in ((2, 0), (3, 0), (7, 1), (10, 1)):
        chances[column] = np.where(np.arange(3) == symbol, 0.98, 0.01)
    assert align(np.log(chances), (0, 1, 1)).spans.tolist() == [[2, 4], [7, 8], [10, 11]]


def test_a_row_that_is_too_short_is_refused() -> None:
    logs = random_logs(0, 2, 3)
    assert align(logs, (0, 1)).spans.tolist() == [[0, 1], [1, 2]]
    with pytest.raises(ValueError, match="2 symbols need 3 columns, and the row has 2"):
        align(logs, (1, 1))
    assert log_likelihood(logs, (1, 1)) == -np.inf
    with pytest.raises(ValueError, match="need 1 columns"):
        align(logs[:0], ())
    assert log_likelihood(logs[:0], ()) == 0 and log_likelihood(logs[:0], (1,)) == -np.inf
