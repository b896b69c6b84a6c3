"""Pixels of any kind -> gray, upright, reduced. Gray is (H, W) uint8, 0 = black, 255 = white."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

# EXIF orientation -> how OpenCV turns or mirrors; 5 and 7 are transposed first.
_TURNS = {3: cv2.ROTATE_180, 6: cv2.ROTATE_90_CLOCKWISE, 7: cv2.ROTATE_180, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}
_FLIPS = {2: 1, 4: 0}


def from_image(image: Image) -> NDArray[np.uint8]:
    """A loaded Pillow image of any mode -> (H, W) uint8 gray, what is transparent being white paper.

    Colours become luma (ITU-R 601), which is what a JPEG stores and the decoder therefore gives for nothing.
    """
    if image.mode.startswith("I;16"):
        return from_words(np.asarray(image).astype(np.uint16, copy=False))
    if image.mode in ("I", "F"):
        return from_numbers(np.asarray(image))
    if image.has_transparency_data:
        return _on_white(np.asarray(image.convert("RGBA").convert("LA")))
    if image.mode in ("LAB", "YCbCr"):
        return np.asarray(image.getchannel(0))
    if image.mode == "HSV":
        image = image.convert("RGB")
    return np.asarray(image if image.mode == "L" else image.convert("L"))


def from_array(array: NDArray[Any]) -> NDArray[np.uint8]:
    """An array -> (H, W) uint8 gray.

    array: (H, W) or (H, W, 1) of bool, uint8, uint16 or any other number, or (H, W, 3 or 4) uint8, R G B (A).
    Raises ValueError for another shape or type.
    """
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim == 2 and array.size:
        if array.dtype == np.uint8:
            return np.ascontiguousarray(array)
        if array.dtype == np.uint16:
            return from_words(array)
        if array.dtype.kind in "biuf":
            return from_numbers(array)
    if array.ndim == 3 and array.size and array.shape[2] in (3, 4) and array.dtype == np.uint8:
        luma = cv2.cvtColor(np.ascontiguousarray(array[:, :, :3]), cv2.COLOR_RGB2GRAY)
        return _uint8(luma) if array.shape[2] == 3 else _on_white(np.dstack([luma, array[:, :, 3]]))
    raise ValueError(
        f"an array {array.shape} of {array.dtype} is not a picture; give (H, W), or (H, W, 3 or 4) of uint8"
    )


def from_words(words: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """(H, W) uint16 -> gray. Some scanners store 10 or 12 bits in 16: their high byte would be all black."""
    bits = int(words.max()).bit_length()
    shift = 8 if bits > 12 else max(bits - 8, 0)
    return (words >> shift).astype(np.uint8)


def from_numbers(values: NDArray[Any]) -> NDArray[np.uint8]:
    """(H, W) of any number -> gray.

    0..1, 0..255 and 0..65535 are taken for black to white, any other range is stretched from its least
    to its greatest number. Numbers that are not finite become white.
    """
    floats = values.astype(np.float32)
    finite = np.isfinite(floats)
    if not finite.all():
        floats[~finite] = floats[finite].max(initial=0)
    low, high = float(floats.min()), float(floats.max())
    if low >= 0 and high <= 65535:
        low, high = 0.0, 1.0 if high <= 1 else 255.0 if high <= 255 else 65535.0
    floats -= low
    floats *= 255 / max(high - low, 1e-30)
    gray = np.rint(floats).astype(np.uint8)
    if not finite.all():
        gray[~finite] = 255
    return gray


def _on_white(gray_alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 2) gray and alpha -> gray on white paper."""
    gray, alpha = cv2.split(gray_alpha)
    return _uint8(cv2.bitwise_not(cv2.multiply(cv2.bitwise_not(gray), alpha, scale=1 / 255)))


def upright(gray: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turn and mirror pixels as their EXIF orientation (1 to 8; anything else is 1) asks for."""
    if orientation in (5, 7):
        gray = _uint8(cv2.transpose(gray))
    if orientation in _TURNS:
        return _uint8(cv2.rotate(gray, _TURNS[orientation]))
    if orientation in _FLIPS:
        return _uint8(cv2.flip(gray, _FLIPS[orientation]))
    return gray


def reduced(gray: NDArray[np.uint8], shrink: int) -> NDArray[np.uint8]:
    """Average squares of ``shrink`` x ``shrink`` pixels: (H, W) -> (ceil(H / shrink), ceil(W / shrink)).

    The last row and column are repeated to fill the last squares, as libjpeg does, so that every
    pixel of the result stands for exactly ``shrink`` source pixels.
    """
    if shrink == 1:
        return gray
    height, width = gray.shape
    rows, columns = -(-height // shrink), -(-width // shrink)
    below, right = rows * shrink - height, columns * shrink - width
    if below or right:
        gray = _uint8(cv2.copyMakeBorder(gray, 0, below, 0, right, cv2.BORDER_REPLICATE))
    return _uint8(cv2.resize(gray, (columns, rows), interpolation=cv2.INTER_AREA))


def _uint8(array: Any) -> NDArray[np.uint8]:
    """What OpenCV returns, by the type it has (its stubs say less); nothing is copied."""
    return np.asarray(array, np.uint8)
