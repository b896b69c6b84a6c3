"""What travels between the run and its workers. Everything here can be pickled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ocr import __version__

DOUBTFUL = 0.6  # a word below this confidence is counted as doubtful


@dataclass(frozen=True, slots=True)
class Job:
    """How every file of a run is read and written.

    formats: names in `ocr.formats.FORMATS`.
    reader:  ``module:name`` of a class like `ocr.batch.page_reader.PageReader`, made once in each worker.
    options: keyword arguments for it, plain JSON values.
    """

    formats: tuple[str, ...] = ("text",)
    reader: str = "ocr.batch.page_reader:PageReader"
    options: Mapping[str, Any] = field(default_factory=dict)

    def checksum(self) -> str:
        """SHA-256 of all that could change the results, the models apart."""
        settings = [__version__, sorted(self.formats), self.reader, self.options]
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Task:
    """One file to read.

    name:   what it is called below the folder of inputs, parted by ``/``; its results are named after it.
    source: path or fsspec address.
    stamp:  size and time of change, to see without reading whether the file is the same.
    known:  SHA-256 of the content whose results are already there; that content is not read again.
    """

    name: str
    source: str
    stamp: str
    known: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task.

    state:     ``done``; ``same``: the content is the one that was known; ``failed``: reading it again would
               fail again; ``lost``: the worker died of it, which may have been chance.
    checksum:  SHA-256 of the file as it was read, empty when it could not be.
    documents: name below the folder of results -> content.
    confidence: mean over the words, 1 where there are none.
    """

    task: Task
    state: Literal["done", "same", "failed", "lost"]
    checksum: str = ""
    seconds: float = 0.0
    error: str = ""
    documents: tuple[tuple[str, bytes], ...] = ()
    pages: int = 0
    words: int = 0
    confidence: float = 1.0
    doubtful: int = 0
