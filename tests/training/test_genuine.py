"""Figures on genuine letters, taken and noted in the card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("onnx")
scipy_io = pytest.importorskip("scipy.io")

import torch  # noqa: E402
from torch import nn  # noqa: E402

from ocr import store  # noqa: E402
from ocr.commands.train import main  # noqa: E402
from ocr.errors import DataError  # noqa: E402
from ocr.training import genuine  # noqa: E402
from ocr.training.export import export  # noqa: E402
from ocr.training.recipes import NIST36  # noqa: E402


def at_the_top() -> nn.Module:
    """Reads everything as 0, but as A where the first row is full of ink; A is always second."""
    network = nn.Sequential(nn.Flatten(), nn.Linear(1024, 36))
    weights, bias = torch.zeros(36, 1024), torch.zeros(36)
    weights[0, :32] = 0.2
    bias[0], bias[26] = 1.0, 2.0
    network[1].load_state_dict({"weight": weights, "bias": bias})
    return network


@pytest.fixture
def model(tmp_path: Path) -> Path:
    card = {
        "kind": "letters",
        "classes": list(NIST36),
        "temperature": 1.0,
        "metrics": [{"name": "accuracy", "test_set": "drawings", "value": 0.9}],
    }
    return export(at_the_top(), tmp_path / "mine.onnx", card, half=False)


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """Four pictures labelled A, A, A, B in the layout of NIST36, three of them with ink in the first row."""
    pictures = np.ones((4, 32, 32))
    pictures[:, 8:24, 14:18] = 0
    pictures[:3, 0, :] = 0
    path = tmp_path / "some_valid.mat"
    scipy_io.savemat(
        path,
        {
            "valid_data": pictures.transpose(0, 2, 1).reshape(4, 1024),
            "valid_labels": np.eye(26)[[0, 0, 0, 1]],
        },
    )
    return path


def test_figures_say_what_they_were_measured_on(model: Path, letters: Path) -> None:
    entries = genuine.measure(model, letters)
    found = {(entry["name"], entry["test_set"].rsplit(", ", 1)[1]): entry["value"] for entry in entries}
    assert found["accuracy among 36", "as stored"] == 0.75
    assert found["accuracy among 2", "as stored"] == 0.75
    # A crop leaves its margin empty, so that all are read as 0, and as A among A and B.
    assert found["accuracy among 36", "through ocr.reading.crops.normalise"] == 0
    assert found["accuracy among 2", "through ocr.reading.crops.normalise"] == 0.75
    assert all("some_valid, valid part, 4 letters of 2 classes" in entry["test_set"] for entry in entries)


def test_the_command_notes_them_once_beside_the_others(model: Path, letters: Path) -> None:
    for _ in range(2):
        done = CliRunner().invoke(main, ["measure", str(model), "--data", str(letters)])
        assert done.exit_code == 0, done.output
    assert "75.00%  accuracy among 36: some_valid" in done.output
    card = store.load(model).card
    assert card["metrics"] == [
        {"name": "accuracy", "test_set": "drawings", "value": 0.9},
        *genuine.measure(model, letters),
    ]
    assert not list(model.parent.glob("*.partial"))


def test_letters_that_the_model_does_not_know(tmp_path: Path, letters: Path) -> None:
    card = {"kind": "letters", "classes": [*"abcdefghijklmnopqrstuvwxyz0123456789"], "temperature": 1.0}
    path = export(at_the_top(), tmp_path / "small.onnx", card, half=False)
    with pytest.raises(DataError, match="small knows none of its classes"):
        genuine.measure(path, letters)
