"""Workers on many machines, by way of Ray (https://docs.ray.io).

Each worker is an actor with one core that loads the models once. When its machine dies Ray starts it again
somewhere else; the task it had is reported as lost, and the run gives it out again. Nothing is retried by
Ray itself, so that every task is reported once. Workers hand documents back to the driver, which alone
writes: the machines need no disk in common, as long as all of them can read the inputs.
"""

from __future__ import annotations

import os
import time
from types import TracebackType
from typing import Any

from ocr.batch.executors.process import ONE_THREAD
from ocr.batch.task import Job, Outcome, Task
from ocr.errors import MissingExtra, OcrError

_AHEAD = 2  # tasks given to an actor: one under way, and one so that it need not wait for us
_START = 300.0  # seconds that the cluster has to start the first actor


class RayExecutor:
    """``jobs`` actors on the cluster at ``address``; 0 is one for each core of the cluster.

    address: ``auto`` for the cluster that this machine belongs to, ``ray://host:10001`` for one elsewhere,
             ``local`` for a new one that lives as long as the run.
    seconds: what one file may take before its actor is killed; 0 is no limit.
    """

    def __init__(self, job: Job, jobs: int = 0, address: str = "auto", seconds: float = 0.0) -> None:
        try:
            import ray
        except ImportError as error:
            raise MissingExtra("--engine ray", "ray") from error
        self._ray: Any = ray
        self._job = job
        self._jobs = jobs
        self._address = address
        self._seconds = seconds
        self._actors: list[Any] = []
        self._load: dict[int, int] = {}  # actor -> tasks it was given
        self._under_way: dict[Any, tuple[Task, int]] = {}  # reference to the outcome -> task, actor
        self._begun: dict[int, float] = {}  # actor -> when it began what it is doing

    def __enter__(self) -> RayExecutor:
        ray = self._ray
        try:
            ray.init(address=None if self._address == "local" else self._address, log_to_driver=False,
                     logging_level="ERROR", configure_logging=False,
                     runtime_env={"env_vars": dict.fromkeys(ONE_THREAD, "1")})
        except (ConnectionError, ValueError) as error:
            raise OcrError(f"no Ray cluster at {self._address!r} ({error}); "
                           "start one with: ray start --head") from error
        if not self._jobs:
            self._jobs = max(int(ray.cluster_resources().get("CPU", 1)), 1)
        remote = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=0)(_Actor)
        self._actors = [remote.remote(self._job) for _ in range(self._jobs)]
        self._load = dict.fromkeys(range(self._jobs), 0)
        self._await_one()
        return self

    def _await_one(self) -> None:
        """Wait until an actor is ready. OcrError when none can read."""
        ray = self._ray
        ready, _ = ray.wait([actor.complaint.remote() for actor in self._actors], timeout=_START)
        if not ready:
            raise OcrError(f"the cluster has started no worker in {_START:g} s; has it free cores?")
        try:
            complaint = ray.get(ready[0])
        except ray.exceptions.RayError as error:
            raise OcrError(f"workers cannot be started on the cluster: {error}") from error
        if complaint:
            raise complaint

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        for actor in self._actors:
            self._ray.kill(actor)
        self._ray.shutdown()

    @property
    def room(self) -> int:
        return self._jobs * _AHEAD - len(self._under_way)

    def submit(self, task: Task) -> None:
        number = min(self._load, key=self._load.__getitem__)
        if not self._load[number]:
            self._begun[number] = time.monotonic()
        self._load[number] += 1
        self._under_way[self._actors[number].do.remote(task)] = task, number

    def wait(self, timeout: float) -> list[Outcome]:
        if not self._under_way:
            return []
        ready, _ = self._ray.wait(list(self._under_way), num_returns=1, timeout=timeout)
        self._stop_slow()
        return [self._take(reference) for reference in ready]

    def _take(self, reference: Any) -> Outcome:
        task, number = self._under_way.pop(reference)
        self._load[number] -= 1
        seconds = time.monotonic() - self._begun[number]
        self._begun[number] = time.monotonic()
        try:
            outcome: Outcome = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            return Outcome(task, "lost", seconds=seconds, error=f"its worker died ({type(error).__name__})")
        return outcome

    def _stop_slow(self) -> None:
        now = time.monotonic()
        for number, load in self._load.items():
            if self._seconds and load and now - self._begun[number] > self._seconds:
                self._begun[number] = now
                self._ray.kill(self._actors[number], no_restart=False)


class _Actor:
    """A worker on the cluster. Its constructor never fails: Ray would start it again and again."""

    def __init__(self, job: Job) -> None:
        os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
        from ocr.batch.executors.process import portable
        from ocr.batch.worker import Worker

        self._complaint: OcrError | None = None
        try:
            self._worker = Worker(job)
        except OcrError as error:
            self._complaint = portable(error)

    def complaint(self) -> OcrError | None:
        """Why it cannot read at all."""
        return self._complaint

    def do(self, task: Task) -> Outcome:
        return self._worker.do(task)
