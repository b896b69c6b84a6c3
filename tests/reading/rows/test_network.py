"""The network in ONNX Runtime: PyTorch's answers, whatever else is on the page; models that do not fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ocr.errors import ModelError
from ocr.reading.rows.network import RowNetwork
from ocr.reading.rows.picture import HEIGHT
from tests.reading.rows.tiny import tiny_model, tiny_network

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny"))


def pictures() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (HEIGHT, width), np.uint8) for width in (70, 200, 75, 640, 96)]


def test_logits_are_pytorchs(model: Path) -> None:
    network, rows = tiny_network(), pictures()
    for picture, logits in zip(rows, RowNetwork(model).logits(rows), strict=True):
        wide = np.zeros((1, 1, HEIGHT, -(-picture.shape[1] // 32) * 32), np.float32)
        wide[0, 0, :, : picture.shape[1]] = picture / 255
        with torch.no_grad():
            expected = network(torch.from_numpy(wide))[0].numpy()
        assert logits.shape == (-(-picture.shape[1] // 4), expected.shape[1])
        assert np.abs(logits - expected[: len(logits)]).max() < 5e-3


def test_what_is_said_of_a_row_does_not_depend_on_the_others(model: Path) -> None:
    network, rows = RowNetwork(model), pictures()
    together = network.logits(rows)
    for picture, logits in zip(rows, together, strict=True):
        assert np.allclose(network.logits([picture])[0], logits, atol=1e-5)
    assert network.logits([]) == []


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("kind", "letters", "of kind 'letters'"),
        ("normalisation", {"height": 7}, "row pictures have height 7"),
        ("classes", ["", "a"], "'classes'"),
    ],
)
def test_models_that_do_not_fit_are_refused(
    model: Path, tmp_path: Path, key: str, value: object, message: str
) -> None:
    card = json.loads(model.with_suffix(".json").read_text())
    (tmp_path / "rows.onnx").write_bytes(model.read_bytes())
    (tmp_path / "rows.json").write_text(json.dumps(card | {key: value}))
    with pytest.raises(ModelError, match=message):
        RowNetwork(tmp_path / "rows.onnx")
