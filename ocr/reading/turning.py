"""Quarter turns of pictures, clockwise by 0, 90, 180 or 270 degrees, and the way back."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def turned(gray: NDArray[np.uint8], rotation: int) -> NDArray[np.uint8]:
    """``gray`` (H, W) uint8 turned clockwise by ``rotation`` degrees."""
    return np.asarray(cv2.rotate(gray, _TURNS[rotation]), np.uint8) if rotation else gray


def turned_back(rotation: int, shape: Sequence[float]) -> NDArray[np.float64]:
    """(3, 3) homography from pixels of what `turned` gives to those of the picture before; ``shape``: its (H, W)."""
    height, width = shape
    x, y = {
        0: ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
        90: ([0.0, 1.0, 0.0], [-1.0, 0.0, height]),
        180: ([-1.0, 0.0, width], [0.0, -1.0, height]),
        270: ([0.0, -1.0, width], [1.0, 0.0, 0.0]),
    }[rotation]
    return np.array([x, y, [0.0, 0.0, 1.0]], np.float64)
