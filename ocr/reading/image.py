"""Where every picture comes in: path, bytes, stream, standard input, array -> upright gray pixels.

    for page in open_pictures("scan.pdf"):
        picture = page.decode(shrink=2)

Opening reads headers only. The formats are in `raster` (everything made of pixels) and `pdf`.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ocr.errors import InputError
from ocr.reading.pictures.document import Document
from ocr.reading.pictures.source import open_source

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 200_000_000
PDF_DPI = 200  # a hand-printed letter 5 mm high is 40 pixels: enough for every step that follows
SHRINKS = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The pixels of one page.

    gray:   (H, W) uint8, upright, 0 = black, 255 = white, for reading only.
    width, height: size of the upright source in pixels, at full resolution.
    shrink: source pixels for each pixel of ``gray``, in x and in y; at least 1.
    source, number: name of the file and page in it, from 1.
    """

    gray: NDArray[np.uint8]
    width: int
    height: int
    shrink: float
    source: str
    number: int


@dataclass(frozen=True, slots=True, eq=False)
class PicturePage:
    """A page that is known by its header and not yet decoded.

    ``source`` is its file as it was named, ``-`` for standard input, ``<bytes>`` or so if it has no name.
    ``width`` and ``height`` are those of the upright page in pixels, ``count`` is the number of pages in
    its file.
    """

    source: str
    number: int
    count: int
    width: int
    height: int
    _document: Document = field(repr=False)

    def decode(self, shrink: int = 1) -> Picture:
        """The pixels, each the mean of ``shrink`` x ``shrink`` source pixels, ``shrink`` being 1, 2, 4 or 8.

        Raises InputError for a page that is damaged or cut off.
        """
        if shrink not in SHRINKS:
            raise ValueError(f"shrink is {shrink}, not one of {SHRINKS}")
        gray = self._document.gray(self.number, shrink)
        return Picture(gray, self.width, self.height, float(shrink), self.source, self.number)


def open_pictures(
    source: str | os.PathLike[str] | bytes | BinaryIO | NDArray[Any] | Image,
    *,
    pages: Container[int] | None = None,
    max_pixels: int = MAX_PIXELS,
    pdf_dpi: float = PDF_DPI,
) -> Iterator[PicturePage]:
    """The pages of a picture file, one by one.

    source:     a path, ``-`` for standard input, the bytes of a file, a binary stream, a Pillow image, or an
                array (H, W) of any number or (H, W, 3 or 4) uint8 R G B (A).
    pages:      which pages to open, from 1; the others are passed over. None for all.
    max_pixels: pages with more are refused before they are decoded.
    pdf_dpi:    resolution at which the pages of a PDF are drawn, in pixels per inch.

    Raises at once what is wrong with the file: InputError, PictureEncrypted, MissingExtra. What is wrong with
    one page (InputError, PictureTooLarge) is raised by ``next()`` for that page; ``next()`` goes on after it.
    """
    document = _document(source, max_pixels, pdf_dpi)
    numbers = [number for number in range(1, document.count + 1) if pages is None or number in pages]
    if not numbers:
        has = f"has {document.count} pages" if document.count > 1 else "has one page"
        raise InputError(f"{document.name}: {has}, none of those asked for")
    # Not a generator: that would be at its end after the first page that raises.
    name = "-" if isinstance(source, str) and source == "-" else document.name
    return map(partial(_page, document, name), numbers)


def _page(document: Document, name: str, number: int) -> PicturePage:
    width, height = document.size(number)
    return PicturePage(name, number, document.count, width, height, document)


def _document(source: Any, max_pixels: int, pdf_dpi: float) -> Document:
    """Open ``source`` by its format. Decoders are imported here, when there is work for them."""
    if isinstance(source, np.ndarray):
        from ocr.reading.pictures.raster import Loaded

        return Loaded(source, "<array>", max_pixels)
    if hasattr(source, "getexif"):
        from ocr.reading.pictures.raster import Loaded

        return Loaded(source, getattr(source, "filename", "") or "<image>", max_pixels)
    opened = open_source(source)
    if opened.kind == "PDF":
        from ocr.reading.pictures.pdf import Pdf

        return Pdf(opened, pdf_dpi, max_pixels)
    if opened.kind == "TIFF":
        from ocr.reading.pictures.tiff import Tiff

        return Tiff(opened, max_pixels)
    from ocr.reading.pictures.raster import Jpeg, Raster

    return (Jpeg if opened.kind == "JPEG" else Raster)(opened, max_pixels)
