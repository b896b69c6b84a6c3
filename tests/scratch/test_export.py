from __future__ import annotations

import numpy as np
import pytest

from ocr.scratch import CrossEntropy, Dense, Network, ReLU, Sigmoid, Softmax, SquaredError, Tanh
from ocr.scratch.activations import softmax
from ocr.scratch.export import dense_layers, to_onnx

X = np.random.default_rng(4).random((5, 4, 3), np.float32)


def run(model, x):
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["logits"], {"crops": x})[0]


@pytest.mark.parametrize("activation", [ReLU, Sigmoid, Tanh])
def test_onnx_gives_what_numpy_gives(activation):
    pytest.importorskip("onnx")
    network = Network([Dense(12, 9), activation(), Dense(9, 6), Softmax()], CrossEntropy())
    network.theta += 0.1
    layers = dense_layers(network)
    expected = network.predict(X.reshape(5, 12))
    np.testing.assert_allclose(run(to_onnx(layers, (4, 3)), X), expected, atol=1e-6)
    logits = run(to_onnx(layers, (4, 3), logits=True), X)
    np.testing.assert_allclose(softmax(logits), expected, atol=1e-6)
    assert np.abs(logits.sum(axis=1) - 1).max() > 1e-3  # they are not probabilities already


def test_a_perceptron_exports_too():
    pytest.importorskip("onnx")
    network = Network([Dense(12, 2)], SquaredError())
    expected = network.predict(X.reshape(5, 12))
    np.testing.assert_allclose(run(to_onnx(dense_layers(network), (4, 3)), X), expected, atol=1e-6)


def test_two_activations_in_a_row_are_refused():
    with pytest.raises(ValueError, match="Tanh does not follow"):
        dense_layers(Network([Dense(2, 2), ReLU(), Tanh()], SquaredError()))
