"""Where rows run, though they stand so close that there is as much ink between them as in them.

The page is looked at through a filter that is long along the rows and, across them, a wave about as long as rows are
apart (a Gabor filter).
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

# Lengths are in letter heights unless they say otherwise.
PIXELS = 8.0  # of the picture in which rows are looked for, a letter height
_ALONG = 1.0  # standard deviation of the filter along the rows
PITCH = 1.1  # its wave's length across them; it finds rows that are up to twice as far apart, too
_WINDOW = 0.42  # standard deviation across the rows, in waves
_INK = 0.15  # part of the paper that ink covers in thin writing


def row_waves(ink: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How much each place looks like the middle of a row (about 1) or like the paper between two (about -1).

    ink: (h, w) uint8, 0 = paper, 255 = ink, `PIXELS` a letter height. Returns (h, w) float32.
    """
    along = _blurred(ink.astype(np.float32) / np.float32(255), _ALONG * PIXELS, 0)
    # Crowded letters and spaced ones count alike, scattered dots for less.
    around = _blurred(along, 0, 0.7 * PIXELS)
    sure = np.minimum(1, _blurred(along, 0, 0.5 * PIXELS) / np.float32(_INK))
    along = np.minimum(along / np.maximum(around, np.float32(0.2 * _INK)), 3) * sure
    wave = PITCH * PIXELS
    y = np.arange(-int(3 * _WINDOW * wave), int(3 * _WINDOW * wave) + 1)
    window = np.exp(-0.5 * (y / (_WINDOW * wave)) ** 2)
    kernel = window * np.cos(2 * np.pi * y / wave)
    kernel -= window * kernel.sum() / window.sum()
    answer = cv2.filter2D(along, -1, kernel[:, None].astype(np.float32), borderType=cv2.BORDER_CONSTANT)
    strong = np.abs(answer[ink > 25])
    return np.asarray(
        answer / max(1e-6, float(np.percentile(strong, 90)) if len(strong) else 1.0), np.float32
    )


def shrunk(picture: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """``picture`` (H, W) at another scale, each pixel the mean of those it stands for."""
    high, wide = picture.shape
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _blurred(picture: NDArray[Any], along: float, across: float) -> NDArray[np.float32]:
    """``picture`` through a Gaussian of these standard deviations, in pixels; 0 leaves it sharp."""
    blurred = cv2.GaussianBlur(picture, (0, 0), sigmaX=max(along, 0.01), sigmaY=max(across, 0.01))
    return np.asarray(blurred, np.float32)
