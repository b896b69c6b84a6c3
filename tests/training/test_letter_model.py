"""The whole way from strokes to a model that can be loaded, with hardly any training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from ocr import store  # noqa: E402
from ocr.reading.classifier import Classifier  # noqa: E402
from ocr.training.fit import Settings  # noqa: E402
from ocr.training.letter_model import held_out, train  # noqa: E402
from ocr.training.recipes import NIST36, RECIPES  # noqa: E402
from tests.training.handwriting import write_data  # noqa: E402


def test_a_few_steps_give_a_model_that_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_data(tmp_path / "data")
    settings = Settings(batch=128, steps=4, checks=2, rate=3e-3, seed=1)
    path = train(
        "nist36-mlp",
        data,
        tmp_path / "out",
        settings,
        workers=0,
        device=torch.device("cpu"),
        capacity=4096,
        held_out_letters=128,
    )
    model = store.load(path, kind="letters")
    assert tuple(model["classes"]) == NIST36
    assert model["training"]["steps"] == 4
    assert [source["licence"] for source in model["training_data"]] == ["CC BY 4.0", "CC BY-SA 3.0"]
    assert model["training_data"][0]["sha256"] == store.sha256(data / "unipen" / "chars.npz")
    figures = {entry["name"]: entry["value"] for entry in model["metrics"]}
    assert figures["accuracy"] <= figures["top-2 accuracy"] <= 1
    test = held_out(data, RECIPES["nist36-mlp"], 128)
    read = Classifier(path).logits(test.crops).argmax(1)
    assert figures["accuracy"] == pytest.approx(np.mean(read == test.labels), abs=1e-4)
    assert "nist36-mlp 100%" in capsys.readouterr().err
    again = train(
        "nist36-mlp",
        data,
        tmp_path / "out",
        settings,
        workers=0,
        device=torch.device("cpu"),
        capacity=4096,
        held_out_letters=128,
        resume=True,
    )
    assert store.load(again)["sha256"] == model["sha256"]  # nothing was left to do
