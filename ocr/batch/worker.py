"""One file -> its documents: the work that is the same in every executor."""

from __future__ import annotations

import ctypes
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from ocr import formats
from ocr.batch import places
from ocr.batch.task import DOUBTFUL, Job, Outcome, Task
from ocr.errors import OcrError
from ocr.page import Page


def find_reader(name: str) -> Any:
    """The class that ``module:name`` names; OcrError when there is none."""
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise OcrError(f"reader {name!r}: {error}; give it as module:name") from error


_TRIM = 20  # tasks; trimming takes some milliseconds


class Worker:
    """Holds the models, and does one task after the other."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._reader = find_reader(job.reader)(**job.options)
        self._trim = _trimmer()
        self._done = 0

    def do(self, task: Task) -> Outcome:
        """Read the file and write its documents to memory; what goes wrong with it becomes the outcome."""
        outcome = self._do(task)
        self._done += 1
        if self._done % _TRIM == 0:
            self._trim()
        return outcome

    def _do(self, task: Task) -> Outcome:
        start = time.perf_counter()
        checksum = ""

        def failed(reason: str) -> Outcome:
            return Outcome(task, "failed", checksum, time.perf_counter() - start, reason)

        try:
            content = places.fetch(task.source)
            checksum = places.checksum(content)
            if checksum == task.known:
                return Outcome(task, "same", checksum, time.perf_counter() - start)
            pages = [replace(page, source=task.source) for page in self._reader.pages(content)]
            documents = self._documents(task, pages, content)
        except OcrError as error:
            return failed(_reason(error, task))
        except Exception as error:  # a mistake of ours must cost one page, not the run
            where = traceback.extract_tb(error.__traceback__)[-1]
            return failed(f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})")
        words = [word for page in pages for word in page.words]
        return Outcome(
            task,
            "done",
            checksum,
            time.perf_counter() - start,
            documents=documents,
            pages=len(pages),
            words=len(words),
            confidence=sum(word.confidence for word in words) / len(words) if words else 1.0,
            doubtful=sum(word.confidence < DOUBTFUL for word in words),
        )

    def _documents(
        self, task: Task, pages: Sequence[Page], content: Path | bytes
    ) -> tuple[tuple[str, bytes], ...]:
        documents = []
        for name in self._job.formats:
            suffix = formats.load(name).SUFFIX
            if name in formats.ONE_PAGE_A_FILE and len(pages) > 1:
                parts = [(f"{task.name}.{page.number:04}{suffix}", [page]) for page in pages]
            else:
                parts = [(task.name + suffix, list(pages))]
            for title, part in parts:
                stream = BytesIO()
                picture = BytesIO(content) if isinstance(content, bytes) else content
                formats.write_document(name, part, stream, picture)
                documents.append((title, stream.getvalue()))
        return tuple(documents)


def _trimmer() -> Callable[[], object]:
    """What gives memory that is free back to the system.

    glibc keeps it: free places lie between the few small objects that stay, and a worker that needs 130 MB would
    have 300 after some thousand pages. Where the C library has no such function, there is nothing to do.
    """
    try:
        return partial(ctypes.CDLL(None).malloc_trim, 0)
    except (AttributeError, OSError, TypeError):
        return lambda: None


def _reason(error: OcrError, task: Task) -> str:
    """The message, with the name of the file where its content had none."""
    return str(error).replace("<bytes>", task.source, 1)
