"""Learning curves as they lie in a folder: what `train` writes, reports read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ocr.errors import DataError


def read_curves(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """``training.json`` of a training run, empty where there is none; DataError where it is damaged."""
    path = folder / "training.json"
    if not path.is_file():
        return {}
    try:
        curves: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not readable as curves of training: {error}") from error
    return curves
