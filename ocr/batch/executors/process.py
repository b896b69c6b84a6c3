"""One worker process, as its parent sees it and as it sees itself."""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext

from ocr.batch.task import Job, Outcome, Task
from ocr.errors import MissingExtra, OcrError

# Read by the arithmetic libraries when they are loaded: with a process for each core, more threads only wait.
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take before its worker is killed; 0 is no limit.

    memory: bytes of resident memory of the worker, looked at four times a second. (A limit on address space,
            as setrlimit has it, would count what the libraries reserve and never touch.)
    """

    seconds: float = 0.0
    memory: int = 0


class Process:
    """A worker process. ``tasks`` are those it was given and has not answered, the first may be under way."""

    def __init__(self, context: SpawnContext, job: Job) -> None:
        self.tasks: deque[Task] = deque()
        self.begun = 0.0  # when it began the first of ``tasks``, 0 if it has not
        self.ready = False  # whether it has loaded its models
        self.alive = True
        self._reason = ""
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, job), daemon=True)
        with _quietly():
            self._process.start()
        theirs.close()  # so that the pipe ends with the worker

    def give(self, task: Task) -> None:
        self.tasks.append(task)
        with suppress(OSError):  # dead already, which the next `receive` finds out
            self.connection.send(task)

    def receive(self) -> list[Outcome]:
        """All that the worker has said since; marks it as dead when it has hung up.

        OcrError when it cannot read at all, for want of a model for example.
        """
        outcomes = []
        try:
            while self.connection.poll():
                message = self.connection.recv()
                if isinstance(message, Outcome):
                    self.tasks.popleft()
                    self.begun = 0.0
                    outcomes.append(message)
                elif isinstance(message, OcrError):
                    raise message
                elif message == "ready":
                    self.ready = True
                else:
                    self.begun = time.monotonic()
        except (EOFError, OSError):
            self.alive = False
        return outcomes

    def over(self, limits: Limits) -> str:
        """Which limit the worker is over, as the reason for killing it; empty when it is within."""
        if limits.seconds and self.begun and self.elapsed() > limits.seconds:
            return f"took more than {limits.seconds:g} s (--limit-seconds)"
        if limits.memory and self.begun and (used := _resident(self.pid)) > limits.memory:
            return f"took {used >> 20} MB of memory, more than {limits.memory >> 20} MB (--max-memory)"
        return ""

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def elapsed(self) -> float:
        return time.monotonic() - self.begun if self.begun else 0.0

    def kill(self, reason: str = "") -> None:
        self._reason = reason
        self.alive = False
        self._process.kill()
        self._process.join()

    def cause_of_death(self) -> str:
        self.kill(self._reason)
        self.connection.close()
        code = self._process.exitcode or 0
        if self._reason:
            return self._reason
        if code < 0:
            name = signal.Signals(-code).name
            killed = name == "SIGKILL"
            return "its worker was killed (out of memory?)" if killed else f"its worker crashed ({name})"
        return f"its worker ended with exit code {code}"


def _serve(connection: Connection, job: Job) -> None:
    """The life of a worker process: it ends when the parent hangs up, however that came about."""
    # Ctrl-C reaches every process of the terminal; when to stop is for the parent to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        try:
            from ocr.batch.worker import Worker

            worker = Worker(job)
        except OcrError as error:
            connection.send(portable(error))
            return
        connection.send("ready")
        while True:
            task = connection.recv()
            connection.send("begun")
            connection.send(worker.do(task))


def portable(error: OcrError) -> OcrError:
    """The same message and exit code in a class that can be pickled."""
    plain = OcrError(str(error))
    plain.code = error.code
    return plain


@contextmanager
def _quietly() -> Iterator[None]:
    """Start processes with one thread each, and deaf to Ctrl-C until they can see to it themselves."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    masks = hasattr(signal, "pthread_sigmask")
    if masks:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if masks:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _resident(pid: int) -> int:
    """Resident memory of a process in bytes, 0 when it is gone. MissingExtra without psutil."""
    try:
        import psutil
    except ImportError as error:
        raise MissingExtra("--max-memory", "batch") from error
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
