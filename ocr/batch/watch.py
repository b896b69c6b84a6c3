"""A folder that a scanner writes to: every picture is read once it is whole.

A file is taken for whole when its size and its time of change have stayed the same for a while. Where
`watchdog` is installed the system says when something arrives; without it, and for network disks that say
nothing, the folder is looked through now and then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ocr.batch.executors import Executor
from ocr.batch.progress import Progress
from ocr.batch.results import Results
from ocr.batch.run import Interrupt
from ocr.batch.task import Task

_LOOK = 10.0  # seconds between looks at a folder that has not said anything
_STEP = 0.1  # seconds between looks at whether the user asks to stop


class Settling:
    """Tells the files that have stopped changing from those that still arrive."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._seen: dict[str, tuple[str, float]] = {}  # source -> stamp, since when

    def whole(self, tasks: list[Task], now: float) -> list[Task]:
        """Those of ``tasks`` whose stamp has been the same for long enough."""
        for task in tasks:
            if self._seen.get(task.source, ("", 0.0))[0] != task.stamp:
                self._seen[task.source] = task.stamp, now
        whole = [task for task in tasks if now - self._seen[task.source][1] >= self._seconds]
        for task in whole:
            del self._seen[task.source]
        return whole


def watch_folder(
    results: Results,
    executor: Executor,
    folder: str,
    progress: Progress,
    interrupt: Interrupt,
    settle: float = 2.0,
) -> None:
    """Read what is new or changed in ``folder`` once it has not changed for ``settle`` seconds.

    Returns when the user asks to stop. A file that failed is tried again when it changes.
    """
    settling = Settling(settle)
    tried: set[tuple[str, str]] = set()
    run = results.run(executor, progress, interrupt)
    with _changes(folder) as changed:
        while not interrupt.asked:
            changed.clear()
            plan = results.plan([folder], may_be_empty=True)
            waiting = [
                choice.task
                for choice in results.choose(plan)
                if choice.reason and (choice.task.name, choice.task.stamp) not in tried
            ]
            whole = settling.whole(waiting, time.monotonic())
            if whole:
                results.ledger.add(whole)
                run.tally.total += len(whole)
                run.do(whole)
                tried.update((task.name, task.stamp) for task in whole)
                results.write_summary()
            _rest(changed, interrupt, settle / 2 if len(waiting) > len(whole) else _LOOK)
    progress.finish(run.tally)


def _rest(changed: threading.Event, interrupt: Interrupt, seconds: float) -> None:
    """Sleep until something changes, the user asks to stop, or ``seconds`` have passed."""
    end = time.monotonic() + seconds
    while not interrupt.asked and time.monotonic() < end and not changed.wait(_STEP):
        pass
    if changed.is_set():
        time.sleep(_STEP)  # one arrival is many events


@contextmanager
def _changes(folder: str) -> Iterator[threading.Event]:
    """An event that is set when something happens below ``folder``; never, where nobody can tell."""
    changed = threading.Event()
    try:
        from watchdog.events import FileSystemEvent, FileSystemEventHandler
        from watchdog.observers import Observer
    except ImportError:
        yield changed
        return

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            if event.event_type in ("created", "modified", "moved", "closed"):
                changed.set()

    observer = Observer()
    observer.schedule(Handler(), folder, recursive=True)
    observer.start()
    try:
        yield changed
    finally:
        observer.stop()
        observer.join()
