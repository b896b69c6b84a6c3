"""What a training run leaves in its folder: NAME.onnx with its card, and all curves in ``training.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ocr import store
from ocr.denoising.curves import read_curves
from ocr.denoising.fit import Check
from ocr.errors import OutputError
from ocr.training.letter_model import SOURCES


def card(name: str, checksums: Mapping[str, str], training: dict[str, Any], size: int) -> dict[str, Any]:
    """The model card, without what was reached. size: number of trained numbers."""
    return {
        "kind": "denoiser",
        "name": name,
        "input": {"crops": {"shape": ["N", 32, 32], "polarity": "0 = paper, 1 = ink"}},
        "output": {"cleaned": {"shape": ["N", 32, 32], "polarity": "0 = paper, 1 = ink"}},
        "normalisation": "none: crops in [0, 1] as ocr.reading.crops.normalise makes them",
        "network": {"name": name, "parameters": size},
        "training": training,
        "training_data": [
            {"name": SOURCES[key][0], "licence": SOURCES[key][1], "sha256": checksum}
            for key, checksum in checksums.items()
        ],
    }


def reached(base: dict[str, Any], last: Check, given: str) -> dict[str, Any]:
    """The card with how far training has come. given: what it was given, for the name of the test set."""
    figure = {
        "name": "mean PSNR, dB, data range 1",
        "value": round(last.validation, 2),
        "test_set": f"drawings of unseen writers and faces, {given}",
    }
    told = {**base["training"], "step": last.step, "drawn": last.drawn}
    return {**base, "training": told, "metrics": [figure]}


def write_card(path: Path, told: dict[str, Any]) -> None:
    """The card beside the model ``path``, with its format's version and SHA-256; OutputError."""
    whole = {"format_version": store.CARD_VERSION, **told, "sha256": store.sha256(path)}
    _write_text(path.with_suffix(".json"), json.dumps(whole, indent=2))


def write_curve(name: str, checks: Sequence[Check], output: Path) -> None:
    """The curve of one network; those of others in the folder stay. OutputError."""
    points = {name: [asdict(check) for check in checks]}
    _write_text(output / "training.json", json.dumps(read_curves(output) | points, indent=1))


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
