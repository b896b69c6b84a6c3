"""Results go to a temporary file beside the wanted one and take its name when they are whole."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from ocr.errors import OutputError


class Output:
    """A file that appears under its name only once everything was written; None or ``-`` is standard output.

    Made before any work starts, it fails then if it cannot be written at all. Left without an exception
    it takes its name, unless `discard` was called; with one, nothing remains. Raises OutputError.
    """

    stream: BinaryIO

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        self.path = None if path is None or os.fspath(path) == "-" else Path(path)
        self._temporary: Path | None = None
        self._discarded = False
        if self.path is None:
            self.stream = sys.stdout.buffer
            return
        try:
            self._open(self.path)
        except OSError as error:
            raise self._failure(error) from error

    def _open(self, path: Path) -> None:
        if path.exists() and not path.is_file():
            # A pipe or a device cannot be renamed over. A folder is refused by this very line.
            self.stream = path.open("wb")
            return
        self.path = path = path.resolve()  # a link stays a link to the new content
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
        self._temporary = Path(name)
        self._temporary.chmod(_mode(path))
        self.stream = os.fdopen(descriptor, "wb")

    def discard(self) -> None:
        """Leave whatever has the name as it is."""
        self._discarded = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._finish(whole=kind is None and not self._discarded)
        except BrokenPipeError:
            raise
        except OSError as failure:
            if kind is None:
                raise self._failure(failure) from failure
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            raise self._failure(error) from error

    def _finish(self, whole: bool) -> None:
        try:
            self.stream.flush()
            if whole and self._temporary:
                os.fsync(self.stream.fileno())
        finally:
            if self.path:
                self.stream.close()
            if self._temporary and not whole:
                self._temporary.unlink(missing_ok=True)
        if whole and self._temporary and self.path:
            self._temporary.replace(self.path)

    def _failure(self, error: OSError) -> OutputError:
        return OutputError(f"{self.path or 'standard output'}: cannot be written: {error.strerror or error}")


def check_writable(path: Path) -> None:
    """Raise OutputError now if a file of this name could not be written later."""
    with Output(path) as output:
        output.discard()


def _mode(path: Path) -> int:
    """The permissions of the file to be replaced, or what the umask gives to a new one."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
