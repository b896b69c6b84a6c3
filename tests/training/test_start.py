"""Starting from what was learned before: the same answers as the file gives, and heads for other classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from ocr.errors import DataError, ModelError  # noqa: E402
from ocr.reading.classifier import Classifier  # noqa: E402
from ocr.training import start  # noqa: E402
from ocr.training.export import export  # noqa: E402
from ocr.training.lessons import predict  # noqa: E402

CROPS = np.random.default_rng(0).random((9, 32, 32)).astype(np.float32)
CPU = torch.device("cpu")


@pytest.mark.parametrize(
    "arch, options", [("cnn", {"width": 4}), ("mlp", {"hidden": [12, 8]}), ("lenet5", {})]
)
@pytest.mark.parametrize("half", [False, True])
def test_an_exported_model_gives_the_same_answers(
    tmp_path: Path, arch: str, options: dict[str, object], half: bool
) -> None:
    begun = start.fresh(arch, ("A", "B", "C"), 1, options, seed=1)
    begun.network(torch.rand(8, 32, 32))  # moves running statistics off their start, so that folding has work
    card = {
        "kind": "letters",
        "classes": ["A", "B", "C"],
        "temperature": 1.0,
        "network": {"name": arch, **options},
    }
    path = export(begun.network, tmp_path / "model.onnx", card, half=half)
    again = start.from_file(path)
    assert again.classes == begun.classes
    np.testing.assert_allclose(predict(again.network, CROPS, CPU), Classifier(path).logits(CROPS), atol=1e-4)


def test_the_shipped_model() -> None:
    begun = start.from_model("nist36-cnn")
    np.testing.assert_allclose(
        predict(begun.network, CROPS, CPU), Classifier("nist36-cnn").logits(CROPS), atol=1e-3
    )


def test_same_seed_same_weights() -> None:
    first, again, other = (start.fresh("lenet5", ("A", "B"), 1, {}, seed) for seed in (1, 1, 2))
    weight = [one.network.head.weight for one in (first, again, other)]
    assert torch.equal(weight[0], weight[1]) and not torch.equal(weight[0], weight[2])


def test_heads() -> None:
    begun = start.fresh("lenet5", ("A", "B", "C"), 1, {}, 0)
    said: list[str] = []
    assert start.for_classes(begun, ("C", "A"), said.append) is begun and not said
    old = begun.network.head.weight.detach().clone()
    new = start.for_classes(begun, ("B", "Q"), said.append)
    assert new.network.head.weight.shape == (2, 84) and torch.equal(new.network.head.weight[0], old[1])
    assert said == ["new head for 2 classes, 1 of them known before"]
    with pytest.raises(DataError, match="cannot be given a head"):
        start.for_classes(start.fresh("squeezenet", ("A",), 1, {}, 0), ("Q",), said.append)


def test_weights_of_another_network(tmp_path: Path) -> None:
    begun = start.fresh("lenet5", ("A", "B"), 1, {}, 0)
    card = {"kind": "letters", "classes": ["A", "B"], "temperature": 1.0, "network": {"name": "logistic"}}
    with pytest.raises(ModelError, match=r"no weights 'head\.weight' of the shape that a logistic needs"):
        start.from_file(export(begun.network, tmp_path / "model.onnx", card, half=False))


def test_first_layer_tiles() -> None:
    tiles = [
        start.first_layer(start.fresh(arch, ("A", "B"), 1, {}, 0).network)
        for arch in ("logistic", "lenet5", "cnn")
    ]
    assert [tile.shape for tile in tiles if tile is not None] == [(2, 32, 32), (6, 5, 5), (32, 5, 5)]
