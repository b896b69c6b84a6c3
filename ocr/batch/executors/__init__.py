"""Who reads: one interface for this process, for worker processes and for a Ray cluster.

An executor is given tasks as long as it has `room`, and asked what became of them. It reports every task
exactly once, as long as it is asked: as done, failed, or lost together with its worker.
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from ocr.batch.task import Outcome, Task


class Executor(Protocol):
    """Made, entered, used by one thread, left. Leaving it ends its workers at once."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @property
    def room(self) -> int:
        """How many more tasks it takes now. It takes few: what is queued is bounded by this."""
        ...

    def submit(self, task: Task) -> None: ...

    def wait(self, timeout: float) -> list[Outcome]:
        """What has become of tasks; waits up to ``timeout`` seconds for the first, and may return nothing.

        OcrError when no worker can be started at all.
        """
        ...
