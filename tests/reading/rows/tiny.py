"""A small row reader, untrained: for all that does not depend on what it reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SHAPE: dict[str, Any] = {"channels": (8, 8, 8, 8), "blocks": (1, 1, 1), "columns": 16, "hidden": 8}


def tiny_network() -> Any:
    """The same network every time, its weights such that 16 bits hold them. Skips without PyTorch."""
    torch = pytest.importorskip("torch")
    from ocr.reading.rows.ctc import CLASSES
    from ocr.training.networks.crnn import Crnn

    torch.manual_seed(0)
    network = Crnn(CLASSES, **SHAPE).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(parameter.half().float())
    return network


def tiny_model(folder: Path) -> Path:
    """Write rows.onnx and its card; the path of the first. Skips without PyTorch and ONNX."""
    network = tiny_network()
    pytest.importorskip("onnx")
    from ocr.training.row_export import export_rows

    return export_rows(network, folder / "rows.onnx", {})
