"""Reads in this very process: for debugging, and as the plainest thing that can be compared with."""

from __future__ import annotations

from types import TracebackType

from ocr.batch.task import Job, Outcome, Task
from ocr.batch.worker import Worker


class SerialExecutor:
    """One task at a time, while `wait` is called. Knows no limits: nobody could enforce them."""

    def __init__(self, job: Job) -> None:
        self._worker = Worker(job)
        self._task: Task | None = None

    def __enter__(self) -> SerialExecutor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    @property
    def room(self) -> int:
        return 0 if self._task else 1

    def submit(self, task: Task) -> None:
        self._task = task

    def wait(self, timeout: float) -> list[Outcome]:
        if self._task is None:
            return []
        task, self._task = self._task, None
        return [self._worker.do(task)]
