r"""Page -> bytes for people and other programs; one module a format, imported when it is asked for.

Every module of a format has

    SUFFIX                      of the files it writes, such as ``.txt``
    write(page, stream)         one page as one document
    write_all(pages, stream)    any number of pages as one document

where ``stream`` takes bytes and text is UTF-8 with ``\n`` whatever the machine. The same pages give the same
bytes everywhere: no format writes a date or anything else of the moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from typing import Any, BinaryIO, Protocol, cast

from ocr.errors import MissingExtra, OcrError
from ocr.page import Page

FORMATS = {
    "text": "plain text, one line for each line of writing",
    "json": "everything known: boxes, confidences, alternatives",
    "tsv": "Tesseract's table of pages, lines and words",
    "csv": "one row for each letter",
    "hocr": "hOCR 1.2, HTML with boxes",
    "alto": "ALTO 4.4, the format of libraries",
    "pagexml": "PAGE XML 2019-07-15",
    "review": "the doubtful words, most doubtful first",
    "pdf": "the picture with a searchable text layer",
}
ONE_PAGE_A_FILE = frozenset({"pagexml"})  # write_all takes one page only
NEED_PICTURE = frozenset({"pdf"})  # open the page's source again; take it from ``picture=`` if given


class Format(Protocol):
    """What the module of a format offers."""

    SUFFIX: str

    def write(self, page: Page, stream: BinaryIO, **options: Any) -> None: ...

    def write_all(self, pages: Iterable[Page], stream: BinaryIO, **options: Any) -> None: ...


def load(name: str) -> Format:
    """The module of a format; OcrError with the nearest name for one that is not in `FORMATS`."""
    if name not in FORMATS:
        near = get_close_matches(name, FORMATS, 1)
        hint = f"did you mean {near[0]!r}?" if near else "choose from " + ", ".join(FORMATS)
        raise OcrError(f"unknown format {name!r}: {hint}")
    return cast(Format, import_module(f"ocr.formats.{name}"))


def check(name: str) -> None:
    """Do nothing if the format ``name`` can be written here; OcrError if it is unknown, MissingExtra else."""
    load(name)
    if name in NEED_PICTURE and find_spec("pikepdf") is None:
        raise MissingExtra(f"the format {name}", name)


def write_document(name: str, pages: Sequence[Page], stream: BinaryIO, picture: object = None) -> None:
    """Write ``pages`` as one document in the format ``name``.

    picture: path or seekable stream of the source picture, used by the formats in `NEED_PICTURE` only;
    None for the ``source`` of each page.

    InputError, OutputError or SettingError when the format cannot hold these pages, MissingExtra when its
    library is not installed.
    """
    module = load(name)
    options = {"picture": picture} if name in NEED_PICTURE else {}
    if len(pages) == 1:
        module.write(pages[0], stream, **options)
    else:
        module.write_all(pages, stream, **options)
