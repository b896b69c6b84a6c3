"""Takes tasks to the executor, and what comes back to the disk and the ledger."""

from __future__ import annotations

import signal
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType

from ocr.batch.executors import Executor
from ocr.batch.ledger import Entry, Ledger, entry_for, storable
from ocr.batch.outputs import Outputs
from ocr.batch.progress import Progress, Silent, Tally
from ocr.batch.task import Outcome, Task

ATTEMPTS = 2  # how often a file may cost its worker's life before it is given up


class Interrupt:
    """Whether the user has asked to stop. The second time, KeyboardInterrupt ends whatever goes on."""

    def __init__(self) -> None:
        self.asked = False

    @contextmanager
    def listening(self) -> Iterator[Interrupt]:
        """Listen to Ctrl-C and to SIGTERM. For the main thread only."""
        before = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@dataclass(frozen=True, slots=True)
class Choice:
    """A task, and why it is to be done (``new``, ``changed``, ...) or not (empty)."""

    task: Task
    reason: str


def choose(
    tasks: Iterable[Task],
    ledger: Ledger | None,
    outputs: Outputs,
    settings: str,
    models: str,
    *,
    force: bool = False,
    only_failed: bool = False,
) -> Iterator[Choice]:
    """Compare what there is to read with what the ledger knows, if there is one yet.

    force: read everything again. only_failed: nothing but what failed before.
    """
    for task in tasks:
        entry = ledger.entry(task.name) if ledger else None
        reason = _reason(task, entry, outputs, settings, models)
        if only_failed:
            reason = "failed before" if entry and entry.state == "failed" else ""
        elif force:
            reason = "forced"
        elif reason == "changed" and entry:
            # Another date need not mean another content: the worker will see.
            task = replace(task, known=entry.checksum)
        yield Choice(task, reason)


def _reason(task: Task, entry: Entry | None, outputs: Outputs, settings: str, models: str) -> str:
    if entry is None or entry.state == "pending":
        return "new"
    if entry.state == "failed":
        return "failed before"
    if entry.settings != settings:
        return "other settings"
    if entry.models != models:
        return "other models"
    if not all(outputs.has(name, size) for name, (_, size) in entry.outputs.items()):
        return "results are missing"
    if entry.stamp != task.stamp or entry.source != storable(task.source):
        return "changed"
    return ""


class Run:
    """One folder of results being written; used by one thread."""

    def __init__(
        self,
        executor: Executor,
        ledger: Ledger,
        outputs: Outputs,
        settings: str,
        models: str,
        progress: Progress | None = None,
        interrupt: Interrupt | None = None,
    ) -> None:
        self.tally = Tally()
        self._executor = executor
        self._ledger = ledger
        self._outputs = outputs
        self._settings = settings
        self._models = models
        self._progress = progress or Silent()
        self._interrupt = interrupt or Interrupt()
        self._attempts: Counter[str] = Counter()

    def do(self, tasks: Iterable[Task]) -> None:
        """Do all ``tasks``, or those under way when the user asks to stop.

        OutputError when a result cannot be written: nothing would be gained from going on. What was written
        until then is in the ledger.
        """
        coming = iter(tasks)
        again: deque[Task] = deque()
        under_way = 0
        while True:
            while self._executor.room > 0 and not self._interrupt.asked:
                task = again.popleft() if again else next(coming, None)
                if task is None:
                    break
                self._executor.submit(task)
                under_way += 1
            if not under_way:
                return
            outcomes = self._executor.wait(0.2)
            under_way -= len(outcomes)
            written = iter(self._outputs.write([made for outcome in outcomes for made in outcome.documents]))
            for outcome in outcomes:
                if not self._settle(outcome, {name: next(written) for name, _ in outcome.documents}):
                    again.append(outcome.task)
            self._progress.show(self.tally)

    def _settle(self, outcome: Outcome, written: dict[str, tuple[str, int]]) -> bool:
        """Enter what became of a task, whose documents are written; False to try it once more."""
        task = outcome.task
        self._attempts[task.name] += 1
        tries = self._attempts[task.name]
        if outcome.state == "lost":
            if tries < ATTEMPTS:
                return False
            reason = f"{task.source}: given up after {tries} attempts: {outcome.error}"
            outcome = replace(outcome, error=reason)
        del self._attempts[task.name]
        entry = self._ledger.entry(task.name)
        tries += entry.attempts if entry else 0
        if outcome.state == "same" and entry:
            self._ledger.put(replace(entry, stamp=task.stamp, source=task.source, attempts=tries))
            self.tally.done += 1
            return True
        if entry:
            # Before the ledger forgets them. A run that is killed in between finds that results are missing.
            self._outputs.remove(entry.outputs.keys() - written.keys())
        self._ledger.put(entry_for(outcome, tries, self._settings, self._models, written))
        if outcome.state == "done":
            self.tally.done += 1
        else:
            self.tally.failed += 1
        return True
