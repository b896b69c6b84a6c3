from __future__ import annotations

import subprocess
import sys
from io import BytesIO

import pytest

from ocr.errors import OcrError
from ocr.formats import FORMATS, load, write_document
from tests.formats.pages import EMPTY, NASTY, PLAIN


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "pdf"])
@pytest.mark.parametrize("page", [PLAIN, NASTY, EMPTY], ids=["plain", "nasty", "empty"])
def test_the_same_page_gives_the_same_utf8(name: str, page: object) -> None:
    first, second = BytesIO(), BytesIO()
    write_document(name, [page], first)  # type: ignore[list-item]
    write_document(name, [page], second)  # type: ignore[list-item]
    assert first.getvalue() == second.getvalue()
    assert not set(first.getvalue().decode("utf-8")) & set("\x00\x1b")


def test_an_unknown_format_gets_a_hint() -> None:
    with pytest.raises(OcrError, match=r"'alot': did you mean 'alto'\?"):
        load("alot")


def test_the_registry_imports_no_format() -> None:
    code = "import ocr.formats, sys; print([m for m in sys.modules if m.startswith('ocr.formats.')])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
