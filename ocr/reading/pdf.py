"""Pages of a PDF, drawn by PDFium at a chosen resolution. Imported only when there is a PDF to read."""

from __future__ import annotations

from math import ceil
from threading import Lock

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from ocr.errors import PictureEncrypted
from ocr.reading.document import Document, decoding
from ocr.reading.source import Source

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
                    raise PictureEncrypted(f"{source.name}: needs a password; save a copy without one, "
                                           "as in: qpdf --decrypt --password=... in.pdf out.pdf") from error
                raise
            self._pdf.init_forms()
            self.count = len(self._pdf)

    def size(self, number: int) -> tuple[int, int]:
        with decoding(self.where(number)):
            with _pdfium:
                width, height = self._pdf[number - 1].get_size()
            size = ceil(width * self._scale), ceil(height * self._scale)
            self.check_size(number, *size)
            return size

    def full(self, number: int) -> NDArray[np.uint8]:
        with decoding(self.where(number)), _pdfium:
            page = self._pdf[number - 1]
            gray = page.render(scale=self._scale, grayscale=True).to_numpy()
            return np.ascontiguousarray(gray).reshape(gray.shape[:2]).copy()
