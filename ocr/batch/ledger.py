"""What became of every file: an SQLite database beside the results.

One process writes it. Its journal is a write-ahead log: ``ocr-batch status`` reads while a run writes, and a
run that is killed loses nothing that was committed. ``synchronous = NORMAL`` means that a power failure may
take back the last commits: those pages are then read again, and give the same results.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from ocr.batch.task import Outcome, Task
from ocr.errors import InputError, OutputError

NAME = "ledger.sqlite"
VERSION = 1
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    name       TEXT PRIMARY KEY,     -- below the folder of inputs
    source     TEXT NOT NULL,        -- path or address
    stamp      TEXT NOT NULL,        -- size and time of change, when last read
    checksum   TEXT NOT NULL,        -- SHA-256 of the content that was read
    settings   TEXT NOT NULL,        -- SHA-256 of the settings it was read with
    models     TEXT NOT NULL,        -- SHA-256 of the models it was read with
    state      TEXT NOT NULL,        -- pending, done or failed
    attempts   INTEGER NOT NULL,     -- how often it was tried, over all runs
    seconds    REAL NOT NULL,        -- of the last attempt
    error      TEXT NOT NULL,        -- why it failed
    pages      INTEGER NOT NULL,
    words      INTEGER NOT NULL,
    confidence REAL NOT NULL,        -- mean over the words
    doubtful   INTEGER NOT NULL,     -- words of low confidence
    outputs    TEXT NOT NULL,        -- JSON: name below the folder of results -> [SHA-256, bytes]
    finished   REAL NOT NULL         -- seconds since 1970
) WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger; its strings are as `storable` makes them."""

    name: str
    source: str
    stamp: str
    checksum: str = ""
    settings: str = ""
    models: str = ""
    state: str = "pending"
    attempts: int = 0
    seconds: float = 0.0
    error: str = ""
    pages: int = 0
    words: int = 0
    confidence: float = 1.0
    doubtful: int = 0
    outputs: dict[str, tuple[str, int]] = field(default_factory=dict)
    finished: float = 0.0


_COLUMNS = tuple(Entry.__dataclass_fields__)
_PUT = f"INSERT OR REPLACE INTO files ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"


class Ledger:
    """Every method raises OutputError when the database cannot be read or written."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the ledger in ``folder``; made if need be. ``read_only``: InputError when there is none."""
        self.path = folder / NAME
        if read_only and not self.path.is_file():
            raise InputError(f"{folder}: has no {NAME}; give the folder that ocr-batch wrote to")
        with self._failing():
            self._base = self._open(read_only)
            if not read_only:
                self._base.execute("PRAGMA journal_mode = WAL")
                self._base.execute("PRAGMA synchronous = NORMAL")
            version = self._base.execute("PRAGMA user_version").fetchone()[0]
            if version == 0 and not read_only:
                self._base.executescript(_SCHEMA)
            elif version != VERSION:
                raise OutputError(
                    f"{self.path}: a ledger of version {version}, this program writes version "
                    f"{VERSION}; choose another -o"
                )

    def _open(self, read_only: bool) -> sqlite3.Connection:
        if not read_only:
            return sqlite3.connect(self.path, isolation_level=None, timeout=30)
        address = self.path.resolve().as_uri() + "?mode=ro"
        base = sqlite3.connect(address, uri=True, isolation_level=None, timeout=30)
        try:
            base.execute("SELECT 1 FROM sqlite_schema")
        except sqlite3.OperationalError:
            # On a disk that is read-only the log of a finished run cannot be opened, and need not be.
            base.close()
            base = sqlite3.connect(address + "&immutable=1", uri=True, isolation_level=None)
        return base

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def about(self, key: str) -> str:
        """A fact about the whole ledger, empty when there is none."""
        with self._failing():
            row = self._base.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return str(json.loads(row[0])) if row else ""

    def set_about(self, key: str, value: str) -> None:
        with self._failing():
            self._base.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (key, json.dumps(value)))

    def entry(self, name: str) -> Entry | None:
        with self._failing(), closing(self._base.cursor()) as cursor:
            row = cursor.execute(
                f"SELECT {', '.join(_COLUMNS)} FROM files WHERE name = ?", (storable(name),)
            ).fetchone()
        return _entry(row) if row else None

    def entries(self) -> Iterator[Entry]:
        """All files, sorted by name."""
        with self._failing(), closing(self._base.cursor()) as cursor:
            for row in cursor.execute(f"SELECT {', '.join(_COLUMNS)} FROM files ORDER BY name"):
                yield _entry(row)

    def add(self, tasks: Iterable[Task]) -> None:
        """Enter files that are not there yet as pending, all or none."""
        rows = [_row(Entry(task.name, task.source, task.stamp)) for task in tasks]
        with self._failing():
            self._base.execute("BEGIN IMMEDIATE")
            self._base.executemany(_PUT.replace("OR REPLACE", "OR IGNORE"), rows)
            self._base.execute("COMMIT")

    def put(self, entry: Entry) -> None:
        """Enter what became of a file, in place of what was known."""
        with self._failing():
            self._base.execute(_PUT, _row(entry))

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise OutputError(f"{self.path}: {error}; once it is mended the same command goes on") from error


def entry_for(
    outcome: Outcome, attempts: int, settings: str, models: str, outputs: dict[str, tuple[str, int]]
) -> Entry:
    """The row for a task that is done or has failed for good."""
    task = outcome.task
    return Entry(
        task.name,
        task.source,
        task.stamp,
        outcome.checksum,
        settings,
        models,
        "done" if outcome.state == "done" else "failed",
        attempts,
        round(outcome.seconds, 4),
        outcome.error,
        outcome.pages,
        outcome.words,
        round(outcome.confidence, 4),
        outcome.doubtful,
        outputs,
        time.time(),
    )


def _row(entry: Entry) -> tuple[object, ...]:
    values = [getattr(entry, column) for column in _COLUMNS]
    values[_COLUMNS.index("outputs")] = json.dumps(entry.outputs)
    return tuple(storable(value) if isinstance(value, str) else value for value in values)


def _entry(row: tuple[object, ...]) -> Entry:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["outputs"] = {name: tuple(known) for name, known in json.loads(str(values["outputs"])).items()}
    return Entry(**values)  # type: ignore[arg-type]


def storable(text: str) -> str:
    """``text`` as the ledger keeps it: a file name may hold bytes that are no UTF-8, which SQLite refuses."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
