"""A cluster of two nodes, one of which is killed in mid-run. Skipped where Ray is not installed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from ocr.batch.ledger import Ledger
from ocr.errors import ExitCode, OcrError
from tests.batch.conftest import ROOT, Cluster

pytest.importorskip("ray")
pytestmark = pytest.mark.timeout(240)


def batch(*arguments: str) -> list[str]:
    command = "from ocr.commands.batch import main; main(prog_name='ocr-batch')"
    reader = ["--engine", "ray", "--read-with", "tests.batch.fake:FakeReader"]
    return [sys.executable, "-c", command, *arguments, *reader]


def test_a_node_that_dies_loses_only_attempts(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(40):
        (tmp_path / "in" / f"{number:02}.jpg").write_text(f"sleep 0.2\fPAGE {number}")
    (tmp_path / "in" / "bad.jpg").write_text("bad")
    out = tmp_path / "out"
    run = subprocess.Popen(
        batch(str(tmp_path / "in"), "-o", str(out), "--address", cluster.address),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 60
    while len(list(out.glob("*.jpg.txt"))) < 8:
        assert time.monotonic() < end and run.poll() is None, run.communicate()
        time.sleep(0.05)
    cluster.kill(1)
    _, said = run.communicate(timeout=120)
    assert run.returncode == ExitCode.SOME_FAILED, said
    assert "40 read, 1 failed, 0 skipped" in said
    results = {path.name: path.read_text() for path in out.glob("*.jpg.*")}
    assert results == {f"{n:02}.jpg.txt": f"sleep 0.2\n\fPAGE {n}\n" for n in range(40)}
    with Ledger(out, read_only=True) as ledger:
        attempts = [entry.attempts for entry in ledger.entries()]
    assert sorted(attempts) == [1] * 40 + [2]  # what the dead node was at
    cluster.start_second()
    cluster.await_cores(2)


def test_inputs_at_an_address(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "sub" / "a.jpg").write_text("PAGE")
    command = batch(f"file://{tmp_path}/in", "-o", str(tmp_path / "out"), "--address", cluster.address, "-j1")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "sub" / "a.jpg.txt").read_text() == "PAGE\n"


def test_a_cluster_that_is_not_there_is_named() -> None:
    from ocr.batch.executors.ray import RayExecutor
    from ocr.batch.task import Job

    missing = pytest.raises(OcrError, match=r"no Ray cluster at '127\.0\.0\.1:1'")
    with missing, RayExecutor(Job(), 1, "127.0.0.1:1"):
        pass
