from __future__ import annotations

import numpy as np
import pytest

from ocr.scratch.initialisers import INITIALISERS, gaussian, uniform


@pytest.mark.parametrize(
    "name, variance",
    [("zeros", 0), ("uniform", 0.05**2 / 3), ("gaussian", 0.01**2), ("glorot", 2 / 500), ("he", 2 / 300)],
)
def test_mean_and_variance(name, variance):
    W = INITIALISERS[name](np.random.default_rng(0), 300, 200)
    assert W.shape == (300, 200)
    assert W.var() == pytest.approx(variance, rel=0.05)
    assert abs(W.mean()) <= 5 * np.sqrt(variance / W.size)


def test_parameters_are_used():
    rng = np.random.default_rng(0)
    assert np.abs(uniform(2)(rng, 50, 50)).max() == pytest.approx(2, abs=0.05)
    assert gaussian(3)(rng, 50, 50).std() == pytest.approx(3, rel=0.1)
