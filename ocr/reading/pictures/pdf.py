"""Pages of a PDF, drawn by PDFium at a chosen resolution. Imported only when there is a PDF to read.

A page that holds nothing but pictures is drawn no finer than the finest of them: apps that make PDFs of
photographs often give each pixel a whole point, and such a page would be 90 megapixels at 200 dpi.
"""

from __future__ import annotations

from ctypes import byref, c_float, c_uint
from math import ceil
from threading import Lock
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from ocr.errors import PictureEncrypted
from ocr.reading.pictures.document import Document, decoding
from ocr.reading.pictures.source import Source

_POINTS_PER_INCH = 72

_LOCKED = (pdfium.raw.FPDF_ERR_PASSWORD, pdfium.raw.FPDF_ERR_SECURITY)

_pdfium = Lock()  # PDFium is not safe for threads


class Pdf(Document):
    """A PDF document; its pages are drawn with their annotations and filled form fields."""

    remedy = " or draw it smaller with --dpi"

    def __init__(self, source: Source, dpi: float, max_pixels: int) -> None:
        super().__init__(source.name, max_pixels)
        self._scale = dpi / _POINTS_PER_INCH
        self._source = source  # holds the stream open
        with decoding(source.name), _pdfium:
            try:
                self._pdf = pdfium.PdfDocument(source.stream)
            except pdfium.PdfiumError as error:
                if pdfium.raw.FPDF_GetLastError() in _LOCKED:
                    raise PictureEncrypted(
                        f"{source.name}: needs a password; save a copy without one, "
                        "as in: qpdf --decrypt --password=... in.pdf out.pdf"
                    ) from error
                raise
            self._pdf.init_forms()
            self.count = len(self._pdf)

    def size(self, number: int) -> tuple[int, int]:
        with decoding(self.where(number)):
            with _pdfium:
                page = self._pdf[number - 1]
                width, height = page.get_size()
                scale = self._scale_of(page)
            size = ceil(width * scale), ceil(height * scale)
            self.check_size(number, *size)
            return size

    def full(self, number: int) -> NDArray[np.uint8]:
        with decoding(self.where(number)), _pdfium:
            page = self._pdf[number - 1]
            gray = page.render(scale=self._scale_of(page), grayscale=True).to_numpy()
            return np.array(gray.reshape(gray.shape[:2]))  # a copy: the bitmap is PDFium's

    def _scale_of(self, page: Any) -> float:
        # A page of 2270.00001 pixels is one of 2270: sizes in points are rounded, pixels are rounded up.
        return min(self._scale, _finest(page)) * (1 - 1e-6)


def _finest(page: Any) -> float:
    """Pixels per point of the finest picture on a page of pictures alone; without end on any other page."""
    count = pdfium.raw.FPDFPage_CountObjects(page)
    objects = [pdfium.raw.FPDFPage_GetObject(page, index) for index in range(count)]
    pictures = [pdfium.raw.FPDFPageObj_GetType(item) == pdfium.raw.FPDF_PAGEOBJ_IMAGE for item in objects]
    if not objects or not all(pictures) or pdfium.raw.FPDFPage_GetAnnotCount(page):
        return float("inf")
    return max(_pixels_per_point(item) for item in objects)


def _pixels_per_point(picture: Any) -> float:
    pixels = c_uint(), c_uint()
    left, bottom, right, top = (c_float() for _ in range(4))
    measured = pdfium.raw.FPDFImageObj_GetImagePixelSize(picture, *map(byref, pixels))
    placed = pdfium.raw.FPDFPageObj_GetBounds(picture, byref(left), byref(bottom), byref(right), byref(top))
    # Bounds are those of the page before it is turned, so a picture on its side swaps them: compare areas.
    area = (right.value - left.value) * (top.value - bottom.value)
    if not measured or not placed or area <= 0:
        return float("inf")
    return float((pixels[0].value * pixels[1].value / area) ** 0.5)
