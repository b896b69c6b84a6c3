"""What every file of pictures can do, whatever its format: count its pages, measure them, give their gray."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray

from ocr.errors import InputError, OcrError, PictureTooLarge
from ocr.reading.pictures.gray import reduced


class Document(ABC):
    """An open file of pictures. Page numbers count from 1. Not for several threads at once.

    ``name`` names the file in messages, ``count`` is the number of its pages, ``remedy`` tells what else than
    a higher limit helps against a page that is too large.
    """

    count = 1
    remedy = ""

    def __init__(self, name: str, max_pixels: int) -> None:
        self.name = name
        self.max_pixels = max_pixels
        self._last: tuple[int, NDArray[np.uint8]] | None = None

    @abstractmethod
    def size(self, number: int) -> tuple[int, int]:
        """Width and height of the upright page in pixels, told without decoding it."""

    @abstractmethod
    def full(self, number: int) -> NDArray[np.uint8]:
        """The upright page at full resolution, (height, width) uint8."""

    def gray(self, number: int, shrink: int) -> NDArray[np.uint8]:
        """The upright page reduced by ``shrink``. The page decoded last is kept for the next question."""
        if self._last is None or self._last[0] != number:
            self._last = None
            self._last = number, self.full(number)
        return reduced(self._last[1], shrink)

    def where(self, number: int) -> str:
        """The file, and the page where it has several, for messages."""
        return f"{self.name}, page {number}" if self.count > 1 else self.name

    def check_size(self, number: int, width: int, height: int) -> None:
        """Raise PictureTooLarge for a page beyond the limit, InputError for one without pixels."""
        if width < 1 or height < 1:
            raise InputError(f"{self.where(number)}: has no pixels ({width} x {height})")
        if width * height > self.max_pixels:
            size, limit = width * height / 1e6, self.max_pixels / 1e6
            raise PictureTooLarge(
                f"{self.where(number)}: {width} x {height} pixels are {size:,.0f} megapixels, over the limit "
                f"of {limit:,.6g}; allow more with --max-pixels{self.remedy}"
            )


@contextmanager
def decoding(where: str) -> Iterator[None]:
    """Turn whatever a decoder raises into an InputError that names the file, and keep its warnings to itself.

    Decoders meet hostile bytes with nearly any exception there is (Pillow alone: OSError, SyntaxError,
    ValueError, TypeError, IndexError, KeyError, struct.error, OverflowError ...), so none is left out.
    """
    try:
        with catch_warnings():
            simplefilter("ignore")
            yield
    except OcrError:
        raise
    except MemoryError as error:
        raise InputError(f"{where}: there is not enough memory to decode it") from error
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{where}: is damaged or cut off ({reason})") from error
