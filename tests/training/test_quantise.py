"""A quantised network answers nearly as before, is smaller, and can be trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

from ocr.reading.classifier import Classifier  # noqa: E402
from ocr.training import quantise as module  # noqa: E402
from ocr.training.export import export, write_card  # noqa: E402
from ocr.training.quantise import Feed, quantise  # noqa: E402
from ocr.training.start import from_model  # noqa: E402
from tests.training.test_export import CARD, network  # noqa: E402

NETWORK = {"name": "cnn", "width": 8, "features": 6}


@pytest.fixture(scope="module")
def feed() -> Feed:
    rng = np.random.default_rng(0)
    return {
        "crops": rng.random((160, 32, 32), np.float32),
        "placement": rng.standard_normal((160, 6)).astype(np.float32),
    }


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, feed: Feed) -> tuple[Path, Path]:
    """The same network, plain and quantised."""
    folder = tmp_path_factory.mktemp("models")
    card = CARD | {"network": NETWORK}
    plain, narrow = (export(network(6), folder / f"{name}.onnx", card, 6) for name in ("plain", "narrow"))
    quantise(narrow, feed)
    write_card(narrow, card)
    return plain, narrow


def test_the_answers_are_nearly_the_same(models: tuple[Path, Path], feed: Feed) -> None:
    plain, narrow = (Classifier(path).probabilities(*feed.values()) for path in models)
    assert 0 < np.abs(plain - narrow).max() < 0.05
    assert np.mean(plain.argmax(axis=1) == narrow.argmax(axis=1)) > 0.95


def test_convolutions_but_the_first_are_in_integers(models: tuple[Path, Path]) -> None:
    graph = onnx.load(str(models[1])).graph
    wide = {output for node in graph.node if node.op_type != "DequantizeLinear" for output in node.output}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    assert [any(name in wide for name in node.input) for node in convolutions] == [
        True,
        *[False] * (len(convolutions) - 1),
    ]
    kinds = {tensor.name: tensor.data_type for tensor in graph.initializer}
    assert kinds["head.weight"] == onnx.TensorProto.FLOAT
    integers = [np.abs(onnx.numpy_helper.to_array(t)) for t in graph.initializer if t.data_type == 3]
    assert max(values.max() for values in integers) <= 64


def test_training_may_go_on_from_it(models: tuple[Path, Path], feed: Feed) -> None:
    plain, narrow = (from_model(path).network.state_dict() for path in models)
    assert plain.keys() == narrow.keys()
    for name, weights in plain.items():
        assert (weights - narrow[name]).abs().max() <= 0.02 * weights.abs().max()


def test_a_network_that_would_answer_differently_is_refused(
    tmp_path: Path, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export(network(6), tmp_path / "mine.onnx", CARD, 6)
    before = path.read_bytes()
    monkeypatch.setattr(module, "FURTHEST", 1e-9)
    with pytest.raises(ArithmeticError, match=r"differs by .* nats"):
        quantise(path, feed)
    assert path.read_bytes() == before


def test_too_few_letters_are_refused(tmp_path: Path, feed: Feed) -> None:
    path = export(network(6), tmp_path / "mine.onnx", CARD, 6)
    with pytest.raises(ValueError, match="64 letters at least, not 5"):
        quantise(path, {name: values[:5] for name, values in feed.items()})
