from __future__ import annotations

import numpy as np
import pytest

from ocr.scratch.data import Standardiser, flatten, one_hot


def test_one_hot():
    np.testing.assert_array_equal(one_hot(np.array([2, 0]), 3), [[0, 0, 1], [1, 0, 0]])
    with pytest.raises(ValueError, match="labels run from 0 to 3"):
        one_hot(np.array([0, 3]), 3)


def test_standardiser_uses_the_training_set_only():
    training = np.array([[1.0, 7], [3, 7]])
    standardise = Standardiser(training)
    np.testing.assert_allclose(standardise(training), [[-1, 0], [1, 0]])
    np.testing.assert_allclose(standardise(np.array([[4.0, 8]])), [[2, 1]])


def test_flatten_goes_row_by_row():
    images = np.arange(12).reshape(2, 2, 3)
    np.testing.assert_array_equal(flatten(images), [range(6), range(6, 12)])
