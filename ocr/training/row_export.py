"""Row reader -> ONNX file and model card, checked to give the same answers."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from torch import nn

from ocr import store
from ocr.errors import OutputError
from ocr.reading.rows.ctc import ALPHABET
from ocr.reading.rows.picture import HEIGHT, MARGIN, SPREAD
from ocr.training.export import folded, store_as_half, write_onnx
from ocr.training.networks.crnn import STRIDE, Crnn
from ocr.training.row_mix import mix_without

PARITY = 2e-3  # largest allowed difference between PyTorch's and ONNX Runtime's logits
_CREDIT = [
    {
        "name": "UNIPEN train_r01_v07, International Unipen Foundation, 1999, doi:10.5281/zenodo.1195803",
        "licence": "CC BY 4.0",
    },
    {
        "name": "handwriting fonts of the Google Fonts and Debian collections",
        "licence": "SIL OFL 1.1, Apache 2.0, others",
    },
    {
        "name": "public-domain books and speeches; SymSpell frequency lists; SCOWL",
        "licence": "public domain, MIT, SCOWL",
    },
]


def export_rows(network: Crnn, path: Path, progress: dict[str, Any]) -> Path:
    """Write ``network`` as ``path`` (.onnx, 16-bit weights) and its card beside it.

    OutputError when it cannot be written; ArithmeticError when ONNX Runtime answers differently from PyTorch.
    """
    plain = folded(copy.deepcopy(network).cpu().float().eval())
    with torch.no_grad():
        for parameter in plain.parameters():
            parameter.copy_(parameter.half().float())
    example = torch.rand(2, 1, HEIGHT, 160)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        axes = {"rows": {0: "count", 3: "width"}, "logits": {0: "count", 1: "columns"}}
        write_onnx(plain, (example,), path, ["rows"], "logits", axes)
        store_as_half(path)
        card = {
            "format_version": store.CARD_VERSION,
            "kind": "rows",
            "classes": ["", *ALPHABET],
            "blank": 0,
            "input": {
                "name": "rows",
                "shape": ["N", 1, HEIGHT, "W"],
                "dtype": "float32",
                "polarity": "0 paper, 1 ink",
            },
            "output": {
                "name": "logits",
                "shape": ["N", f"ceil(W / {STRIDE})", len(ALPHABET) + 1],
                "stride": STRIDE,
            },
            "normalisation": {
                "method": "ocr.reading.rows.picture",
                "height": HEIGHT,
                "spread": SPREAD,
                "margin": MARGIN,
            },
            "temperature": 1.0,
            "training_data": _CREDIT,
            "mix": mix_without(progress.get("leave_out", ())),
            "metrics": [
                {"name": "CER, greedy", "test_set": f"validation writers and fonts: {kind}", "value": value}
                for kind, value in progress.get("error_rates", {}).items()
            ],
            "writers": progress.get("writers", {}),
            "training": {
                key: value for key, value in progress.items() if key not in ("error_rates", "writers")
            },
            "sha256": store.sha256(path),
        }
        path.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    check_parity(plain, path)
    return path


def check_parity(network: nn.Module, path: Path) -> None:
    """ArithmeticError unless ONNX Runtime gives PyTorch's logits for several shapes."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(0)
    for count, width in ((1, 64), (3, 333), (5, 160)):
        rows = torch.rand(count, 1, HEIGHT, width, generator=generator)
        with torch.no_grad():
            expected = network(rows).numpy()
        actual = session.run(None, {"rows": rows.numpy()})[0]
        difference = float(np.abs(actual - expected).max())
        if not difference <= PARITY:
            raise ArithmeticError(
                f"{path}: exported logits differ from PyTorch's by {difference:.2g}, over {PARITY:g}"
            )
