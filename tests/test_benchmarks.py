"""The benchmarks: finding pages, scoring engines, timing processes."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import click
import cv2
import pytest
from click.testing import CliRunner

from ocr.errors import InputError
from ocr.reading.image import open_pictures
from tests.drawn import blank, write

ROOT = Path(__file__).parents[1]


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The scripts as modules; the processes that they start find this checkout."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    names = ("engines", "process", "accuracy", "orientation", "speed", "batch_pages")
    yield SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    for name in names:
        sys.modules.pop(name, None)


class Parrot:
    """An engine that says what the file ``NAME.says`` beside the picture holds."""

    warm = False

    def read(self, picture: Path) -> str:
        if not picture.with_suffix(".says").exists():
            raise InputError(f"{picture}: damaged")
        return picture.with_suffix(".says").read_text()

    def command(self, picture: Path) -> list[str]:
        return ["cat", str(picture.with_suffix(".says"))]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Two groups of three pages, of which an engine misses one letter, one page, and nothing."""
    texts = (("b/1", "ONE TWO\nSIX", "one two six"), ("a/1", "CAT", "CAR"), ("a/2", "DOG", None))
    for name, truth, says in texts:
        picture = tmp_path / f"{name}.png"
        picture.parent.mkdir(exist_ok=True)
        picture.touch()
        picture.with_suffix(".gt.txt").write_text(truth)
        if says is not None:
            picture.with_suffix(".says").write_text(says)
    return tmp_path


