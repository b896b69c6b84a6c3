"""Where every command starts, and what Ctrl-C does from then on: one line, and exit code 130, at any moment.

``ocr-read = ocr.commands._start:read`` (setup.cfg) runs ``ocr.commands.read.main``. This file imports nothing
that takes time: until Ctrl-C is seen to, Python would answer it with a traceback.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from threading import Timer, current_thread, main_thread
from types import FrameType
from typing import NoReturn

_AGAIN = 0.05  # seconds


def __getattr__(name: str) -> Callable[[], NoReturn]:
    if name.startswith("_"):
        raise AttributeError(name)
    return partial(_start, name)


def _start(name: str) -> NoReturn:
    """Run the command of a module beside this one on the arguments of the process."""
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # a shell may have it ignored
    if ours:
        signal.signal(signal.SIGINT, _leave)
    try:
        sys.exit(import_module(f"ocr.commands.{name}").main())
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done, and Python takes a while to end


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt inside. After that the work is done, and there is nothing to stop."""
    before = signal.getsignal(signal.SIGINT)
    if current_thread() is not main_thread() or before not in (_leave, signal.default_int_handler):
        yield
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN if before is _leave else before)


def _leave(number: int, frame: FrameType | None) -> None:
    """End the process, which has opened nothing yet."""
    sys.stderr.write(f"{os.path.basename(sys.argv[0])}: interrupted\n")  # noqa: PTH119, pathlib takes time
    sys.stderr.flush()
    os._exit(130)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """KeyboardInterrupt, but after an import: in its midst, libraries written in C make other errors of it."""
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            again = Timer(_AGAIN, _send, [number])
            again.daemon = True
            again.start()
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def _send(number: int) -> None:
    """The signal once more, to the main thread, so that it wakes."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main_thread().ident or 0, number)
    else:
        signal.raise_signal(number)
