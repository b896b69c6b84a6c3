"""PDF: the picture as it was, with invisible text exactly over the writing, to select, copy and search.

A JPEG goes in byte for byte and the pages of a PDF stay what they are: only the text layer is added. A page that
stood on its side or its head is shown upright, by a number beside it that viewers heed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from ocr.errors import InputError, MissingExtra, OutputError
from ocr.formats.pdf_picture import Picture, add_picture_page
from ocr.formats.pdf_text import TextLayer
from ocr.page import Page

SUFFIX = ".pdf"
Source = str | Path | BinaryIO


def write(page: Page, stream: BinaryIO, *, picture: Source | None = None) -> None:
    """Write one page, see `write_all`."""
    write_all([page], stream, picture=picture)


def write_all(pages: Iterable[Page], stream: BinaryIO, *, picture: Source | None = None) -> None:
    """Write ``pages`` as one PDF with a page for each.

    picture: the file that the pages were read from, or a seekable stream of its bytes; default is the
    ``source`` of each page.

    InputError when a picture cannot be opened, OutputError when a page names none, MissingExtra without
    the package pikepdf.
    """
    try:
        import pikepdf
    except ImportError as error:
        raise MissingExtra("the format pdf", "pdf") from error

    with ExitStack() as opened:
        result = opened.enter_context(pikepdf.new())
        layer = TextLayer(result)
        for page, source in _opened(pages, picture, opened):
            if isinstance(source, Picture):
                where, matrix = add_picture_page(result, source, page)
            else:
                where, matrix = _copied_page(result, source, page)
            layer.add(where, page, matrix)
            if page.rotation:
                shown = int(where.obj.get("/Rotate", 0))  # clockwise
                where.obj["/Rotate"] = (shown + page.rotation) % 360
        layer.finish()
        # The same pages give the same bytes: no date, and an ID made from the content.
        result.save(stream, deterministic_id=True)


def _opened(pages: Iterable[Page], picture: Source | None, opened: ExitStack) -> Iterator[tuple[Page, Any]]:
    """Each page with its `Picture` or the PDF it is in; a file is opened once for all its pages in a row."""
    last: Source | None = None
    source: Any = None
    for page in pages:
        wanted = picture or page.source
        if not wanted or wanted == "-":
            raise OutputError(
                "a PDF holds the picture, and this page does not say where it is: "
                "name it (ocr-convert --picture FILE)"
            )
        if wanted is not last:
            source, last = _open(wanted, opened), wanted
        yield page, source


def _open(source: Source, opened: ExitStack) -> Any:
    import pikepdf

    name = source if isinstance(source, (str, Path)) else getattr(source, "name", "<stream>")
    try:
        if isinstance(source, (str, Path)):
            file: BinaryIO = opened.enter_context(Path(source).open("rb"))  # noqa: SIM115 - closed by the stack
        else:
            file = source
        start = file.read(1024)
        file.seek(0)
        if b"%PDF-" in start:
            return opened.enter_context(pikepdf.open(file))
        return opened.enter_context(Picture(file, str(name)))
    except FileNotFoundError as error:
        raise InputError(f"{name}: the picture is not there any more; a PDF needs it") from error
    except (OSError, pikepdf.PdfError) as error:
        raise InputError(f"{name}: the picture cannot be put in a PDF ({error})") from error


def _copied_page(result: Any, source: Any, page: Page) -> tuple[Any, tuple[float, ...]]:
    """Append page ``page.number`` of the PDF ``source``; returns it and the matrix from pixels to points."""
    if not 1 <= page.number <= len(source.pages):
        raise InputError(f"{page.source}: has {len(source.pages)} pages, number {page.number} was read")
    result.pages.append(source.pages[page.number - 1])
    copied = result.pages[-1]
    left, bottom, right, top = (float(value) for value in copied.cropbox)
    turn = int(copied.obj.get("/Rotate", 0)) % 360  # clockwise, when shown
    # Keep what is drawn there from leaking its state into the text layer.
    copied.contents_add(b"q\n", prepend=True)
    copied.contents_add(b"\nQ\n")
    across, down = (right - left, top - bottom) if turn % 180 == 0 else (top - bottom, right - left)
    x, y = across / page.width, down / page.height
    return copied, {
        0: (x, 0, 0, -y, left, top),
        90: (0, x, y, 0, left, bottom),
        180: (-x, 0, 0, y, right, bottom),
        270: (0, -x, -y, 0, right, top),
    }[turn]
