"""Even out light, shadow and paper tone: gray picture -> contrast of the ink against its paper."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.segmentation.scale import at_most

_SMALL = 480  # long side, in pixels, at which the paper's brightness is followed
_DISCS = 4
_DARKEST_PAPER = 40  # paper darker than this is treated as this dark, lest noise in black corners become ink


def contrast(gray: NDArray[np.uint8], paper: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """How much darker each pixel is than the paper around it.

    gray:  (H, W) uint8, dark ink on lighter paper.
    paper: what `paper_tone` says of the same picture at any size; found here when not given.
    Returns (H, W) uint8: 0 = as bright as the paper, 255 = reflects nothing of the light that falls there.
    """
    paper = np.maximum(paper_tone(gray) if paper is None else paper, _DARKEST_PAPER)
    full = cv2.resize(paper, gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(cv2.subtract(full, gray), full, scale=255), np.uint8)


def paper_tone(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Brightness of the bare paper, strokes closed over and steps of light kept where they are.

    gray: (H, W) uint8, dark ink on lighter paper. Returns the same picture much smaller, uint8.
    """
    # Thin strokes are closed at full resolution first: averaging would mix their ink into the paper.
    small = at_most(np.asarray(cv2.dilate(gray, np.ones((3, 3), np.uint8)), np.uint8), _SMALL)
    reach = max(9, max(small.shape) // 12)
    # Several small discs, one after the other, reach as far as a large one and take a quarter of the time.
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(3, reach // _DISCS | 1),) * 2)
    closed = cv2.morphologyEx(
        small, cv2.MORPH_CLOSE, disc, iterations=_DISCS, borderType=cv2.BORDER_REPLICATE
    )
    # Smoothing must not put paper darker than what is seen to be paper.
    smooth = cv2.blur(closed, (max(3, (reach | 1) // 3) | 1,) * 2, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smooth, np.uint8)


def is_inverted(gray: NDArray[np.uint8]) -> bool:
    """Whether the writing is light on dark (chalk on a blackboard, a negative).

    Strokes are thin: what differs from a median over a window wider than any stroke is ink. It is summed
    squared, so that ghosts and paper texture, faint but everywhere, do not outvote the writing.
    """
    small = at_most(gray, _SMALL)
    if 2 * np.count_nonzero(small > 127) > small.size:
        return False
    difference = small.astype(np.int32) - cv2.medianBlur(small, 31)
    lighter = np.square(difference[difference > 0], dtype=np.int64).sum()
    darker = np.square(difference[difference < 0], dtype=np.int64).sum()
    return bool(lighter > 1.5 * darker)
