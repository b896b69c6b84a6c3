from __future__ import annotations

import numpy as np
import pytest

from ocr.scratch.activations import sigmoid, softmax


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_inputs_give_no_warning(dtype):
    x = np.array([[-1e4, -800, 0, 800, 1e4]], dtype)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(sigmoid(x), [[0, 0, 0.5, 1, 1]])
        np.testing.assert_array_equal(softmax(x), [[0, 0, 0, 0, 1]])
    assert sigmoid(x).dtype == softmax(x).dtype == dtype


def test_values_by_hand():
    assert sigmoid(np.log(np.array([3.0, 1 / 3]))) == pytest.approx([0.75, 0.25])
    np.testing.assert_allclose(softmax(np.log([[1.0, 2, 5]]) + 1000), [[0.125, 0.25, 0.625]])
