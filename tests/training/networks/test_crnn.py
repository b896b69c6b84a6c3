"""The row network: shapes, size, and the same answers from ONNX Runtime."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")
pytest.importorskip("fontTools")

from ocr import store  # noqa: E402
from ocr.errors import OutputError  # noqa: E402
from ocr.reading.rows.ctc import ALPHABET, CLASSES  # noqa: E402
from ocr.reading.rows.picture import HEIGHT  # noqa: E402
from ocr.training.networks.crnn import STRIDE, Crnn  # noqa: E402
from ocr.training.row_export import PARITY, check_parity, export_rows  # noqa: E402

TINY = {"channels": (8, 8, 12, 16), "blocks": (1, 1, 1), "hidden": 12}


def tiny(seed: int = 0) -> Crnn:
    torch.manual_seed(seed)
    return Crnn(CLASSES, **TINY).eval()


@pytest.mark.parametrize("width", [1, 4, 5, 64, 333])
def test_a_column_for_every_four_of_the_picture(width: int) -> None:
    with torch.no_grad():
        assert tiny()(torch.rand(2, 1, HEIGHT, width)).shape == (2, -(-width // STRIDE), CLASSES)


def test_settings_rebuild_the_network() -> None:
    first = tiny()
    again = Crnn(**json.loads(json.dumps(first.settings))).eval()
    again.load_state_dict(first.state_dict())
    rows = torch.rand(1, 1, HEIGHT, 80)
    with torch.no_grad():
        assert torch.equal(first(rows), again(rows))


def test_the_whole_network_is_at_most_4_mb_with_16_bit_weights() -> None:
    assert 2 * sum(parameter.numel() for parameter in Crnn(CLASSES).parameters()) <= 4e6


def test_export_answers_as_pytorch_does(tmp_path: Path) -> None:
    network = tiny()
    path = export_rows(network, tmp_path / "rows.onnx", {"step": 3, "error_rates": {"all": 0.5}})
    model = store.load(path, "rows")
    assert model["classes"] == ["", *ALPHABET] and model["blank"] == 0 and model["output"]["stride"] == STRIDE
    assert model["metrics"] == [
        {"name": "CER, greedy", "test_set": "validation writers and fonts: all", "value": 0.5}
    ]
    rows = torch.rand(3, 1, HEIGHT, 100)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run(None, {"rows": rows.numpy()})[0]
    with torch.no_grad():
        expected = network(rows).numpy()
    assert found.shape == expected.shape and np.abs(found - expected).max() < 10 * PARITY


def test_another_network_s_file_is_noticed(tmp_path: Path) -> None:
    path = export_rows(tiny(0), tmp_path / "rows.onnx", {})
    with pytest.raises(ArithmeticError, match="differ from PyTorch's"):
        check_parity(tiny(1), path)


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        export_rows(tiny(), tmp_path / "file" / "rows.onnx", {})
