"""``ocr-train`` and ``ocr-evaluate`` from the outside: files, messages, exit codes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from tests.training.letters_on_disk import write_letters

torch = pytest.importorskip("torch")
pytest.importorskip("matplotlib")

import ocr.training.study  # noqa: E402, F401  (loaded before a test takes torch away)
from ocr.commands import evaluate, train  # noqa: E402
from ocr.reading.classifier import Classifier  # noqa: E402

FAST = [
    "--arch",
    "mlp",
    "--hidden",
    "24",
    "--dropout",
    "0",
    "--epochs",
    "6",
    "--batch",
    "8",
    "--rate",
    "0.003",
]


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_letters(tmp_path_factory.mktemp("data") / "letters")


@pytest.fixture(scope="module")
def model(letters: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "mine.onnx"
    result = run("--data", letters, *FAST, "-o", path)
    assert result.exit_code == 0, result.output
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(train.main, [str(argument) for argument in arguments], prog_name="ocr-train")


def measure(*arguments: object) -> Result:
    return CliRunner().invoke(
        evaluate.main, [str(argument) for argument in arguments], prog_name="ocr-evaluate"
    )


def test_model_card_and_report(model: Path) -> None:
    card = json.loads(model.with_suffix(".json").read_text())
    assert card["classes"] == list("LOTX") and card["kind"] == "letters"
    assert card["training_data"][0]["name"] == "letters" and len(card["training_data"][0]["sha256"]) == 64
    assert card["metrics"][0]["test_set"] and 0 < card["temperature"] < 6
    report = model.with_suffix(".report")
    assert {"report.html", "report.json", "confusion.png", "first-layer.png"} <= {
        f.name for f in report.iterdir()
    }
    assert Classifier(model).probabilities(np.zeros((2, 32, 32), np.float32)).shape == (2, 4)


def test_what_was_learned(model: Path, letters: Path) -> None:
    result = measure(model, "--data", letters, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["accuracy"] > 0.9
    assert "worst pairs" in measure(model, "--data", letters).stdout


def test_evaluate_writes_a_report_and_names_unknown_classes(
    model: Path, letters: Path, tmp_path: Path
) -> None:
    data = write_letters(tmp_path / "more", "LQ", 4)
    result = measure(model, "--data", data, "--report", tmp_path / "report")
    assert result.exit_code == 0 and "4 of 8 left out: the model does not know Q" in result.stderr
    assert (tmp_path / "report" / "report.html").exists()


def test_pages(model: Path, tmp_path: Path) -> None:
    import cv2

    page = np.full((200, 420), 245, np.uint8)
    cv2.putText(page, "LOTTO", (30, 130), cv2.FONT_HERSHEY_SIMPLEX, 2.6, 30, 6, cv2.LINE_AA)
    cv2.imwrite(str(tmp_path / "page.png"), page)
    (tmp_path / "page.gt.txt").write_text("lotto")
    result = measure(model, "--pages", tmp_path, "--json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert rows[0]["length"] == 5 and rows[0]["cer_letters"] <= 0.2 and rows[0]["cer_exact"] >= 1
    assert rows[-1]["page"] == "all"


def test_fine_tuning_keeps_the_classes_it_knows(model: Path, tmp_path: Path) -> None:
    data = write_letters(tmp_path / "hand", "LT", 6, seed=9)
    result = run("--data", data, "--init", model, "--freeze", "--epochs", "2", "-o", tmp_path / "tuned.onnx")
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "tuned.json").read_text())["classes"] == list("LOTX")


def test_another_class_list_gets_a_new_head_and_says_so(model: Path, tmp_path: Path) -> None:
    data = write_letters(tmp_path / "hand", "LQ", 6, seed=9)
    result = run("--data", data, "--init", model, "--epochs", "2", "-o", tmp_path / "tuned.onnx")
    assert "new head for 2 classes, 1 of them known before" in result.stderr
    assert json.loads((tmp_path / "tuned.json").read_text())["classes"] == ["L", "Q"]


def test_numpy_backend(letters: Path, tmp_path: Path) -> None:
    result = run("--data", letters, *FAST, "--backend", "numpy", "-o", tmp_path / "scratch.onnx")
    assert result.exit_code == 0, result.output
    assert (
        json.loads(measure(tmp_path / "scratch.onnx", "--data", letters, "--json").stdout)["accuracy"] > 0.9
    )
    assert "cannot do --arch cnn" in run("--data", letters, "--backend", "numpy").stderr


def test_resume(letters: Path, tmp_path: Path) -> None:
    asked = ["--data", letters, *FAST, "-o", tmp_path / "again.onnx"]
    assert run(*asked, "--resume").exit_code == 3, "nothing to go on from"
    assert run(*asked).exit_code == 0
    result = run(*asked, "--resume")
    assert result.exit_code == 0 and "epoch   1/6" not in result.stderr, "all epochs were done before"
    assert "rate was 0.003 and is now 0.1" in run(*asked, "--rate", "0.1", "--resume").stderr


def test_sweep_goes_on_where_it_stopped(letters: Path, tmp_path: Path) -> None:
    asked = ["sweep", "--data", letters, *FAST, "--epochs", "2", "-o", tmp_path]
    first = run(*asked, "--try", "rate=0.001,0.01")
    assert first.exit_code == 0, first.output
    second = run(*asked, "--try", "rate=0.001,0.01,0.1", "--try", "activation=relu")
    again = run(*asked, "--try", "rate=0.001,0.01,0.1")
    assert again.stderr.count("done before") == 2 and second.exit_code == 0
    assert again.stdout.count("rate=") == 3
    assert "rate=0.1" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments, code, message",
    [
        (["--data", "nowhere"], 3, "nowhere: no such file or folder"),
        ([], 0, "Usage"),
        (["--arch", "cnn"], 2, "Missing option '--data'"),
        (["--data", "x", "--freeze"], 2, "--freeze needs --init"),
        (["--data", "x", "--classes", "Z-A"], 2, "runs backwards"),
        (["--data", "x", "--hidden", "many"], 2, "whole numbers"),
        (["--data", "x", "-o", "model.pt"], 2, "ends in .onnx"),
        (["sweep", "--data", "x", "--try", "colour=red"], 2, "wanted NAME=A,B"),
    ],
)
def test_wrong_use(arguments: list[str], code: int, message: str) -> None:
    result = run(*arguments)
    assert message in result.output
    assert result.exit_code == code or not arguments  # what help ends with depends on click


def test_cuda_asked_for_and_absent(letters: Path, tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    result = run("--data", letters, "--device", "cuda", "-o", tmp_path / "m.onnx")
    assert result.exit_code == 2 and "finds no CUDA device" in result.stderr


def test_data_that_cannot_teach(tmp_path: Path) -> None:
    one = write_letters(tmp_path / "one", "A", 3)
    result = run("--data", one, "-o", tmp_path / "m.onnx")
    assert result.exit_code == 3 and "3 samples of one class teach nothing" in result.stderr
    write_letters(tmp_path / "few", "AB", 1)
    assert "a single sample of 'A', 'B'" in run("--data", tmp_path / "few", "-o", tmp_path / "m.onnx").stderr


def test_without_the_extra(letters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    result = run("--data", letters)
    assert result.exit_code == 6 and "pip install 'handprint-ocr[train]'" in result.stderr


def test_ctrl_c_keeps_the_best(letters: Path, tmp_path: Path) -> None:
    asked = ["--data", letters, *FAST, "--epochs", "100000", "-o", tmp_path / "stopped.onnx"]
    with subprocess.Popen(
        [sys.executable, "-m", "ocr.commands.train", *map(str, asked)], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("epoch"):
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read()
    assert process.returncode == 130 and "ended early: interrupted; the best was epoch" in rest
    assert Classifier(tmp_path / "stopped.onnx").classes == tuple("LOTX")
