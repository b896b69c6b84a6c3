"""Even out light, shadow and paper tone: gray picture -> contrast of the ink against its paper."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SMALL = 480  # long side, in pixels, at which the paper's brightness is followed
_DARKEST_PAPER = 40  # paper darker than this is treated as this dark, lest noise in black corners become ink


def contrast(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How much darker each pixel is than the paper around it.

    gray: (H, W) uint8, dark ink on lighter paper.
    Returns (H, W) uint8: 0 = as bright as the paper, 255 = reflects nothing of the light that falls there.
    """
    paper = np.maximum(_paper(gray), _DARKEST_PAPER)
    difference = cv2.subtract(paper, gray)
    return cv2.divide(difference, paper, scale=255)


def _paper(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W) brightness of the bare paper: strokes closed over, steps of light kept where they are."""
    height, width = gray.shape
    shrink = max(1.0, max(height, width) / _SMALL)
    size = (max(1, round(width / shrink)), max(1, round(height / shrink)))
    # Thin strokes are closed at full resolution first: averaging would mix their ink into the paper.
    small = cv2.resize(cv2.dilate(gray, np.ones((3, 3), np.uint8)), size, interpolation=cv2.INTER_AREA)
    reach = max(9, max(size) // 12) | 1
    closed = cv2.morphologyEx(
        small,
        cv2.MORPH_CLOSE,
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)),
        borderType=cv2.BORDER_REPLICATE,
    )
    smooth = cv2.blur(closed, (max(3, reach // 3) | 1,) * 2, borderType=cv2.BORDER_REPLICATE)
    # Smoothing must not put paper darker than what is seen to be paper.
    return cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR)


def is_inverted(gray: NDArray[np.uint8]) -> bool:
    """Whether the writing is light on dark (chalk on a blackboard, a negative).

    Strokes are thin: what differs from a median over a window wider than any stroke is ink. It is summed
    squared, so that ghosts and paper texture, faint but everywhere, do not outvote the writing.
    """
    height, width = gray.shape
    shrink = max(1.0, max(height, width) / _SMALL)
    small = cv2.resize(
        gray, (max(1, round(width / shrink)), max(1, round(height / shrink))), interpolation=cv2.INTER_AREA
    )
    if float(np.median(small)) > 127:
        return False
    difference = small.astype(np.int32) - cv2.medianBlur(small, 31)
    lighter = np.square(difference[difference > 0], dtype=np.int64).sum()
    darker = np.square(difference[difference < 0], dtype=np.int64).sum()
    return bool(lighter > 1.5 * darker)
