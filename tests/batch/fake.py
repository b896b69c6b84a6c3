"""A reader that needs no model: it reads text files, and does as they tell it.

anything        the words of the file, a page for each form feed
crash           the process kills itself (SIGKILL)
crash N         the same, but only the first N times
sleep S         takes S seconds
eat N           takes N megabytes for a while
bad             InputError
mistake         an exception that nobody expects
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ocr.errors import InputError, ModelError
from ocr.page import Box, Letter, Line, Page, Word


class FakeReader:
    def __init__(self, model: str = "fake", seconds: float = 0.0, **_: Any) -> None:
        self._seconds = float(seconds)

    def pages(self, source: Path | bytes) -> Iterator[Page]:
        text = (source if isinstance(source, bytes) else source.read_bytes()).decode()
        name = "<bytes>" if isinstance(source, bytes) else str(source)
        time.sleep(self._seconds)
        for number, part in enumerate(text.split("\f"), 1):
            order, _, value = part.strip().partition(" ")
            if order == "crash":
                self._crash(name, int(value or 1_000_000))
            elif order == "sleep":
                time.sleep(float(value))
            elif order == "eat":
                held = bytearray(os.urandom(1 << 20) * int(value))
                time.sleep(3)
                del held
            elif order == "bad":
                raise InputError(f"{name}: is bad")
            elif order == "mistake":
                raise ZeroDivisionError("nobody expects this")
            yield page_of(part, number)

    def _crash(self, name: str, times: int) -> None:
        count = Path(name + ".crashes")
        before = len(count.read_text()) if count.exists() else 0
        if before < times:
            with count.open("a") as stream:
                stream.write("x")
            os.kill(os.getpid(), signal.SIGKILL)

    @staticmethod
    def models(model: str = "fake", **_: Any) -> str:
        if model == "missing":
            raise ModelError("no model is called 'missing'")
        return f"checksum of {model}"


class BrokenReader(FakeReader):
    """Cannot be started."""

    def __init__(self, **_: Any) -> None:
        raise ModelError("the model is broken")


class DyingReader(FakeReader):
    """Dies when it is started."""

    def __init__(self, **_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def page_of(text: str, number: int) -> Page:
    lines = []
    for row, line in enumerate(text.splitlines()):
        words, left = [], 0
        for word in line.split():
            letters = []
            for character in word:
                letters.append(Letter(character, Box(left, 20 * row, left + 8, 20 * row + 12), 0.75))
                left += 10
            words.append(Word(tuple(letters), 0.5 if word.islower() else 0.9))
            left += 10
        if words:
            lines.append(Line(tuple(words)))
    return Page(tuple(lines), 1000, 1000, number=number, model="fake")
