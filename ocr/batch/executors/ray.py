"""Workers on many machines, by way of Ray (https://docs.ray.io).

Each worker is an actor with one core that loads the models once. When its machine dies Ray starts it again
somewhere else. Nothing is retried by Ray itself, so that every task is reported once: the one that the actor
was at is lost, and what it had not begun goes to the others. Workers hand documents back to the driver, which
alone writes: the machines need no disk in common, as long as all of them can read the inputs.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from ocr.batch.executors.process import ONE_THREAD
from ocr.batch.task import Job, Outcome, Task
from ocr.errors import MissingExtra, OcrError

_AHEAD = 2  # tasks given to an actor: one under way, and one so that it need not wait for us
_START = 300.0  # seconds that the cluster has to start the first actor


@dataclass(eq=False, slots=True)
class _Remote:
    """An actor as the driver sees it."""

    actor: Any
    tasks: deque[tuple[Any, Task]] = field(default_factory=deque)  # reference to the outcome, and task
    begun: float = 0.0  # when it began its first task
    greeting: Any = None  # reference to its answer that it is there; None when it has answered
    greeted: float = 0.0  # when it was asked

    def greet(self) -> None:
        self.greeting, self.greeted = self.actor.complaint.remote(), time.monotonic()


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
        self._remotes: list[_Remote] = []
        self._waiting: deque[Task] = deque()

    def __enter__(self) -> RayExecutor:
        ray = self._ray
        _check_reachable(self._address)
        on_terminate = signal.getsignal(signal.SIGTERM)
        try:
            ray.init(
                address=None if self._address == "local" else self._address,
                log_to_driver=False,
                logging_level="ERROR",
                configure_logging=False,
                runtime_env={"env_vars": dict.fromkeys(ONE_THREAD, "1")},
            )
        except (ConnectionError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
            raise OcrError(
                f"no Ray cluster at {self._address!r} ({error}); start one with: ray start --head"
            ) from error
        signal.signal(signal.SIGTERM, on_terminate)  # Ray would leave without letting us finish
        jobs = self._jobs or max(int(ray.cluster_resources().get("CPU", 1)), 1)
        remote = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=0)(_Actor)
        self._remotes = [_Remote(remote.remote(self._job)) for _ in range(jobs)]
        for started in self._remotes:
            started.greet()
        if not ray.wait([started.greeting for started in self._remotes], timeout=_START)[0]:
            raise OcrError(f"the cluster has started no worker in {_START:g} s; has it free cores?")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for remote in self._remotes:
            self._ray.kill(remote.actor)
        self._ray.shutdown()

    @property
    def room(self) -> int:
        ready = sum(remote.greeting is None for remote in self._remotes)
        given = len(self._waiting) + sum(len(remote.tasks) for remote in self._remotes)
        return max(ready, 1) * _AHEAD - given

    def submit(self, task: Task) -> None:
        self._waiting.append(task)
        self._hand_out()

    def wait(self, timeout: float) -> list[Outcome]:
        by_reference = {reference: remote for remote in self._remotes for reference, _ in remote.tasks}
        by_reference |= {remote.greeting: remote for remote in self._remotes if remote.greeting is not None}
        if not self._waiting and not any(remote.tasks for remote in self._remotes):
            return []
        ready, _ = self._ray.wait(list(by_reference), num_returns=1, timeout=timeout)
        outcomes: list[Outcome] = []
        for remote in {by_reference[reference] for reference in ready}:
            if remote.greeting is None:
                self._take(remote, outcomes)
            else:
                self._hear_greeting(remote)
        self._stop_slow()
        self._hand_out()
        return outcomes

    def _take(self, remote: _Remote, outcomes: list[Outcome]) -> None:
        """Take in what an actor has finished; when it has died, what it was at and what it had not begun."""
        while remote.tasks and self._ray.wait([remote.tasks[0][0]], timeout=0)[0]:
            reference, task = remote.tasks.popleft()
            seconds, remote.begun = time.monotonic() - remote.begun, time.monotonic()
            try:
                outcomes.append(self._ray.get(reference))
            except self._ray.exceptions.RayError as error:
                reason = f"its worker died ({type(error).__name__})"
                outcomes.append(Outcome(task, "lost", seconds=seconds, error=reason))
                self._waiting.extendleft(task for _, task in reversed(remote.tasks))
                remote.tasks.clear()
                remote.greet()  # it is given nothing until it is there again

    def _hear_greeting(self, remote: _Remote) -> None:
        """An actor is there, or cannot be reached, or has a complaint, which ends the run."""
        try:
            complaint = self._ray.get(remote.greeting)
        except self._ray.exceptions.RayError as error:
            if time.monotonic() - remote.greeted > _START:
                raise OcrError(f"a worker cannot be started on the cluster: {error}") from error
            time.sleep(0.1)
            remote.greeting = remote.actor.complaint.remote()
            return
        if complaint:
            raise complaint
        remote.greeting = None

    def _hand_out(self) -> None:
        free = [remote for remote in self._remotes if remote.greeting is None]
        while self._waiting and free:
            remote = min(free, key=lambda remote: len(remote.tasks))
            if len(remote.tasks) >= _AHEAD:
                return
            if not remote.tasks:
                remote.begun = time.monotonic()
            task = self._waiting.popleft()
            remote.tasks.append((remote.actor.do.remote(task), task))

    def _stop_slow(self) -> None:
        now = time.monotonic()
        for remote in self._remotes:
            if self._seconds and remote.tasks and now - remote.begun > self._seconds:
                remote.begun = now
                self._ray.kill(remote.actor, no_restart=False)


def _check_reachable(address: str) -> None:
    """OcrError when nobody listens at ``[ray://]host:port``; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except OSError as error:
        raise OcrError(
            f"no Ray cluster at {address!r} ({error.strerror or error}); start one with: ray start --head"
        ) from error


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
