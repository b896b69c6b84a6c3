"""One run at a time on a folder of results.

The lock belongs to the open file: the system frees it however the process ends, and a file that is left
behind locks nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ocr.errors import OutputError

_NAME = ".ocr-batch.lock"


@contextmanager
def locked(folder: Path, wait: bool = False) -> Iterator[None]:
    """Hold the lock of ``folder``, made if need be.

    wait: until the other run has ended, instead of OutputError at once. OutputError also when the folder
    cannot be written to.
    """
    path = folder / _NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+", encoding="ascii")
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{folder}: cannot be written to: {reason}; choose another -o") from error
    with stream:
        while not _take(stream):
            if not wait:
                stream.seek(0)
                holder = stream.read().strip() or "unknown"
                raise OutputError(
                    f"{folder}: another ocr-batch (process {holder}) is writing there; let it "
                    "finish (--wait waits for it), or choose another -o"
                )
            time.sleep(0.2)
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        yield
        stream.truncate(0)


def _take(stream: TextIO) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
