"""TIFF: a chain of pages in one file, decoded by Pillow and libtiff."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL.TiffImagePlugin import IMAGELENGTH, IMAGEWIDTH, TiffImageFile

from ocr.reading.pictures.document import Document, decoding
from ocr.reading.pictures.raster import ORIENTATION, open_image, unlimited, upright_gray
from ocr.reading.pictures.source import Source


class Tiff(Document):
    """A TIFF of one or more pages; its chain of headers is walked once and kept."""

    def __init__(self, source: Source, max_pixels: int) -> None:
        super().__init__(source.name, max_pixels)
        self._source = source  # holds the stream open
        with _quiet_libtiff():
            self._image = cast(TiffImageFile, open_image(source))
            with decoding(self.name), unlimited():
                self.count = _count(self._image)

    def size(self, number: int) -> tuple[int, int]:
        self._turn_to(number)
        self.check_size(number, *self._image.size)
        with decoding(self.where(number)):
            # Pillow turns a TIFF upright by itself; the size before that depends on Pillow's version.
            tags = self._image.tag_v2
            width, height = int(tags[IMAGEWIDTH]), int(tags[IMAGELENGTH])
            return (height, width) if tags.get(ORIENTATION, 1) in (5, 6, 7, 8) else (width, height)

    def full(self, number: int) -> NDArray[np.uint8]:
        self._turn_to(number)
        with decoding(self.where(number)), _quiet_libtiff():
            return upright_gray(self._image)

    def _turn_to(self, number: int) -> None:
        with decoding(self.where(number)), unlimited():
            self._image.seek(number - 1)


def _count(image: TiffImageFile) -> int:
    """The number of pages. Where the chain breaks, the broken page counts too, to be complained about."""
    try:
        return image.n_frames
    except Exception:  # whatever a damaged header leads to: see `decoding`
        count = 1
        while _has_frame(image, count):
            count += 1
        return count + 1


def _has_frame(image: TiffImageFile, index: int) -> bool:
    try:
        image.seek(index)
    except Exception:  # as above
        return False
    return True


@contextmanager
def _quiet_libtiff() -> Iterator[None]:
    """Send file descriptor 2 nowhere for a moment.

    libtiff writes its complaints there itself, thousands of lines for one damaged fax page, and
    Pillow offers no way to stop it. What matters of them comes back as an exception.
    """
    try:
        saved = os.dup(2)
    except OSError:  # there is no standard error to protect
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
