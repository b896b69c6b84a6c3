"""Files of one picture, decoded by Pillow: JPEG, PNG, WebP, BMP, GIF, PNM, HEIC. TIFF has pages: see `tiff`.

JPEG goes through libjpeg's reduced decoding (Pillow's draft mode): at half the size that takes about three
quarters of the time of the whole, straight to gray, without the colour ever being computed. OpenCV decodes
as fast (within 10 %), but fills up what is missing of a truncated file with gray and calls it success.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, UnidentifiedImageError

from ocr.errors import InputError, MissingExtra
from ocr.reading.pictures.document import Document, decoding
from ocr.reading.pictures.gray import from_array, from_image, upright
from ocr.reading.pictures.source import Source

ORIENTATION = 0x0112  # EXIF tag

_pillow_limit = Lock()


class Raster(Document):
    """A file that holds one picture. Of an animation, the first frame."""

    def __init__(self, source: Source, max_pixels: int) -> None:
        super().__init__(source.name, max_pixels)
        self._source = source
        self._image = open_image(source)

    def size(self, number: int) -> tuple[int, int]:
        self.check_size(number, *self._image.size)
        with decoding(self.name):
            # Pillow looks for a PNG's EXIF behind its pixels too and decodes it: the limit comes first.
            return upright_size(self._image)

    def full(self, number: int) -> NDArray[np.uint8]:
        with decoding(self.name):
            gray = upright_gray(self._image)
        self._image = open_image(self._source)  # the header alone again: the colours are not needed any more
        return gray


class Jpeg(Raster):
    """A JPEG, decoded anew at each scale that is asked for."""

    def gray(self, number: int, shrink: int) -> NDArray[np.uint8]:
        with decoding(self.name):
            image = open_image(self._source)
            width, height = image.size
            image.draft("L", (max(width // shrink, 1), max(height // shrink, 1)))
            return upright_gray(image)


class Loaded(Document):
    """A Pillow image or an array that the caller already holds."""

    def __init__(self, given: Image.Image | NDArray[Any], name: str, max_pixels: int) -> None:
        super().__init__(name, max_pixels)
        self._given = given

    def size(self, number: int) -> tuple[int, int]:
        if isinstance(self._given, Image.Image):
            self.check_size(number, *self._given.size)
            with decoding(self.name):
                return upright_size(self._given)
        height, width = self._given.shape[:2] if self._given.ndim >= 2 else (0, 0)
        self.check_size(number, width, height)
        return width, height

    def full(self, number: int) -> NDArray[np.uint8]:
        if isinstance(self._given, Image.Image):
            with decoding(self.name):
                return upright_gray(self._given)
        try:
            return from_array(self._given)
        except ValueError as error:
            raise InputError(f"{self.name}: {error}") from error


def open_image(source: Source) -> Image.Image:
    """Read the header with the one plugin that the content asks for; MissingExtra if it is not installed."""
    with decoding(source.name), unlimited():
        source.stream.seek(0)
        if source.kind == "HEIF":
            return _open_heif(source)
        try:
            return Image.open(source.stream, formats=[source.kind])
        except UnidentifiedImageError as error:
            reason = f"{source.kind} without a valid header"
            raise InputError(f"{source.name}: is damaged or cut off ({reason})") from error


def _open_heif(source: Source) -> Image.Image:
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise MissingExtra(f"{source.name}: reading HEIC", "heic") from error
    return HeifImageFile(source.stream)


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Width and height once the EXIF orientation is applied."""
    width, height = image.size
    return (height, width) if 5 <= _orientation(image) <= 8 else (width, height)


def upright_gray(image: Image.Image) -> NDArray[np.uint8]:
    """Decode an image and bring it to gray, its EXIF orientation applied."""
    image.load()
    orientation = _orientation(image)
    if image.format == "JPEG" and image.mode == "CMYK" and "adobe" not in image.info:
        # Pillow takes every four-colour JPEG for one of Adobe's, which are stored inverted.
        image = ImageChops.invert(image)
    return upright(from_image(image), orientation)


def _orientation(image: Image.Image) -> int:
    value = image.getexif().get(ORIENTATION, 1)
    return value if isinstance(value, int) else 1


@contextmanager
def unlimited() -> Iterator[None]:
    """Lift Pillow's own limit (a warning at 89 megapixels, an error at 179): ours is checked right after."""
    with _pillow_limit:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit
