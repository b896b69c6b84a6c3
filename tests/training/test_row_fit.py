"""A run of the row reader's training: the loss, taking up again, the model, the command's messages."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("fontTools")
pytest.importorskip("matplotlib")
save_file = pytest.importorskip("safetensors.torch").save_file

from ocr import store  # noqa: E402
from ocr.commands import train as command  # noqa: E402
from ocr.errors import DataError, ModelError  # noqa: E402
from ocr.reading.rows.align import log_likelihood  # noqa: E402
from ocr.reading.rows.ctc import CLASSES, encode  # noqa: E402
from ocr.training import row_checkpoint  # noqa: E402
from ocr.training.row_fit import train  # noqa: E402
from ocr.training.row_loss import ctc_loss  # noqa: E402
from ocr.training.row_mix import KINDS  # noqa: E402
from ocr.training.row_trainer import Settings, rate_at  # noqa: E402
from tests.training.row_material import write_material  # noqa: E402

TINY = {"channels": (8, 8, 8, 8), "blocks": (1, 1, 1), "hidden": 8}
SETTINGS = Settings(steps=4, columns=1024, validation_rows=1, checks=4, seed=3)


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_material(tmp_path_factory.mktemp("fit") / "material")


def fit(material: Path, output: Path, settings: Settings = SETTINGS, **options: object) -> Path:
    return train(material, output, settings, 1, "cpu", shape=TINY, **options)


@pytest.fixture(scope="module")
def whole(material: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was never interrupted."""
    return fit(material, tmp_path_factory.mktemp("whole")).parent


