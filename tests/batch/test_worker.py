"""What every worker does beside reading."""

from __future__ import annotations

from pathlib import Path

from ocr.batch.task import Job, Task
from ocr.batch.worker import _TRIM, Worker


def test_memory_is_given_back_now_and_then(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("PAGE")
    (tmp_path / "b.txt").write_text("bad")
    worker = Worker(Job(("text",), "tests.batch.fake:FakeReader"))
    worker._trim()  # as this system does it
    trims: list[int] = []
    worker._trim = lambda: trims.append(1)
    for number in range(2 * _TRIM):
        name = "ab"[number % 2]
        outcome = worker.do(Task(name, str(tmp_path / f"{name}.txt"), "stamp"))
        assert outcome.state == {"a": "done", "b": "failed"}[name]
    assert len(trims) == 2
