"""Pictures as data sets hold them -> the 32x32 pictures that networks take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.errors import DataError
from ocr.reading import crops

SIZE = crops.SIZE
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})

Geometry = Literal["letters", "kept"]
"""``letters`` brings each picture to the crop that reading makes of a letter; ``kept`` only to 32x32.

A network that shall read pages needs ``letters``. ``kept`` is for pictures that are no letters, and for
figures that are to be compared with those of others.
"""


def fit(pictures: Sequence[NDArray[np.uint8]] | NDArray[np.uint8], geometry: Geometry) -> NDArray[np.float32]:
    """N pictures to one array.

    pictures: each (H, W) uint8, 0 = paper, 255 = ink, or each (H, W, 3) uint8 RGB, which is always kept.
    Returns (N, 32, 32) float32, 0 = paper, 1 = ink, or (N, 32, 32, 3) float32 RGB in 0..1.
    """
    if not len(pictures):
        return np.zeros((0, SIZE, SIZE), np.float32)
    if geometry == "letters" and pictures[0].ndim == 2:
        return crops.normalise(list(pictures))
    fitted = np.zeros((len(pictures), SIZE, SIZE, *pictures[0].shape[2:]), np.uint8)
    for canvas, picture in zip(fitted, pictures, strict=True):
        _centre(canvas, picture)
    return fitted.astype(np.float32) / np.float32(255)


def _centre(canvas: NDArray[np.uint8], picture: NDArray[np.uint8]) -> None:
    """Lay a picture in the middle of the canvas: 28x28 gets a margin of 2, other sizes are scaled to fill."""
    height, width = picture.shape[:2]
    if not 28 <= max(height, width) <= SIZE:
        scale = SIZE / max(height, width)
        height, width = max(1, round(height * scale)), max(1, round(width * scale))
        kernel = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        picture = np.asarray(cv2.resize(picture, (width, height), interpolation=kernel), np.uint8)
    top, left = (SIZE - height) // 2, (SIZE - width) // 2
    canvas[top : top + height, left : left + width] = picture


def read_letter(path: Path) -> NDArray[np.uint8]:
    """A picture file of one letter -> (H, W) uint8, 0 = paper, 255 = ink.

    Whether ink is dark or light is told by the border, which is paper, and the contrast is stretched so that
    127 lies between the two (Otsu's threshold). Transparent parts are paper. DataError when unreadable.
    """
    data = np.fromfile(path, np.uint8) if path.stat().st_size else np.zeros(0, np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if len(data) else None
    if picture is None:
        raise DataError(f"{path}: not a readable picture; mend or remove it")
    if picture.dtype != np.uint8:
        picture = cv2.normalize(picture, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    if picture.ndim == 3 and picture.shape[2] == 4:
        alpha = picture[..., 3:].astype(np.float32) / 255
        picture = (picture[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if picture.ndim == 3 else picture
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if np.median(border) > threshold:
        grey, threshold = 255 - grey, 255 - threshold
    below = 127.5 / max(threshold, 1) * np.minimum(grey, threshold)
    above = 127.5 / max(255 - threshold, 1) * np.maximum(grey.astype(np.float32) - threshold, 0)
    return np.asarray(below + above, np.uint8)
