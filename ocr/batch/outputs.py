"""Results on the disk: whole under their name, or not there at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from ocr.errors import OutputError

_TEMPORARY = ".ocr-batch.tmp"
_THREADS = 8


class Outputs:
    """The folder of results. Only one process may have it open (`ocr.batch.lock`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._temporary = folder / _TEMPORARY
        self._made: set[Path] = set()
        # The disk is waited for in threads: what is asked of it at once it can do at once.
        self._threads = ThreadPoolExecutor(_THREADS, "ocr-batch-write")

    def __enter__(self) -> Outputs:
        try:
            # What a run that was killed left behind.
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _failure(self._temporary, error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown()
        shutil.rmtree(self._temporary, ignore_errors=True)

    def write(self, documents: Sequence[tuple[str, bytes]]) -> list[tuple[str, int]]:
        """Write files below the folder, given as name and content; returns SHA-256 and size of each.

        The content is on the disk before the file has its name; a power failure leaves the old file, or the
        new one. OutputError when one of them cannot be written; others may have been.
        """
        for name, _ in documents:
            self._make_folder((self.folder / name).parent)
        return list(self._threads.map(self._write, range(len(documents)), documents))

    def _make_folder(self, folder: Path) -> None:
        try:
            if folder not in self._made:
                folder.mkdir(parents=True, exist_ok=True)
                self._made.add(folder)
        except OSError as error:
            raise _failure(folder, error) from error

    def _write(self, number: int, document: tuple[str, bytes]) -> tuple[str, int]:
        name, content = document
        path, temporary = self.folder / name, self._temporary / f"{number}"
        try:
            with temporary.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        except OSError as error:
            raise _failure(path, error) from error
        return hashlib.sha256(content).hexdigest(), len(content)

    def remove(self, names: Iterable[str]) -> None:
        """Remove results that no longer belong to anything."""
        for name in names:
            try:
                (self.folder / name).unlink(missing_ok=True)
            except OSError as error:
                raise _failure(self.folder / name, error) from error

    def has(self, name: str, size: int) -> bool:
        """Whether the file is there with the size that was written."""
        try:
            return (self.folder / name).stat().st_size == size
        except OSError:
            return False


def _failure(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path}: cannot be written: {error.strerror or error}; what is finished is kept, "
        "the same command goes on from there"
    )
