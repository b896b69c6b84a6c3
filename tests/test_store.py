"""Model files are verified before anything reads them, and what is wrong is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr import store
from ocr.errors import ModelError


def write(
    folder: Path, name: str = "mine", weights: bytes = b"weights", suffix: str = ".onnx", **changes: Any
) -> Path:
    """A model whose card fits its weights, but for ``changes``; a change to None leaves the key out."""
    path = folder / f"{name}{suffix}"
    path.write_bytes(weights)
    card = {"format_version": 1, "kind": "letters", "sha256": store.sha256(path), **changes}
    card = {key: value for key, value in card.items() if value is not None}
    path.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")
    return path


def test_load_gives_path_and_card(tmp_path: Path) -> None:
    path = write(tmp_path, classes=["A", "B"])
    model = store.load(path, kind="letters")
    assert (model.name, model.path) == ("mine", path)
    assert model["classes"] == ["A", "B"]


def test_a_missing_entry_names_the_card_and_the_key(tmp_path: Path) -> None:
    model = store.load(write(tmp_path))
    with pytest.raises(ModelError, match=r"mine\.json: key 'temperature' is missing"):
        model["temperature"]


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_bytes(b"weightS")
    with pytest.raises(ModelError, match=r"mine\.onnx: damaged or changed.*mine\.json"):
        store.load(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sha256": None}, "key 'sha256' is missing"),
        ({"kind": None}, "key 'kind' is missing"),
        ({"format_version": "1"}, "key 'format_version' is missing or not int"),
        ({"format_version": 99}, "format version 99, this program reads 1"),
        ({"kind": "rows"}, "a model of kind 'rows' cannot be used where 'letters' is needed"),
    ],
)
def test_a_wrong_card_is_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    path = write(tmp_path, **changes)
    with pytest.raises(ModelError, match=message) as caught:
        store.load(path, kind="letters")
    assert "mine.json" in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[]", "\xff"])
def test_a_card_that_is_no_json_object(tmp_path: Path, text: str) -> None:
    path = write(tmp_path)
    path.with_suffix(".json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ModelError, match=r"mine\.json"):
        store.load(path)


def test_weights_without_a_card(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.with_suffix(".json").unlink()
    with pytest.raises(ModelError, match=r"its model card mine\.json is not beside it"):
        store.load(path)


def test_find_tells_what_there_is() -> None:
    with pytest.raises(ModelError, match=r"no model is called 'nits36'.*nist36-cnn"):
        store.find("nits36")
    with pytest.raises(ModelError, match="shipped: nist36-cnn, nist36-mlp, print94;"):
        store.load("nits36", kind="letters")
    with pytest.raises(ModelError, match="no such model file"):
        store.find("nowhere/mine.onnx")


def test_names_lists_cards_with_weights_only(tmp_path: Path) -> None:
    write(tmp_path, "b")
    write(tmp_path, "a", suffix=".safetensors")
    (tmp_path / "lonely.json").write_text("{}", encoding="utf-8")
    assert store.names(tmp_path) == ["a", "b"]


def test_every_shipped_model_is_whole() -> None:
    shipped = store.names()
    assert "nist36-cnn" in shipped
    for name in shipped:
        assert store.load(name)["training_data"], name
