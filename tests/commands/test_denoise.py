"""``ocr-denoise`` from the outside: files, tables, messages, exit codes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from ocr.commands import denoise
from ocr.errors import ExitCode
from tests.drawn import blank, write
from tests.training.handwriting import write_data


def run(*arguments: object) -> Result:
    return CliRunner().invoke(
        denoise.main, [str(argument) for argument in arguments], prog_name="ocr-denoise"
    )


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``HELLO`` on grey, grainy paper."""
    page = blank(160, 420, paper=190)
    write(page, "HELLO", 40, 110, 60)
    grain = np.random.default_rng(0).normal(0, 12, page.shape)
    path = tmp_path_factory.mktemp("page") / "noisy.png"
    Image.fromarray(np.clip(page + grain, 0, 255).astype(np.uint8)).save(path)
    return path


def test_a_page_comes_back_white_with_its_letters_in_place(noisy: Path, tmp_path: Path):
    result = run(noisy, "-o", tmp_path / "clean.png")
    assert result.exit_code == ExitCode.OK and result.stdout == ""
    assert "5 letters cleaned" in result.stderr
    before, after = (np.asarray(Image.open(path)) for path in (noisy, tmp_path / "clean.png"))
    assert after.shape == before.shape
    ink = before < 100
    assert after[ink].mean() < 60
    far = np.ones_like(ink)
    rows, columns = np.nonzero(ink)
    far[max(rows.min() - 4, 0) : rows.max() + 5, max(columns.min() - 4, 0) : columns.max() + 5] = False
    assert (after[far] == 255).all()


def test_crops_before_and_after(noisy: Path, tmp_path: Path):
    assert run(noisy, "--crops", tmp_path / "crops").exit_code == ExitCode.OK
    names = {path.name for path in (tmp_path / "crops").iterdir()}
    assert names == {f"{n:04d}-{when}.png" for n in range(1, 6) for when in ("before", "after")} | {
        "sheet.png"
    }
    assert Image.open(tmp_path / "crops" / "0001-after.png").size == (32, 32)


def test_png_on_standard_output(noisy: Path):
    result = run(noisy, "-o", "-")
    assert Image.open(io.BytesIO(result.stdout_bytes)).size == (420, 160)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["{page}"], ExitCode.USAGE, "-o CLEAN.png"),
        (["{page}", "-o", "{page}"], ExitCode.USAGE, "overwrite"),
        (["{page}", "-o", "x.doc"], ExitCode.USAGE, "must end in"),
        (["missing.jpg", "-o", "x.png"], ExitCode.NO_INPUT, "missing.jpg"),
        (["{page}", "-o", "nowhere/x.png"], ExitCode.NO_OUTPUT, "nowhere"),
        (["{page}", "-o", "x.png", "--model", "nist36-cnn"], ExitCode.BAD_MODEL, "denoiser"),
        (["{page}", "-o", "x.png", "--page", "2"], ExitCode.NO_INPUT, "one page"),
        (["score", "--data", "missing"], ExitCode.USAGE, "missing"),
    ],
)
def test_mistakes_are_named(
    noisy: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: ExitCode,
    words: str,
):
    monkeypatch.chdir(tmp_path)
    result = run(*(argument.format(page=noisy) for argument in arguments))
    assert result.exit_code == code and words in result.stderr
    assert "Traceback" not in result.stderr and not list(tmp_path.iterdir())


def test_cleaning_a_page_needs_no_torch(noisy: Path, tmp_path: Path):
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from ocr.commands.denoise import main\n"
        f"main([{str(noisy)!r}, '-o', {str(tmp_path / 'x.png')!r}])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert (tmp_path / "x.png").is_file()


def test_without_the_extra_score_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    result = run("score", "--data", tmp_path)
    assert result.exit_code == ExitCode.MISSING_EXTRA and "[train]" in result.stderr


def test_train_and_score(tmp_path: Path):
    for module in ("torch", "matplotlib", "pywt"):
        pytest.importorskip(module)
    data, output = write_data(tmp_path / "data"), tmp_path / "out"
    small = [
        "--steps",
        2,
        "--batch",
        16,
        "--held-out",
        16,
        "--checks",
        1,
        "--epochs",
        1,
        "--letters",
        32,
        "--workers",
        0,
    ]
    trained = run("train", "--data", data, "-o", output, *small)
    assert trained.exit_code == ExitCode.OK, trained.output
    assert trained.stdout.strip() == str(output / "report.html")
    assert "step 2" in trained.stderr
    again = run("train", "--data", data, "-o", output, *small, "--resume", "--quiet")
    assert again.exit_code == ExitCode.OK and again.stderr == ""  # nothing was left to do
    report = tmp_path / "report"
    few = ["--letters", 16, "--principal", 256, "--networks", output, "--report", report]
    scored = run("score", "--data", data, *few)
    assert scored.exit_code == ExitCode.OK, scored.output
    for words in ("Reconstruction", "bottleneck32-numpy", "non-local means", "SSIM", "Reading by nist36-cnn"):
        assert words in scored.stdout
    found = json.loads((report / "report.json").read_text())
    assert len(found["denoising"]) == 30 and len(found["curves"]) == 4
    assert "before and after" in (report / "report.html").read_text("utf-8").lower()


def test_mistakes_in_training_are_named(tmp_path: Path):
    for module in ("torch", "matplotlib"):
        pytest.importorskip(module)
    both = run("train", "--data", tmp_path, "-o", tmp_path, "--init", "denoiser")
    assert both.exit_code == ExitCode.USAGE and "--network" in both.stderr
    nothing = run("train", "--data", tmp_path, "-o", tmp_path / "new", "--resume")
    assert nothing.exit_code == ExitCode.NO_INPUT and "no checkpoint to go on from" in nothing.stderr
    assert not (tmp_path / "new").exists()


def test_training_shows_a_bar_on_a_terminal_and_lines_anywhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    pytest.importorskip("torch")
    from ocr.commands.denoise_train import Progress
    from ocr.denoising.fit import Check

    def shown(terminal: bool, quiet: bool = False) -> str:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
        progress = Progress(quiet)
        for name in ("denoiser", "bottleneck32"):
            progress.progress(name, 0.5)
            progress.check(name, Check(10, 1.0, 64, 20.0, 21.5))
            progress.progress(name, 1.01)
        progress.close()
        return capsys.readouterr().err

    terminal, file = shown(terminal=True), shown(terminal=False)
    for words in ("denoiser", "bottleneck32", "50%", "100%", "held out 21.50 dB"):
        assert words in terminal
    assert "%" not in file and file.count("\n") == 2 and "\x1b" not in file
    assert shown(terminal=True, quiet=True) == ""
