"""What the caller names -> an open, seekable stream and the format its first bytes announce.

The format is told from the content, never from the name: a PNG called ``.jpg`` is read as the PNG it is,
and only the one decoder that the content asks for ever sees it.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from pathlib import Path
from typing import BinaryIO

from ocr.errors import InputError

READABLE = "JPEG, PNG, WebP, BMP, GIF, PNM, TIFF, PDF or HEIC"

_HEAD = 1024  # a PDF may have its signature anywhere in the first kilobyte
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PNM = tuple(b"P%d%c" % (digit, space) for digit in range(1, 7) for space in b" \t\r\n")
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


class Source:
    """A named, seekable binary stream and the ``kind`` of picture in it (Pillow's name, ``HEIF`` or ``PDF``).

    The stream is closed with the last page that holds on to its source.
    """

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self.name = name
        self.stream = stream
        head = self._head()
        self.kind = _kind(head)
        if not self.kind:
            raise InputError(f"{name}: {_complaint(head)}")
        if not stream.seekable():
            self.stream = io.BytesIO(head + stream.read())
            stream.close()

    def _head(self) -> bytes:
        try:
            head = self.stream.read(_HEAD)
        except OSError as error:  # a folder, on some systems; a disk that fails
            self.stream.close()
            raise InputError(f"{self.name}: cannot be read: {error.strerror or error}") from error
        if self.stream.seekable():
            self.stream.seek(0)
        return head

    def __del__(self) -> None:
        self.stream.close()


def open_source(given: str | os.PathLike[str] | bytes | BinaryIO) -> Source:
    """Open a path, ``-`` for standard input, the bytes of a file, or a binary stream (read to its end).

    Raises InputError for what cannot be opened and for what is not a picture.
    """
    if isinstance(given, (bytes, bytearray, memoryview)):
        return Source("<bytes>", io.BytesIO(given))
    if isinstance(given, str) and given == "-":
        return _standard_input()
    if isinstance(given, (str, os.PathLike)):
        return Source(display_name(given), _open_path(Path(given)))
    if not hasattr(given, "read"):
        raise TypeError(f"a picture cannot be read from {type(given).__name__}")
    name = getattr(given, "name", None)
    return Source(display_name(name) if isinstance(name, str) else "<stream>", io.BytesIO(given.read()))


def display_name(path: str | os.PathLike[str]) -> str:
    """The path on one line of valid Unicode, whatever bytes the file system has in it."""
    name = os.fspath(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return name if name.isprintable() else name.encode("unicode_escape").decode("ascii")


def _standard_input() -> Source:
    if sys.stdin.isatty():
        raise InputError("standard input is a terminal; pipe a picture into it: ocr-read - < photo.jpg")
    return Source("standard input", io.BytesIO(_whole(sys.stdin.buffer)))


def _whole(stream: BinaryIO) -> bytes:
    """All of the stream, unless its beginning already shows that it is no picture (an endless device)."""
    head = stream.read(_HEAD)
    return head + stream.read() if _kind(head) else head


def _open_path(path: Path) -> BinaryIO:
    name = display_name(path)
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise InputError(f"{name}: no such file") from error
    except IsADirectoryError as error:
        pictures = f"{name.rstrip('/')}/*.jpg"
        raise InputError(f"{name}: is a folder; name the pictures in it, as in {pictures}") from error
    except PermissionError as error:
        raise InputError(f"{name}: no permission to read it") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise InputError(f"{name}: cannot be opened: {getattr(error, 'strerror', None) or error}") from error


def _kind(head: bytes) -> str:
    """The format that the first bytes announce, empty when they announce none."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(_TIFF):
        return "TIFF"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF:
        return "HEIF"
    if head.startswith(b"BM"):
        return "BMP"
    if head.startswith(_PNM):
        return "PPM"
    return "PDF" if b"%PDF-" in head else ""


def _complaint(head: bytes) -> str:
    """Why a file that starts with ``head`` is not a picture."""
    if not head:
        return "is empty (0 bytes)"
    if _is_text(head):
        return f"is text, not a picture; {READABLE} can be read"
    return f"is not a picture that can be read; {READABLE} can"


def _is_text(head: bytes) -> bool:
    try:
        # Incremental: the end of the head may cut a character in half.
        return "\0" not in codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
