"""Files of pixels, decoded by Pillow: JPEG, PNG, WebP, BMP, GIF, PNM, TIFF, HEIC.

JPEG goes through libjpeg's reduced decoding (Pillow's draft mode): at half the size that takes about three
quarters of the time of the whole, straight to gray, without the colour ever being computed. OpenCV decodes
as fast (within 10 %), but fills up what is missing of a truncated file with gray and calls it success.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, UnidentifiedImageError

from ocr.errors import InputError, MissingExtra
from ocr.reading.document import Document, decoding
from ocr.reading.gray import from_array, from_image, upright
from ocr.reading.source import Source

_ORIENTATION = 0x0112  # EXIF tag

_pillow_limit = Lock()


class Raster(Document):
    """A picture file with one page, or a TIFF with one or more. Of animations, the first frame."""

    def __init__(self, source: Source, max_pixels: int) -> None:
        super().__init__(source.name, max_pixels)
        self._source = source
        self._image = self._open()
        if source.kind == "TIFF":
            with decoding(self.name), _unlimited():
                self.count = _count_frames(self._image)

    def _open(self) -> Image.Image:
        with decoding(self.name), _unlimited():
            self._source.stream.seek(0)
            return _open(self._source)

    def _frame(self, number: int) -> Image.Image:
        if self._source.kind == "TIFF":
            with decoding(self.where(number)), _unlimited():
                self._image.seek(number - 1)
        return self._image

    def size(self, number: int) -> tuple[int, int]:
        frame = self._frame(number)
        self.check_size(number, *frame.size)
        with decoding(self.where(number)):
            return _upright_size(frame)

    def full(self, number: int) -> NDArray[np.uint8]:
        frame = self._frame(number)
        with decoding(self.where(number)):
            frame.load()
            gray = upright(from_image(frame), _orientation(frame))
        if self.count == 1:
            self._image = self._open()  # the header alone again: the decoded colours are not needed any more
        return gray


class Jpeg(Raster):
    """A JPEG, decoded anew at each scale that is asked for."""

    def gray(self, number: int, shrink: int) -> NDArray[np.uint8]:
        with decoding(self.name):
            image = self._open()
            width, height = image.size
            image.draft("L", (max(width // shrink, 1), max(height // shrink, 1)))
            image.load()
            # Pillow takes every four-colour JPEG for one of Adobe's, which are stored inverted.
            inverted = image.mode == "CMYK" and "adobe" not in image.info
            gray = from_image(ImageChops.invert(image) if inverted else image)
            return upright(gray, _orientation(image))


class Loaded(Document):
    """A Pillow image or an array that the caller already holds."""

    def __init__(self, given: Image.Image | NDArray[np.uint8], name: str, max_pixels: int) -> None:
        super().__init__(name, max_pixels)
        self._given = given

    def size(self, number: int) -> tuple[int, int]:
        if isinstance(self._given, Image.Image):
            self.check_size(number, *self._given.size)
            with decoding(self.name):
                return _upright_size(self._given)
        height, width = self._given.shape[:2] if self._given.ndim >= 2 else (0, 0)
        self.check_size(number, width, height)
        return width, height

    def full(self, number: int) -> NDArray[np.uint8]:
        if isinstance(self._given, Image.Image):
            with decoding(self.name):
                return upright(from_image(self._given), _orientation(self._given))
        try:
            return from_array(self._given)
        except ValueError as error:
            raise InputError(f"{self.name}: {error}") from error


def _open(source: Source) -> Image.Image:
    """Read the header with the one plugin that the content asks for."""
    if source.kind == "HEIF":
        return _open_heif(source.name, source.stream)
    try:
        return Image.open(source.stream, formats=[source.kind])
    except UnidentifiedImageError as error:
        raise InputError(f"{source.name}: is damaged or cut off (no whole {source.kind} header)") from error


def _open_heif(name: str, stream: BinaryIO) -> Image.Image:
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise MissingExtra(f"{name}: reading HEIC", "heic") from error
    return HeifImageFile(stream)


def _count_frames(image: Image.Image) -> int:
    """Pages of a TIFF. Where the chain of pages breaks, the broken one counts too, to be complained about."""
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # whatever a damaged header leads to: see `decoding`
        count = 1
        while _has_frame(image, count):
            count += 1
        return count + 1


def _has_frame(image: Image.Image, index: int) -> bool:
    try:
        image.seek(index)
    except Exception:  # as above
        return False
    return True


def _orientation(image: Image.Image) -> int:
    return int(image.getexif().get(_ORIENTATION, 1))


def _upright_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if 5 <= _orientation(image) <= 8 else (width, height)


@contextmanager
def _unlimited() -> Iterator[None]:
    """Lift Pillow's own limit (a warning at 89 megapixels, an error at 179): ours is checked right after."""
    with _pillow_limit:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit
