"""Runs over a folder of small text files called .jpg, read by `tests.batch.fake`."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ocr.batch.ledger import Ledger
from ocr.errors import ExitCode

ROOT = Path(__file__).parents[2]
BATCH = [sys.executable, "-c", "from ocr.commands.batch import main; main(prog_name='ocr-batch')"]


class Folder:
    """Inputs, results, and the command that leads from one to the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder / "in", folder / "out"
        self.folder.mkdir()

    def put(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def command(self, *options: str, reader: str = "FakeReader") -> list[str]:
        return [
            *BATCH,
            str(self.folder),
            "-o",
            str(self.out),
            "-j2",
            "--read-with",
            f"tests.batch.fake:{reader}",
            *options,
        ]

    def start(self, *options: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*options), cwd=ROOT, text=True, stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def run(self, *options: str, code: int = 0, reader: str = "FakeReader") -> str:
        done = subprocess.run(
            self.command(*options, reader=reader),
            cwd=ROOT,
            text=True,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def results(self) -> dict[str, str]:
        found = sorted(self.out.rglob("*.jpg.*"))
        return {str(path.relative_to(self.out)): path.read_text() for path in found}

    def summary(self) -> dict[str, dict[str, str]]:
        with (self.out / "summary.csv").open(newline="") as stream:
            return {row["page"]: row for row in csv.DictReader(stream)}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def wait_until(what: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_folder_becomes_a_folder(folder: Folder) -> None:
    folder.put("a.jpg", "ONE two")
    folder.put("sub/b.jpg", "THREE\fFOUR")
    said = folder.run("-f", "text", "-f", "json", "-f", "pagexml")
    assert "2 read, 0 failed, 0 skipped" in said
    results = folder.results()
    assert list(results) == [
        "a.jpg.json",
        "a.jpg.page.xml",
        "a.jpg.txt",
        "sub/b.jpg.0001.page.xml",
        "sub/b.jpg.0002.page.xml",
        "sub/b.jpg.json",
        "sub/b.jpg.txt",
    ]
    assert results["sub/b.jpg.txt"] == "THREE\n\fFOUR\n"
    assert json.loads(results["a.jpg.json"])["source"] == str(folder.folder / "a.jpg")
    row = folder.summary()["a.jpg"]
    assert [row[key] for key in ("words", "mean_confidence", "doubtful_words")] == ["2", "0.7000", "1"]
    left = {path.name for path in folder.out.iterdir()} - {"a.jpg.json", "a.jpg.page.xml", "a.jpg.txt", "sub"}
    assert left == {"ledger.sqlite", "summary.csv", ".ocr-batch.lock"}


def test_the_same_again_does_only_what_there_is_to_do(folder: Folder) -> None:
    for name in ("same", "touched", "changed", "deleted"):
        folder.put(f"{name}.jpg", name)
    folder.put("failing.jpg", "bad")
    folder.run(code=ExitCode.SOME_FAILED)
    assert "0 read, 1 failed, 4 skipped" in folder.run(code=ExitCode.SOME_FAILED)
    os.utime(folder.folder / "touched.jpg", (1, 1))
    folder.put("changed.jpg", "OTHER")
    folder.put("new.jpg", "NEW")
    folder.put("failing.jpg", "GOOD")
    (folder.out / "deleted.jpg.txt").unlink()
    planned = [line.split("\t") for line in folder.run("--dry-run").splitlines()]
    assert {Path(source).stem: reason for reason, source in planned} == {
        "touched": "changed",
        "changed": "changed",
        "new": "new",
        "failing": "failed before",
        "deleted": "results are missing",
    }
    written = (folder.out / "touched.jpg.txt").stat().st_mtime_ns
    assert "5 read, 0 failed, 1 skipped" in folder.run()
    assert (folder.out / "touched.jpg.txt").stat().st_mtime_ns == written  # the content was the same
    assert folder.results()["changed.jpg.txt"] == "OTHER\n"
    assert "0 read, 0 failed, 6 skipped" in folder.run()
    assert "6 read" in folder.run("--model", "another")
    assert "6 read" in folder.run("--model", "another", "-f", "json")
    assert set(folder.results()) == {
        f"{name}.jpg.json" for name in ("same", "touched", "changed", "deleted", "new", "failing")
    }
    assert "6 read" in folder.run("--model", "another", "-f", "json", "--force")


def test_how_pages_are_read_is_part_of_the_settings(folder: Folder, tmp_path: Path) -> None:
    folder.put("a.jpg", "PAGE")
    for options in (["--pattern", "99"], ["--no-context"], ["--denoise", "never"], ["--charset", "digits"]):
        assert "1 read" in folder.run(*options)
        assert "1 skipped" in folder.run(*options)
    words, moved = tmp_path / "words", tmp_path / "moved"
    words.write_text("TEA\n")
    assert "1 read" in folder.run("--lexicon", str(words))
    assert "1 skipped" in folder.run("--lexicon", str(words.rename(moved)))
    assert "1 read" in folder.run("--lexicon", str(moved), "--only-lexicon")
    moved.write_text("MILK\n")
    assert "1 read" in folder.run("--lexicon", str(moved), "--only-lexicon")


def test_retry_failed_reads_nothing_else(folder: Folder) -> None:
    folder.put("a.jpg", "bad")
    folder.run(code=ExitCode.NO_INPUT)
    folder.put("b.jpg", "NEW")
    assert "0 read, 1 failed, 1 skipped" in folder.run("--retry-failed", code=ExitCode.SOME_FAILED)


def test_a_poisonous_page_is_given_up_after_two_attempts_and_the_rest_goes_on(folder: Folder) -> None:
    for number in range(10):
        folder.put(f"{number}.jpg", "PAGE")
    folder.put("poison.jpg", "crash")
    folder.put("once.jpg", "crash 1")
    folder.put("slow.jpg", "sleep 60")
    folder.run("--limit-seconds", "1", code=ExitCode.SOME_FAILED)
    summary = folder.summary()
    assert {name for name, row in summary.items() if row["state"] == "failed"} == {"poison.jpg", "slow.jpg"}
    assert "given up after 2 attempts: its worker was killed" in summary["poison.jpg"]["error"]
    assert "took more than 1 s" in summary["slow.jpg"]["error"]
    with Ledger(folder.out, read_only=True) as ledger:
        attempts = {entry.name: entry.attempts for entry in ledger.entries()}
    assert (attempts["poison.jpg"], attempts["once.jpg"], attempts["1.jpg"]) == (2, 2, 1)
    status = subprocess.check_output([*BATCH, "status", str(folder.out)], cwd=ROOT, text=True)
    assert "11 done, 2 failed, 0 to do" in status and "failed   poison.jpg (2 attempts): " in status


def test_ctrl_c_finishes_what_is_under_way_and_the_same_command_goes_on(folder: Folder) -> None:
    for number in range(12):
        folder.put(f"{number:02}.jpg", "sleep 0.3")
    run = folder.start()
    wait_until(lambda: len(folder.results()) > 1)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=20)
    assert run.returncode == ExitCode.INTERRUPTED
    assert "the same command goes on" in said and "Traceback" not in said
    done = len(folder.results())
    assert 2 <= done < 12 and len(folder.summary()) == 12
    assert f"{12 - done} read, 0 failed, {done} skipped" in folder.run()


def test_ctrl_c_twice_stops_now(folder: Folder) -> None:
    folder.put("quick.jpg", "PAGE")
    folder.put("slow.jpg", "sleep 60")
    run = folder.start()
    wait_until(lambda: bool(folder.results()))
    run.send_signal(signal.SIGINT)
    time.sleep(0.2)
    assert run.poll() is None
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=5)
    assert run.returncode == ExitCode.INTERRUPTED and "Traceback" not in said
    assert not (folder.out / ".ocr-batch.tmp").exists()


def test_the_second_run_on_a_folder_is_refused_or_waits(folder: Folder) -> None:
    folder.put("slow.jpg", "sleep 1.5")
    first = folder.start()
    wait_until((folder.out / ".ocr-batch.tmp").exists)
    assert "another ocr-batch (process" in folder.run(code=ExitCode.NO_OUTPUT)
    assert "0 read, 0 failed, 1 skipped" in folder.run("--wait")
    assert first.wait(5) == 0
    first.communicate()


def test_kill_9_loses_nothing(folder: Folder) -> None:
    for number in range(40):
        folder.put(f"{number:02}.jpg", f"PAGE {number}" if number % 10 else "bad")
    expected = {f"{number:02}.jpg.txt": f"PAGE {number}\n" for number in range(40) if number % 10}
    for kills in range(3):
        run = folder.start("--force")
        wait_until(lambda: len(folder.results()) >= 10 * (kills + 1) or run.poll() is not None)  # noqa: B023
        run.kill()
        run.communicate()
    folder.run(code=ExitCode.SOME_FAILED)
    assert folder.results() == expected
    assert not (folder.out / ".ocr-batch.tmp").exists()


def test_a_full_disk_is_exit_4_and_the_ledger_opens(folder: Folder, tmp_path: Path) -> None:
    """A disk that refuses to take more than a file of some size stands for one that is full."""
    folder.put("a.jpg", "SMALL")
    folder.put("b.jpg", "LARGE " * 40_000)
    shell = ["bash", "-c", 'ulimit -f 150; trap "" XFSZ; exec "$@"', "bash", *folder.command("-j1")]
    done = subprocess.run(shell, cwd=ROOT, text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == ExitCode.NO_OUTPUT, done.stderr
    assert re.search(r"b\.jpg\.txt: cannot be written: File too large", done.stderr)
    assert list(folder.results()) == ["a.jpg.txt"]
    with Ledger(folder.out, read_only=True) as ledger:
        assert [entry.state for entry in ledger.entries()] == ["done", "pending"]
    assert "1 read, 0 failed, 1 skipped" in folder.run()


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--model", "missing"], ExitCode.BAD_MODEL, "no model is called 'missing'"),
        (["--read-with", "tests.batch.fake:BrokenReader"], ExitCode.BAD_MODEL, "the model is broken"),
        (["--read-with", "nowhere:Nobody"], ExitCode.SOME_FAILED, "give it as module:name"),
        (["--max-memory", "much"], ExitCode.USAGE, "write 800M or 2G"),
        (["--engine", "serial"], ExitCode.USAGE, "one job"),
        (["-o", "/proc/nothing"], ExitCode.NO_OUTPUT, "choose another -o"),
        (["missing"], ExitCode.NO_INPUT, "missing: no such file or folder"),
    ],
)
def test_mistakes_are_one_line_and_a_code(
    folder: Folder, options: list[str], code: int, message: str
) -> None:
    folder.put("a.jpg", "PAGE")
    assert message in folder.run(*options, code=code)


def test_progress_for_machines(folder: Folder) -> None:
    folder.put("a.jpg", "PAGE")
    folder.put("b.jpg", "bad")
    said = folder.run("--progress", "json", code=1).splitlines()
    lines = [json.loads(line) for line in said if line.startswith("{")]
    assert {key: lines[-1][key] for key in ("total", "done", "failed", "skipped", "finished")} == {
        "total": 2,
        "done": 1,
        "failed": 1,
        "skipped": 0,
        "finished": True,
    }


def test_watch_reads_what_arrives_once_it_is_whole(folder: Folder) -> None:
    folder.put("early.jpg", "EARLY")
    command = [*BATCH, "watch", *folder.command("-j1", "--settle", "0.6")[len(BATCH) :]]
    run = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: "early.jpg.txt" in folder.results())
        slow = folder.put("new/slow.jpg", "NOT ")
        for part in ("YET ", "WHOLE ", "NOW\n"):
            time.sleep(0.3)
            assert "new/slow.jpg.txt" not in folder.results()
            with slow.open("a") as stream:
                stream.write(part)
        shutil.copy(folder.put("x.part", "MOVED"), folder.folder / "moved.jpg")
        wait_until(lambda: len(folder.results()) == 3)
        folder.put("early.jpg", "EARLIER")
        wait_until(lambda: folder.results()["early.jpg.txt"] == "EARLIER\n")
    finally:
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=10)
    assert folder.results()["new/slow.jpg.txt"] == "NOT YET WHOLE NOW\n"
    assert run.returncode == ExitCode.INTERRUPTED and "Traceback" not in said
