"""Probabilities from a network small enough to work out by hand, and from the shipped one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ocr import store
from ocr.errors import ModelError
from ocr.reading.classifier import Classifier
from ocr.reading.crops import normalise
from tests.drawn import blank, write

LOGITS = np.array([1.0, 2.0, 4.0], np.float32)


def linear(
    folder: Path, placement: bool = False, size: int = 32, outputs: int = 3, temperature: float = 1.0
) -> Path:
    """A model whose logits are `LOGITS` times the mean of the crop, plus the sum of placement features."""
    onnx = pytest.importorskip("onnx")
    helper, numeric = onnx.helper, onnx.numpy_helper
    constants = {
        "shape": np.array([-1, size * size], np.int64),
        "weights": np.tile(LOGITS[:outputs] / (size * size), (size * size, 1)),
        "ones": np.ones((6, outputs), np.float32),
    }
    nodes = [
        helper.make_node("Reshape", ["crops", "shape"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["logits" if not placement else "seen"]),
    ]
    inputs = [helper.make_tensor_value_info("crops", onnx.TensorProto.FLOAT, ["n", size, size])]
    if placement:
        nodes += [
            helper.make_node("MatMul", ["placement", "ones"], ["placed"]),
            helper.make_node("Add", ["seen", "placed"], ["logits"]),
        ]
        inputs.append(helper.make_tensor_value_info("placement", onnx.TensorProto.FLOAT, ["n", 6]))
    graph = helper.make_graph(
        nodes,
        "linear",
        inputs,
        [helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["n", outputs])],
        [numeric.from_array(value, name) for name, value in constants.items()],
    )
    path = folder / "linear.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    card = {
        "format_version": 1,
        "kind": "letters",
        "sha256": store.sha256(path),
        "classes": ["A", "B", ""],
        "temperature": temperature,
    }
    path.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")
    return path


def solid(count: int) -> np.ndarray:
    return np.ones((count, 32, 32), np.float32)


def test_logits_of_many_batches_keep_their_order(tmp_path: Path) -> None:
    shade = np.linspace(0, 1, 150, dtype=np.float32)
    logits = Classifier(linear(tmp_path)).logits(np.tile(shade[:, None, None], (1, 32, 32)))
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, shade[:, None] * LOGITS, atol=1e-4)


def test_temperature_divides_the_logits(tmp_path: Path) -> None:
    found = Classifier(linear(tmp_path, temperature=2.0)).probabilities(solid(2))
    expected = np.exp(LOGITS / 2)
    np.testing.assert_allclose(found, np.tile(expected / expected.sum(), (2, 1)), rtol=1e-5)


def test_charset_is_applied_before_the_softmax(tmp_path: Path) -> None:
    model = Classifier(linear(tmp_path))
    found = model.probabilities(solid(1), charset="A?")
    expected = np.exp(LOGITS) * [1, 0, 1]  # "not a letter" stays possible
    np.testing.assert_allclose(found[0], expected / expected.sum(), rtol=1e-5)
    assert model.allowed("B").tolist() == [False, True, True]
    with pytest.raises(ValueError, match="none of the characters '59'"):
        model.probabilities(solid(1), charset="95")


def test_no_crops_give_no_rows(tmp_path: Path) -> None:
    assert Classifier(linear(tmp_path)).probabilities(solid(0)).shape == (0, 3)


def test_placement_is_used_where_the_model_takes_it(tmp_path: Path) -> None:
    placed = Classifier(linear(tmp_path, placement=True))
    assert placed.uses_placement
    features = np.arange(12, dtype=np.float32).reshape(2, 6)
    np.testing.assert_allclose(
        placed.logits(solid(2), features), LOGITS + features.sum(1, keepdims=True), rtol=1e-5
    )
    np.testing.assert_allclose(placed.logits(solid(2)), np.tile(LOGITS, (2, 1)), rtol=1e-5)


def test_what_does_not_fit_its_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"input 'crops' is .*28, 28.*not \(N, 32, 32\)"):
        Classifier(linear(tmp_path, size=28))
    with pytest.raises(ModelError, match="2 outputs, but key 'classes' of its card has 3"):
        Classifier(linear(tmp_path, outputs=2))


def test_what_is_no_onnx_is_refused(tmp_path: Path) -> None:
    path = linear(tmp_path)
    path.write_bytes(b"not a model")
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    path.with_suffix(".json").write_text(json.dumps({**card, "sha256": store.sha256(path)}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"linear\.onnx: not loadable"):
        Classifier(path)


def test_the_shipped_model_reads_drawn_capitals() -> None:
    model = Classifier("nist36-cnn")
    letters = "ABCEFGHKLMNPRSTWXYZ"  # drawn with straight strokes, O, D, Q and 0 are one shape
    patches = []
    for letter in letters:
        page = blank(100, 100)
        write(page, letter, 25, 80, 60, pen=7)
        patches.append(np.where(page < 130, 255, 0).astype(np.uint8))
    found = model.probabilities(normalise(patches))
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-5)
    read = [model.classes[best] for best in found.argmax(1)]
    assert sum(map(str.__eq__, letters, read)) >= len(letters) - 2, read