def test_a_run_leaves_a_model_a_log_and_checkpoints(whole: Path) -> None:
    model = store.load(whole / "rows.onnx", "rows")
    assert {entry["test_set"].split(": ")[1] for entry in model["metrics"]} == {*KINDS, "all"}
    assert model["training"]["step"] == 4 and model["training"]["seed"] == 3
    assert set(model["mix"]) == set(KINDS) and model["writers"]["count"] >= 1
    lines = [json.loads(line) for line in (whole / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3, 4] and lines[-1]["progress"] == 1
    assert lines[-1]["cer"].keys() == {*KINDS, "all"} and lines[-1]["writers"] == model["writers"]
    page = (whole / "rows.report/report.html").read_text()
    assert "Learning" in page and "Writers" in page and "Rows by chance" in page
    assert (whole / "average.safetensors").stat().st_size < (whole / row_checkpoint.NAME).stat().st_size / 2


def test_an_interrupted_run_ends_with_the_same_weights(material: Path, whole: Path, tmp_path: Path) -> None:
    def interrupt(line: str) -> None:
        if "step 3" in line:  # the checkpoint is that of step 2
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(material, tmp_path, say=interrupt)
    assert row_checkpoint.load(tmp_path / row_checkpoint.NAME)[2]["step"] == 2
    fit(material, tmp_path, resume=True)
    ends = [row_checkpoint.load(folder / row_checkpoint.NAME) for folder in (whole, tmp_path)]
    assert set(ends[0][0]) == set(ends[1][0])
    for name, tensor in ends[0][0].items():
        assert torch.equal(tensor, ends[1][0][name]), name
    assert ends[0][2]["error_rates"] == ends[1][2]["error_rates"]


def test_another_seed_ends_elsewhere_and_is_not_resumed(material: Path, whole: Path, tmp_path: Path) -> None:
    other = Settings(steps=4, columns=1024, validation_rows=1, checks=1, seed=4)
    with pytest.raises(DataError, match="--seed 3, not 4"):
        fit(material, whole, other, resume=True)
    fit(material, tmp_path, other)
    name = "average.classify.weight"
    one, two = (row_checkpoint.load(folder / row_checkpoint.NAME)[0][name] for folder in (whole, tmp_path))
    assert not torch.equal(one, two)


def test_ingredients_are_left_out(material: Path, whole: Path, tmp_path: Path) -> None:
    fewer = replace(SETTINGS, steps=1, checks=1, leave_out=("fonts", "lines"), damage=0.0)
    model = store.load(fit(material, tmp_path, fewer), "rows")
    assert set(model["mix"]) == set(KINDS) - {"fonts", "lines"}
    assert model["training"]["leave_out"] == ["fonts", "lines"] and model["training"]["damage"] == 0
    with pytest.raises(DataError, match="--leave-out fonts, lines, not nothing"):
        fit(material, tmp_path, replace(fewer, leave_out=()), resume=True)
    with pytest.raises(DataError, match=r"channels \[8, 8, 8, 8\], not .*same --width"):
        train(material, tmp_path / "wide", SETTINGS, 1, "cpu", begin_from=whole / "average.safetensors")


def test_a_checkpoint_of_before_there_was_leaving_out_is_resumed(material: Path, tmp_path: Path) -> None:
    fit(material, tmp_path, replace(SETTINGS, steps=1))
    path = tmp_path / row_checkpoint.NAME
    tensors, shape, progress = row_checkpoint.load(path)
    for key in ("leave_out", "damage", "writers"):
        del progress[key]
    save_file(tensors, path, {"settings": json.dumps(shape), "progress": json.dumps(progress)})
    assert fit(material, tmp_path, replace(SETTINGS, steps=1), resume=True).exists()


def test_by_the_clock_and_from_earlier_weights(material: Path, whole: Path, tmp_path: Path) -> None:
    brief = Settings(minutes=0.03, columns=1024, validation_rows=1, checks=1, rate=1e-9)
    fit(material, tmp_path, brief, begin_from=whole / "average.safetensors")
    name = "average.classify.weight"
    before, after = (
        row_checkpoint.load(folder / "average.safetensors")[0][name] for folder in (whole, tmp_path)
    )
    assert torch.allclose(before, after, atol=1e-5)


def test_the_loss_is_that_of_the_forward_sums_and_leaves_unknown_case_alone() -> None:
    logits = torch.randn(1, 9, CLASSES, generator=torch.Generator().manual_seed(0))
    logs = torch.log_softmax(logits[0].double(), 1).numpy()
    columns, lengths = torch.tensor([9]), torch.tensor([2])

    def loss(text: str, cased: bool) -> float:
        targets = torch.tensor([encode(text)])
        return float(ctc_loss(logits, columns, targets, lengths, torch.tensor([cased])))

    blank_last = np.roll(logs, -1, axis=1)

    def likelihood(text: str) -> float:
        return log_likelihood(blank_last, [number - 1 for number in encode(text)])

    assert loss("Ab", True) == pytest.approx(-likelihood("Ab"), rel=1e-4)
    every = np.logaddexp.reduce([likelihood(text) for text in ("ab", "Ab", "aB", "AB")])
    assert loss("ab", False) < loss("ab", True) and loss("ab", False) <= -every + 1e-4


def test_the_rate_rises_and_falls() -> None:
    rates = [rate_at(progress, 0.1) for progress in np.linspace(0, 1, 101)]
    assert rates[10] == 1 and rates[0] <= 0.02 and rates[-1] == 1e-3
    assert (np.diff(rates[:11]) > 0).all() and (np.diff(rates[10:]) <= 0).all()


def test_what_the_command_says(material: Path, whole: Path, tmp_path: Path) -> None:
    def run(*arguments: object) -> tuple[int, str]:
        result = CliRunner().invoke(command.main, [str(argument) for argument in arguments])
        return result.exit_code, result.output

    code, said = run("rows", "--data", material, "-o", tmp_path, "--resume")
    assert code == DataError.code and "checkpoint.safetensors: no checkpoint to go on from" in said
    (tmp_path / "empty").mkdir()
    code, said = run("rows", "--data", tmp_path / "empty", "-o", tmp_path / "out")
    assert code == DataError.code and "chars.npz" in said and "Traceback" not in said
    code, said = run("rows-export", material / "unipen/chars.npz", tmp_path / "rows.onnx")
    assert code == ModelError.code and "not a checkpoint of the row reader" in said
    code, said = run("rows-export", whole / "average.safetensors", tmp_path / "rows.onnx")
    assert code == 0 and store.load(tmp_path / "rows.onnx", "rows")["training"]["step"] == 4
    code, said = run("rows", "--data", material, "-o", tmp_path, "--leave-out", "font")
    assert code == 2 and "no kind of rows is named 'font'" in said
    code, said = run("rows-report", whole / "average.safetensors", "--data", material, "-o", tmp_path / "page",
                     "--validation-rows", 1)  # fmt: skip
    assert code == 0 and "CER of each kind" in (tmp_path / "page/report.html").read_text()
    (tmp_path / "log").write_text("{}")
    code, said = run(
        "rows-report", whole / "average.safetensors", "--data", material, "--log", tmp_path / "log"
    )
    assert code == DataError.code and "not the log of a training of rows" in said
