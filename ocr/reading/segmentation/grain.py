"""The noise of a camera in the dark: how strong it is in a picture, and the picture without most of it.

Noise of single pixels makes thousands of specks, hides the height of letters from the survey and breaks strokes.
A picture in which it is strong is smoothed just as far as it takes; others stay as they are.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_STRONG = 5.0  # standard deviation, in grey levels: clean scans and photographs by daylight have less than 2
_WANTED = 3.0  # what is left of stronger noise
_ROWS = 128  # of pixels, at the most, that the noise is measured in
_QUANTILES = ((0.25, 0.3186), (0.5, 0.6745))  # of the absolute value of a normal variable of deviation 1


def without_grain(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``gray`` (H, W) uint8, smoothed if it is noisy."""
    found = grain(gray)
    if found < _STRONG:
        return gray
    # A Gaussian of deviation s leaves 1 / (2 s sqrt(pi)) of white noise.
    deviation = found / _WANTED / (2 * np.sqrt(np.pi))
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), deviation, borderType=cv2.BORDER_REPLICATE), np.uint8)


def grain(gray: NDArray[np.uint8]) -> float:
    """Standard deviation of the noise of single pixels in ``gray`` (H, W) uint8, in grey levels.

    After J. Immerkaer, "Fast noise variance estimation" (1996), with quantiles in place of the mean: strokes, their
    edges and texture that leaves at least a quarter of the picture plain are no noise.
    """
    height, width = gray.shape
    if min(height, width) < 3:
        return 0.0
    rows = np.arange(1, height - 1, max(1, height // _ROWS))
    down = gray[rows - 1].astype(np.int16) - 2 * gray[rows].astype(np.int16) + gray[rows + 1]
    response = np.abs(down[:, :-2] - 2 * down[:, 1:-1] + down[:, 2:])
    share = np.cumsum(np.bincount(response.ravel())) / response.size
    # The kernel multiplies white noise by 6.
    return min(float(np.searchsorted(share, part)) / (6 * normal) for part, normal in _QUANTILES)
