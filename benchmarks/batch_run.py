"""`ocr-batch` as a process of its own over pages made for it: what the measurements of `batch.py` share."""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import click
from batch_pages import MAKERS

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-c", "from ocr.commands.batch import main; main(prog_name='ocr-batch')"]
KEPT = {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "summary.csv", ".ocr-batch.lock"}


class Took(NamedTuple):
    """Seconds of the clock, and seconds that processors worked for a process and its children."""

    seconds: float
    processor_seconds: float


class Batch:
    """The command on some pages. Pages of text are read by the reader of the tests."""

    def __init__(self, pages: Path, out: Path, kind: str, *options: str) -> None:
        self.out = out
        self._command = [*COMMAND, str(pages), "-o", str(out), *options]
        if kind == "text":
            self._command += ["--read-with", "tests.batch.fake:FakeReader"]

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(self._command, cwd=ROOT, stderr=subprocess.PIPE, text=True)

    def run(self) -> tuple[int, str]:
        """Exit code, and what was said."""
        run = self.start()
        _, said = run.communicate()
        return run.returncode, said.strip()

    def results(self) -> dict[str, str]:
        """Name and SHA-256 of every file that a run left, apart from its own books."""
        found = [path for path in sorted(self.out.rglob("*")) if path.is_file() and path.name not in KEPT]
        return {
            str(path.relative_to(self.out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found
        }

    def states(self) -> dict[str, str]:
        """The first line of ``ocr-batch status``: how many are done, have failed, are to do."""
        status = [*COMMAND, "status", str(self.out)]
        said = subprocess.run(status, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return {"files": said.splitlines()[0].split(None, 1)[1]}


class Stopwatch:
    """What it took since it was made."""

    def __init__(self) -> None:
        self._begin, self._before = time.perf_counter(), _processor_seconds()

    def read(self) -> Took:
        return Took(time.perf_counter() - self._begin, _processor_seconds() - self._before)


def _processor_seconds() -> float:
    """Processor time of all processes that were started from here, directly or not, and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def common(kind: str) -> Callable[[Any], Any]:
    """The options of every measurement; ``kind`` of pages unless another is asked for."""
    options = [
        click.option("--pages", "count", default=2000, show_default=True, help="How many pages."),
        click.option(
            "--kind",
            type=click.Choice(list(MAKERS)),
            default=kind,
            show_default=True,
            help="samples of 1 to 3 megapixels, short pages of one or two words, or text, which the reader "
            "of the tests reads: the machinery without the reading.",
        ),
        click.option("--seed", default=1, show_default=True),
    ]

    def add(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@contextmanager
def folders() -> Iterator[tuple[Path, Path]]:
    """A folder for pages and one for results, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="ocr-batch-") as folder:
        pages, work = Path(folder, "pages"), Path(folder, "work")
        pages.mkdir()
        work.mkdir()
        yield pages, work


def show(result: dict[str, object]) -> None:
    click.echo(json.dumps(result, indent=1))
