"""A whole page cleaned: every letter drawn again from its cleaned crop, in its place, on white paper."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.crops import LETTER, SIZE, normalise
from ocr.reading.denoise import CropCleaner
from ocr.reading.image import Picture
from ocr.reading.ink import Ink, find_ink
from ocr.reading.letters import Letters, find_letters
from ocr.reading.segmentation.survey import apply

_LARGEST = 2.2  # letter heights: what is larger is joined writing, too fine for a crop of 32 pixels
_PENS = (2.8, 5.5)  # crop pixels: finer pens are drawn as if they were so broad, broader ones so fine


@dataclass(frozen=True)
class CleanPage:
    """gray: (H, W) uint8 in the pixels of the picture, 255 = paper; before, after: (N, 32, 32) float32 crops.

    The crops are those of the letters in reading's geometry, with the page's pen unless too fine; 1 = ink.
    """

    gray: NDArray[np.uint8]
    before: NDArray[np.float32]
    after: NDArray[np.float32]


def clean_page(picture: Picture, cleaner: CropCleaner) -> CleanPage:
    """Find the letters of ``picture``, clean them, and draw them where they were.

    Marks and joined writing fit no crop; they are drawn as they were found, without what surrounds them.
    """
    ink = find_ink(picture.gray)
    letters = find_letters(ink)
    patches = [letters.patch(index, ink) for index in range(len(letters))]
    fit = _fit_a_crop(letters)
    pens = letters.pen * LETTER / _size(letters)[fit]
    before = normalise([patches[index] for index in fit], stroke=pens.clip(*_PENS))
    after = cleaner.clean(before)
    cleaned = dict(zip(fit, after, strict=True))
    canvas = np.zeros(ink.density.shape, np.float32)
    for index, patch in enumerate(patches):
        drawn: NDArray[np.float32] = patch.astype(np.float32) / np.float32(255)
        if index in cleaned:
            drawn = _as_large_as(patch, cleaned[index])
        top, left = (max(0, int(letters.boxes[index][axis]) - 1) for axis in (1, 0))
        place = canvas[top : top + len(drawn), left : left + drawn.shape[1]]
        np.maximum(place, drawn, out=place)
    return CleanPage(_in_picture(canvas, ink, picture.gray.shape), before, after)


def _fit_a_crop(letters: Letters) -> list[int]:
    return np.flatnonzero(~letters.mark & (_size(letters) <= _LARGEST * letters.height)).tolist()


def _size(letters: Letters) -> NDArray[np.float64]:
    """(N,) longer sides, in pixels of the ink."""
    sides = letters.boxes[:, 2:] - letters.boxes[:, :2]
    return sides.max(axis=1, initial=1).astype(np.float64)


def _as_large_as(patch: NDArray[np.uint8], crop: NDArray[np.float32]) -> NDArray[np.float32]:
    """The letter in ``crop`` (32, 32) at the size and place of the one in ``patch`` (h, w).

    The way back of `normalise`.
    """
    left, top, width, height = cv2.boundingRect((patch > 127).view(np.uint8))
    if width == 0:
        return np.zeros(patch.shape, np.float32)
    scale = max(width, height) / LETTER  # patch pixels for each pixel of the crop
    # Pixel centres: crop (u + 0.5) maps to patch (x + 0.5), the middle of the crop to that of the box.
    shift_x = left + width / 2 - 0.5 - scale * (SIZE / 2 - 0.5)
    shift_y = top + height / 2 - 0.5 - scale * (SIZE / 2 - 0.5)
    matrix = np.array([[scale, 0, shift_x], [0, scale, shift_y]])
    drawn = cv2.warpAffine(crop, matrix, patch.shape[::-1], flags=cv2.INTER_CUBIC)
    return _sharpened(drawn, scale)


def _in_picture(canvas: NDArray[np.float32], ink: Ink, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Ink (h, w) in 0..1 -> gray (H, W) uint8 in the pixels of the picture."""
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])  # pixel centres, as in `find_ink`
    warp = np.linalg.inv(half) @ ink.to_source @ half
    size = (shape[1], shape[0])
    corners = apply(ink.to_source, np.array([[0.0, 0], [0, canvas.shape[0]]]))
    scale = float(np.linalg.norm(corners[1] - corners[0])) / canvas.shape[0]
    drawn = _sharpened(cv2.warpPerspective(canvas, warp, size, flags=cv2.INTER_CUBIC), scale)
    return np.rint(255 * (1 - drawn)).astype(np.uint8)


def _sharpened(ink: NDArray[np.float32], enlarged: float) -> NDArray[np.float32]:
    """Edges as steep as before they were ``enlarged``."""
    return np.clip((ink - 0.5) * max(enlarged, 1.0) + 0.5, 0, 1).astype(np.float32)
