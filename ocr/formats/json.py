"""JSON: everything there is to know about a page, as `Page.to_dict` gives it; read back by `Page.from_dict`.

One page is one object on one line; several are a list with one page on each line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from ocr.errors import InputError
from ocr.page import Page

SUFFIX = ".json"


def write(page: Page, stream: BinaryIO) -> None:
    """Write one page as an object."""
    stream.write(_encode(page) + b"\n")


def write_all(pages: Iterable[Page], stream: BinaryIO) -> None:
    """Write pages as a list."""
    separator = b"[\n"
    for page in pages:
        stream.write(separator + _encode(page))
        stream.flush()
        separator = b",\n"
    stream.write(b"\n]\n" if separator == b",\n" else b"[]\n")


def _encode(page: Page) -> bytes:
    text = json.dumps(page.to_dict(), ensure_ascii=False, allow_nan=False)
    # A file name may hold a lone surrogate (a byte that was no UTF-8): backslashreplace turns it into
    # \udcXX, which inside a JSON string is that very character again.
    return text.encode("utf-8", "backslashreplace")


def read(stream: BinaryIO, name: str = "<stream>") -> list[Page]:
    """The pages that `write` or `write_all` wrote; InputError names ``name`` and what is wrong with it."""
    try:
        data = json.loads(stream.read())
    except ValueError as error:  # JSONDecodeError and UnicodeDecodeError
        raise InputError(f"{name}: not JSON ({error}); give what ocr-read --format json wrote") from error
    pages = []
    for entry in data if isinstance(data, list) else [data]:
        try:
            page = Page.from_dict(entry)
            _check(page)
        except KeyError as error:
            raise InputError(f"{name}: key {error} is missing; was this written by ocr-read?") from error
        except (TypeError, ValueError, AttributeError) as error:
            raise InputError(f"{name}: not a page of ocr-read ({error})") from error
        pages.append(page)
    return pages


def _check(page: Page) -> None:
    """TypeError or ValueError for values of the wrong type, which dataclasses let pass."""
    _want("width, height and number", (page.width, page.height, page.number), int)
    if page.rotation not in (0, 90, 180, 270) or isinstance(page.rotation, bool):
        raise ValueError(f"rotation {page.rotation!r} is not 0, 90, 180 or 270")
    _want("source, model and steps", (page.source, page.model, *page.steps), str)
    for line in page.lines:
        if not line.words:
            raise ValueError("a line without words")
    for word in page.words:
        if not word.letters:
            raise ValueError("a word without letters")
        _want("confidence", (word.confidence,), (int, float))
        _want("reader", (word.reader,), str)
    for letter in page.letters:
        _want("letter", (letter.text, *(text for text, _ in letter.alternatives)), str)
        _want("confidence", (letter.confidence, *(p for _, p in letter.alternatives)), (int, float))
        _want("box", letter.box, int)
        if letter.box.width < 0 or letter.box.height < 0:
            raise ValueError(f"box {tuple(letter.box)} is not (left, top, right, bottom)")


def _want(what: str, values: Iterable[Any], kind: type | tuple[type, ...]) -> None:
    for value in values:
        if not isinstance(value, kind) or isinstance(value, bool):
            raise TypeError(f"{what}: {value!r} is of the wrong type")