def parrot_in(modules: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(modules.engines.ENGINES, "parrot", lambda options: Parrot())


def test_groups_are_folders_and_a_folder_of_pages_is_a_group(
    benchmarks: SimpleNamespace, pages: Path
) -> None:
    find = benchmarks.accuracy.find_groups
    assert {name: [page.name for page in group] for name, group in find(pages).items()} == {
        "a": ["1.png", "2.png"],
        "b": ["1.png"],
    }
    assert list(find(pages / "a")) == ["a"]


def test_folders_without_pages_and_pages_without_pictures_are_named(
    benchmarks: SimpleNamespace, tmp_path: Path
) -> None:
    with pytest.raises(click.ClickException, match="holds no pictures"):
        benchmarks.accuracy.find_groups(tmp_path)
    (tmp_path / "x.gt.txt").touch()
    with pytest.raises(click.ClickException, match=r"x\.gt\.txt has no picture"):
        benchmarks.accuracy.find_groups(tmp_path)


def test_accuracy_of_a_known_engine(
    benchmarks: SimpleNamespace, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parrot_in(benchmarks, monkeypatch)
    output = pages / "results.json"
    done = CliRunner().invoke(
        benchmarks.accuracy.main, [str(pages), "--engines", "parrot", "--json", str(output)]
    )
    assert done.exit_code == 0, done.output
    assert "2.png: damaged" in done.stderr
    rows = {line.split()[0]: line.split()[1:4] for line in done.stdout.splitlines()[2:] if line[0] != " "}
    assert rows == {"a": ["66.7"] * 3, "b": ["0.0", "0.0", "81.8"], "all": ["23.5", "26.7", "76.5"]}
    groups = json.loads(output.read_text())["engines"]["parrot"]
    assert groups["a"]["cer_exact"] == pytest.approx(4 / 6, abs=1e-6)
    assert groups["a"]["pages"]["2"]["reading"] == ""
    assert "damaged" in groups["a"]["pages"]["2"]["error"]
    assert groups["b"]["cer_folded"] == 0


def test_options_are_json_or_text(benchmarks: SimpleNamespace) -> None:
    assert benchmarks.engines.parse_options(["threads=2", "context=False", "model=a=b.onnx"]) == {
        "threads": 2,
        "context": False,
        "model": "a=b.onnx",
    }
    with pytest.raises(click.BadParameter, match="key=value"):
        benchmarks.engines.parse_options(["threads"])


def test_an_unknown_engine_is_an_error_and_a_missing_one_is_left_out_of_all(
    benchmarks: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engines: ModuleType = benchmarks.engines

    def missing(options: dict[str, object]) -> None:
        raise engines.NotInstalled("there is none")

    monkeypatch.setattr(engines, "ENGINES", {"parrot": lambda options: Parrot(), "dodo": missing})
    with pytest.raises(click.BadParameter, match="no engine 'raven'; there are parrot, dodo"):
        engines.start("raven", {})
    with pytest.raises(click.ClickException, match="dodo: there is none"):
        engines.start("parrot,dodo", {})
    assert list(engines.start("all", {})) == ["parrot"]
    assert "without dodo: there is none" in capsys.readouterr().err


def test_process_measures_time_and_the_command_s_own_memory(benchmarks: SimpleNamespace) -> None:
    run = benchmarks.process.run
    small = run([sys.executable, "-I", "-c", "import time; time.sleep(0.2)"], dict(os.environ))
    assert 0.2 < small.seconds < 2
    assert 4e6 < small.peak < 30e6, "the memory of the process that measures is counted in"
    large = run([sys.executable, "-I", "-c", "page = bytearray(200_000_000)"], dict(os.environ))
    assert 195e6 < large.peak - small.peak < 210e6


def test_process_shows_what_a_failed_command_said(benchmarks: SimpleNamespace) -> None:
    fails = [sys.executable, "-c", "import sys; print('no page', file=sys.stderr); sys.exit(3)"]
    with pytest.raises(benchmarks.process.CommandFailed, match="exit code 3: no page"):
        benchmarks.process.run(fails, dict(os.environ))
    with pytest.raises(benchmarks.process.CommandFailed, match="dodo"):
        benchmarks.process.run(["dodo"], dict(os.environ))


def test_speed_of_our_reader(benchmarks: SimpleNamespace, tmp_path: Path) -> None:
    output = tmp_path / "speed.json"
    picture = ROOT / "samples" / "label.jpg"
    done = CliRunner().invoke(
        benchmarks.speed.main, [str(picture), "--engines", "ours", "--runs", "2", "--json", str(output)]
    )
    assert done.exit_code == 0, done.output
    result = json.loads(output.read_text())["pictures"][str(picture)]
    ours = result["engines"]["ours"]
    assert (result["width"], result["height"]) == (1280, 960)
    assert 0 < ours["warm"] < ours["cold"]
    assert 20e6 < ours["peak"] < 2e9
    assert 0 < result["decode"] < ours["cold"]


def test_a_picture_that_cannot_be_decoded_is_named(
    benchmarks: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parrot_in(benchmarks, monkeypatch)
    picture = tmp_path / "text.jpg"
    picture.write_text("not a picture")
    done = CliRunner().invoke(benchmarks.speed.main, [str(picture), "--engines", "parrot"])
    assert done.exit_code == 1
    assert f"cannot decode {picture}" in done.output


@pytest.mark.parametrize("kind", ["short", "samples"])
def test_pages_for_ocr_batch_are_different_pictures_and_one_in_a_hundred_is_none(
    benchmarks: SimpleNamespace, tmp_path: Path, kind: str
) -> None:
    bad = benchmarks.batch_pages.make_pages(tmp_path, 52, kind, scale=0.3)
    assert bad == {"000/00050.jpg"}
    good = [path for path in tmp_path.rglob("*.jpg") if str(path.relative_to(tmp_path)) not in bad]
    assert len({path.read_bytes() for path in good}) == 51
    assert all(next(iter(open_pictures(path))).decode().gray.size for path in good[::10])


def test_turned_pages_are_counted(benchmarks: SimpleNamespace, tmp_path: Path) -> None:
    picture = blank(200, 900)
    write(picture, "RETURN BY FRIDAY", 50, 130, 50)
    assert cv2.imwrite(str(tmp_path / "note.png"), picture)
    (tmp_path / "note.gt.txt").write_text("RETURN BY FRIDAY")
    done = CliRunner().invoke(benchmarks.orientation.main, [str(tmp_path), "--turn", "0", "--turn", "180"])
    assert done.exit_code == 0, done.output
    rows = [line.split()[:5] for line in done.output.splitlines()[1:]]
    assert rows == [["0", "1", "0", "0", "0.0"], ["180", "1", "0", "0", "0.0"]]
