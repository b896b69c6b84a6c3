"""Model files: find, verify, load, list.

A model is data: an ONNX or safetensors file and a JSON card beside it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocr.errors import ModelError

LETTERS = "print94"  # what reads letters unless told otherwise
ROWS = "rows"  # and rows
CARD_VERSION = 1
WEIGHTS = (".onnx", ".safetensors")
_REQUIRED = {"format_version": int, "kind": str, "sha256": str}


@dataclass(frozen=True)
class Model:
    """A verified model: ``path`` of its weights and ``card``, the JSON beside them."""

    name: str
    path: Path
    card: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        """An entry of the card; ModelError names the key that is missing."""
        try:
            return self.card[key]
        except KeyError:
            raise ModelError(
                f"{self.path.with_suffix('.json')}: key {key!r} is missing from the model card"
            ) from None


def models_folder() -> Path:
    """Where the shipped models are: inside the installed package, or beside it in a source tree."""
    package = Path(__file__).resolve().parent
    inside = package / "models"
    return inside if inside.is_dir() else package.parent / "models"


def names(folder: Path | None = None, kind: str | None = None) -> list[str]:
    """The models in ``folder`` (the shipped ones when None) of a ``kind`` (of all when None), sorted by name."""
    folder = folder or models_folder()
    cards = [path for path in folder.glob("*.json") if _weights(path) is not None]
    if kind is not None:
        cards = [path for path in cards if json.loads(path.read_text(encoding="utf-8"))["kind"] == kind]
    return sorted(path.stem for path in cards)


def load(model: str | Path, kind: str | None = None) -> Model:
    """Find a model by the name of a shipped one or by its path, and verify it.

    ModelError when it is not there, when its card lacks a key or is of another format version or ``kind``, or
    when the weights are not those that the card describes (SHA-256).
    """
    path = find(model, kind)
    card_path = path.with_suffix(".json")
    try:
        card = json.loads(card_path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{path}: its model card {card_path.name} is not beside it") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{card_path}: not readable as a model card: {error}") from error
    if not isinstance(card, dict):
        raise ModelError(f"{card_path}: a model card is a JSON object")
    for key, expected in _REQUIRED.items():
        if not isinstance(card.get(key), expected):
            raise ModelError(f"{card_path}: key {key!r} is missing or not {expected.__name__}")
    if card["format_version"] != CARD_VERSION:
        raise ModelError(
            f"{card_path}: format version {card['format_version']}, this program reads {CARD_VERSION}"
        )
    if kind is not None and card["kind"] != kind:
        raise ModelError(
            f"{card_path}: a model of kind {card['kind']!r} cannot be used where {kind!r} is needed"
        )
    if sha256(path) != card["sha256"]:
        raise ModelError(
            f"{path}: damaged or changed, its SHA-256 is not the one in {card_path.name}; "
            "install the package again, or export the model again"
        )
    return Model(path.stem, path, card)


def find(model: str | Path, kind: str | None = None) -> Path:
    """The weights file of a shipped model's name or of a path; ModelError lists what there is of ``kind``."""
    path = Path(model)
    if path.suffix in WEIGHTS or path.parent != Path():
        if path.is_file():
            return path
        raise ModelError(f"{path}: no such model file")
    found = _weights(models_folder() / f"{model}.json")
    if found is None:
        shipped = ", ".join(names(kind=kind)) or "none"
        what = f"model of kind {kind!r}" if kind else "model"
        raise ModelError(
            f"no {what} is called {str(model)!r}; shipped: {shipped}; or give the path of an .onnx file"
        )
    return found


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path}: not readable: {error.strerror}") from error


def _weights(card: Path) -> Path | None:
    candidates = (card.with_name(card.stem + suffix) for suffix in WEIGHTS)
    return next((path for path in candidates if path.is_file()), None)
