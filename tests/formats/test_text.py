from __future__ import annotations

from io import BytesIO

from ocr.formats import write_document
from tests.formats.pages import EMPTY, NASTY, PLAIN


def written(name: str, *pages: object) -> bytes:
    stream = BytesIO()
    write_document(name, pages, stream)  # type: ignore[arg-type]
    return stream.getvalue()


def test_lines_and_pages() -> None:
    assert written("text", PLAIN) == b"HELLO WORLD\nGO ON 42\n"
    assert written("text", PLAIN, EMPTY, PLAIN) == b"HELLO WORLD\nGO ON 42\n\f\fHELLO WORLD\nGO ON 42\n"
    assert written("text", EMPTY) == b""


def test_a_line_stays_one_line_of_utf8() -> None:
    assert len(written("text", NASTY).decode().splitlines()) == 3
