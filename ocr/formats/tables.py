"""A text stream for the csv module over a stream of bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import BinaryIO


@contextmanager
def text_over(stream: BinaryIO) -> Iterator[TextIOWrapper]:
    """UTF-8 text that goes to ``stream``; the stream stays open."""
    text = TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    try:
        yield text
    finally:
        text.detach()
