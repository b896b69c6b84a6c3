"""How far the run is, told by the one process that knows."""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from dataclasses import dataclass
from typing import Protocol, TextIO

_WINDOW = 30.0  # seconds over which the rate is measured


@dataclass(slots=True)
class Tally:
    """Counts of a run: ``total`` files to read, of which ``done`` and ``failed`` are settled."""

    total: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0  # results were there already, not part of ``total``

    @property
    def settled(self) -> int:
        return self.done + self.failed


class Progress(Protocol):
    def show(self, tally: Tally) -> None:
        """Called often; shows something when it is time."""
        ...

    def finish(self, tally: Tally) -> None: ...


class Silent:
    """Shows nothing."""

    def show(self, tally: Tally) -> None:
        pass

    def finish(self, tally: Tally) -> None:
        pass


class Rate:
    """Files a second over the last half minute."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])

    def measure(self, settled: int) -> float:
        now = time.monotonic()
        self._seen.append((now, settled))
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW:
            self._seen.popleft()
        before, then = self._seen[0]
        return (settled - then) / max(now - before, 1e-6)


class Terminal:
    """One line that is written over and over."""

    def __init__(self, stream: TextIO | None = None, every: float = 0.2) -> None:
        self._stream = stream or sys.stderr
        self._every = every
        self._next = 0.0
        self._rate = Rate()

    def show(self, tally: Tally) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + self._every
            rate = self._rate.measure(tally.settled)
            left = _duration((tally.total - tally.settled) / rate) if rate > 0 else "?"
            failed = f", {tally.failed} failed" if tally.failed else ""
            line = f"{tally.settled}/{tally.total} pages{failed}, {rate:.1f} a second, {left} left"
            self._stream.write("\r\x1b[K" + line)
            self._stream.flush()

    def finish(self, tally: Tally) -> None:
        self._stream.write("\r\x1b[K")
        self._stream.flush()


class JsonLines:
    """A JSON object on a line of its own, once a second and at the end, for other programs."""

    def __init__(self, stream: TextIO | None = None, every: float = 1.0) -> None:
        self._stream = stream or sys.stderr
        self._every = every
        self._next = 0.0
        self._rate = Rate()

    def show(self, tally: Tally) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._every
            self._write(tally, finished=False)

    def finish(self, tally: Tally) -> None:
        self._write(tally, finished=True)

    def _write(self, tally: Tally, finished: bool) -> None:
        rate = self._rate.measure(tally.settled)
        left = round((tally.total - tally.settled) / rate, 1) if rate > 0 else None
        told = {
            "total": tally.total,
            "done": tally.done,
            "failed": tally.failed,
            "skipped": tally.skipped,
            "pages_per_second": round(rate, 2),
            "seconds_left": left,
            "finished": finished,
        }
        self._stream.write(json.dumps(told) + "\n")
        self._stream.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
