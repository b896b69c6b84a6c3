"""What is exported answers like the network it came from, and the card says what it is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

from torch import nn  # noqa: E402

from ocr import store  # noqa: E402
from ocr.errors import OutputError  # noqa: E402
from ocr.reading.classifier import Classifier  # noqa: E402
from ocr.training.export import check_parity, export, folded, store_as_half  # noqa: E402
from ocr.training.networks import build  # noqa: E402

CARD = {"kind": "letters", "classes": ["A", "B", "C"], "temperature": 1.0}


def network(features: int = 0) -> nn.Module:
    """A small network whose batch statistics are not those of its first day."""
    torch.manual_seed(0)
    made = build("cnn", 3, width=8, features=features).train()
    for _ in range(3):
        crops = torch.rand(16, 32, 32)
        made(crops, torch.randn(16, features)) if features else made(crops)
    return made.eval()


@pytest.mark.parametrize("features", [0, 6])
@pytest.mark.parametrize("half", [True, False])
def test_exported_and_loaded_gives_the_same_logits(tmp_path: Path, features: int, half: bool) -> None:
    made = network(features)
    path = export(made, tmp_path / "deep" / "mine.onnx", CARD, features, half)
    rng = np.random.default_rng(0)
    crops, placed = rng.random((70, 32, 32), np.float32), rng.standard_normal((70, 6)).astype(np.float32)
    with torch.no_grad():
        tensors = (torch.from_numpy(crops), torch.from_numpy(placed))[: 2 if features else 1]
        expected = made(*tensors).numpy()
    found = Classifier(path).logits(crops, placed)
    np.testing.assert_allclose(found, expected, atol=5e-3 if half else 1e-4)


def test_half_takes_half_the_room_and_the_card_is_complete(tmp_path: Path) -> None:
    wide, narrow = (export(network(), tmp_path / f"{half}.onnx", CARD, half=half) for half in (False, True))
    assert narrow.stat().st_size < 0.6 * wide.stat().st_size
    card = json.loads(narrow.with_suffix(".json").read_text(encoding="utf-8"))
    assert card == {"format_version": store.CARD_VERSION, **CARD, "sha256": store.sha256(narrow)}


def test_exporting_leaves_the_network_as_it_is(tmp_path: Path) -> None:
    made = network()
    before = {name: value.clone() for name, value in made.state_dict().items()}
    export(made, tmp_path / "mine.onnx", CARD)
    assert all(torch.equal(before[name], value) for name, value in made.state_dict().items())


def test_folding_removes_every_normalisation_and_changes_nothing() -> None:
    made = network()
    crops = torch.rand(5, 32, 32)
    with torch.no_grad():
        expected = made(crops)
        flat = folded(made)
        torch.testing.assert_close(flat(crops), expected, atol=1e-5, rtol=1e-4)
    assert not any(isinstance(child, nn.BatchNorm2d) for child in flat.modules())


def test_a_difference_is_noticed(tmp_path: Path) -> None:
    made = network()
    path = export(made, tmp_path / "mine.onnx", CARD, half=False)
    with pytest.raises(ArithmeticError, match=r"mine\.onnx: exported logits differ"):
        check_parity(network(), store_shifted(path), 0)


def store_shifted(path: Path) -> Path:
    """The same file with one bias moved by a thousandth."""
    model = onnx.load(str(path))
    bias = next(tensor for tensor in model.graph.initializer if tensor.name == "head.bias")
    bias.CopyFrom(
        onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(bias) + np.float32(1e-3), bias.name)
    )
    onnx.save(model, str(path))
    return path


def test_storing_as_half_widens_before_use(tmp_path: Path) -> None:
    path = export(network(), tmp_path / "mine.onnx", CARD, half=False)
    store_as_half(path)
    graph = onnx.load(str(path)).graph
    types = {tensor.data_type for tensor in graph.initializer if np.prod(tensor.dims) >= 64}
    assert onnx.TensorProto.FLOAT not in types
    assert sum(node.op_type == "Cast" for node in graph.node) == len(graph.initializer) - sum(
        np.prod(tensor.dims) < 64 or tensor.data_type == onnx.TensorProto.INT64
        for tensor in graph.initializer
    )


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        export(network(), tmp_path / "file" / "mine.onnx", CARD)
