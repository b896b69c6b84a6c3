"""One suite over every executor: what a run relies on."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ocr.batch.executors import Executor
from ocr.batch.executors.local import LocalExecutor
from ocr.batch.executors.process import Limits
from ocr.batch.executors.serial import SerialExecutor
from ocr.batch.task import Job, Outcome, Task
from ocr.errors import OcrError

JOB = Job(("text",), "tests.batch.fake:FakeReader")


def tasks(folder: Path, *contents: str) -> list[Task]:
    made = []
    for number, content in enumerate(contents):
        path = folder / f"{number:03}.txt"
        path.write_text(content)
        made.append(Task(path.name, str(path), "stamp"))
    return made


def all_outcomes(executor: Executor, todo: list[Task], seconds: float = 60) -> dict[str, Outcome]:
    """Give out the tasks, and take in what becomes of them; every task must be reported once."""
    found: dict[str, Outcome] = {}
    left, end = list(todo), time.monotonic() + seconds
    while len(found) < len(todo):
        assert time.monotonic() < end, f"only {sorted(found)}"
        while left and executor.room:
            executor.submit(left.pop(0))
        for outcome in executor.wait(0.5):
            assert outcome.task.name not in found
            found[outcome.task.name] = outcome
    assert not executor.wait(0)
    return found


@pytest.fixture
def executor(kind: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    if kind == "serial":
        made: Any = SerialExecutor(JOB)
    elif kind == "local":
        made = LocalExecutor(JOB, jobs=2)
    else:
        cluster = request.getfixturevalue("cluster")
        from ocr.batch.executors.ray import RayExecutor

        made = RayExecutor(JOB, jobs=2, address=cluster.address)
    with made:
        yield made


@pytest.mark.parametrize("kind", ["serial", "local", "ray"])
def test_every_task_is_reported_once_whatever_becomes_of_it(executor: Any, tmp_path: Path) -> None:
    todo = tasks(tmp_path, *(f"PAGE {n}" for n in range(20)), "bad", "mistake", "ONE\fTWO")
    todo.append(Task("gone", str(tmp_path / "gone.txt"), ""))
    found = all_outcomes(executor, todo)
    assert [found[f"{n:03}.txt"].documents for n in range(20)] == [
        ((f"{n:03}.txt.txt", f"PAGE {n}\n".encode()),) for n in range(20)
    ]
    states = {name: found[name].state for name in ("020.txt", "021.txt", "022.txt", "gone")}
    assert states == {"020.txt": "failed", "021.txt": "failed", "022.txt": "done", "gone": "failed"}
    assert found["020.txt"].error == f"{tmp_path}/020.txt: is bad"
    assert found["021.txt"].error.startswith("ZeroDivisionError: nobody expects this (fake.py:")
    assert "No such file" in found["gone"].error
    assert (found["022.txt"].pages, found["022.txt"].words) == (2, 2)


@pytest.mark.parametrize("kind", ["serial", "local", "ray"])
def test_content_that_is_known_is_not_read_again(executor: Any, tmp_path: Path) -> None:
    (task,) = tasks(tmp_path, "PAGE")
    first = all_outcomes(executor, [task])[task.name]
    known = Task(task.name, task.source, "another stamp", first.checksum)
    assert all_outcomes(executor, [known])[task.name].state == "same"


@pytest.mark.parametrize("kind", ["local", "ray"])
def test_a_worker_that_dies_costs_one_task_one_attempt(executor: Any, tmp_path: Path) -> None:
    todo = tasks(tmp_path, *(["PAGE"] * 6), "crash", *(["PAGE"] * 6))
    found = all_outcomes(executor, todo)
    assert found["006.txt"].state == "lost"
    assert {outcome.state for name, outcome in found.items() if name != "006.txt"} == {"done"}
    assert all_outcomes(executor, [todo[0]])["000.txt"].state == "done"


def test_limits_kill_the_worker_and_say_why(tmp_path: Path) -> None:
    todo = tasks(tmp_path, "sleep 30", "PAGE", "PAGE")
    with LocalExecutor(JOB, 1, Limits(seconds=0.5)) as executor:
        found = all_outcomes(executor, todo)
    assert [found[task.name].state for task in todo] == ["lost", "done", "done"]
    assert found["000.txt"].error == "took more than 0.5 s (--limit-seconds)"
    assert 0.5 <= found["000.txt"].seconds < 5


def test_a_memory_limit_kills_the_worker(tmp_path: Path) -> None:
    todo = tasks(tmp_path, "PAGE", "eat 400", "PAGE")
    with LocalExecutor(JOB, 1, Limits(memory=350 << 20)) as executor:
        found = all_outcomes(executor, todo)
    assert [found[task.name].state for task in todo] == ["done", "lost", "done"]
    assert "more than 350 MB (--max-memory)" in found["001.txt"].error


@pytest.mark.parametrize(
    ("reader", "message"),
    [("BrokenReader", "the model is broken"), ("DyingReader", "workers cannot be started: .*killed")],
)
def test_workers_that_cannot_start_end_the_run(tmp_path: Path, reader: str, message: str) -> None:
    job = Job(("text",), f"tests.batch.fake:{reader}")
    with pytest.raises(OcrError, match=message), LocalExecutor(job, 2) as executor:
        all_outcomes(executor, tasks(tmp_path, "PAGE"))


def test_nothing_is_left_running(tmp_path: Path) -> None:
    with LocalExecutor(JOB, 2) as executor:
        for task in tasks(tmp_path, "sleep 60", "sleep 60"):
            executor.submit(task)
        executor.wait(0.2)
        pids = [worker.pid for worker in executor._workers]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
