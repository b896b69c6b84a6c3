"""Worker processes on this machine, any of which may die at any moment.

`concurrent.futures` gives up all its work when one process is killed, so each worker has a pipe of its own
here: when it closes, it is known whose task was lost, and another process takes the place.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from multiprocessing.connection import wait
from types import TracebackType

from ocr.batch.executors.process import Limits, Process
from ocr.batch.task import Job, Outcome, Task
from ocr.errors import OcrError

_AHEAD = 2  # tasks given to a worker: one under way, and one so that it need not wait for us
_POLL = 0.25  # seconds between looks at the memory of the workers


class LocalExecutor:
    """``jobs`` processes with one thread each. They are spawned, so that no lock or thread is inherited."""

    def __init__(self, job: Job, jobs: int, limits: Limits | None = None) -> None:
        self._job = job
        self._limits = limits or Limits()
        self._context = multiprocessing.get_context("spawn")
        self._jobs = jobs
        self._workers: list[Process] = []
        self._waiting: deque[Task] = deque()
        self._stillborn = 0  # workers in a row that died before they were ready

    def __enter__(self) -> LocalExecutor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.kill()
        self._workers.clear()

    @property
    def room(self) -> int:
        return self._jobs * _AHEAD - len(self._waiting) - sum(len(worker.tasks) for worker in self._workers)

    def submit(self, task: Task) -> None:
        self._waiting.append(task)
        self._hand_out()

    def wait(self, timeout: float) -> list[Outcome]:
        outcomes: list[Outcome] = []
        end = time.monotonic() + timeout
        while not outcomes and any(worker.tasks for worker in self._workers):
            left = end - time.monotonic()
            if left <= 0:
                break
            self._listen(min(left, self._next_look()), outcomes)
        return outcomes

    def _listen(self, timeout: float, outcomes: list[Outcome]) -> None:
        """Hear the workers, replace the dead, stop those that take too much."""
        ready = set(wait([worker.connection for worker in self._workers], timeout))
        for worker in list(self._workers):
            if worker.connection in ready:
                outcomes += worker.receive()
                self._stillborn = 0 if worker.ready else self._stillborn
            if worker.alive and (reason := worker.over(self._limits)):
                worker.kill(reason)
                outcomes += worker.receive()  # it may have finished at the last moment
            if not worker.alive:
                self._bury(worker, outcomes)
        self._hand_out()

    def _next_look(self) -> float:
        if self._limits.memory:
            return _POLL
        ends = [
            worker.begun + self._limits.seconds
            for worker in self._workers
            if worker.begun and self._limits.seconds
        ]
        return max(min(ends, default=float("inf")) - time.monotonic(), 0) + 0.01

    def _bury(self, worker: Process, outcomes: list[Outcome]) -> None:
        self._workers.remove(worker)
        reason = worker.cause_of_death()
        if not worker.ready:
            self._stillborn += 1
            if self._stillborn >= 3:
                raise OcrError(f"workers cannot be started: the last one {reason}")
        elif worker.begun and worker.tasks:
            outcomes.append(Outcome(worker.tasks.popleft(), "lost", seconds=worker.elapsed(), error=reason))
        # What it had not begun is none of its fault.
        self._waiting.extendleft(reversed(worker.tasks))

    def _hand_out(self) -> None:
        while self._waiting:
            free = [worker for worker in self._workers if len(worker.tasks) < _AHEAD]
            worker = min(free, key=lambda worker: len(worker.tasks), default=None)
            if len(self._workers) < self._jobs and (worker is None or worker.tasks):
                worker = Process(self._context, self._job)
                self._workers.append(worker)
            if worker is None:
                return
            worker.give(self._waiting.popleft())
