"""How sharp the edges of components are: writing is as sharp as writing, the texture of a desk is not."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.segmentation.components import Components

_SHARPEST = 0.8  # part of the page's ink that is no sharper than what sharpness is measured against
_SOBEL = 8.0  # what OpenCV's operator gives for a slope of one
_BLURRED = 0.55  # of the page's sharpness; a photograph that is sharp in places only has writing down to 0.65


def blurred(
    found: Components, mask: NDArray[np.uint8], contrast: NDArray[np.uint8], likely: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """(N,) bool: components with edges much softer than the page's writing has: shadows, grain of wood, cloth.

    mask:     (H, W) uint8, 1 = ink.
    contrast: (H, W) uint8.
    likely:   (N,) bool, components that the page's own sharpness is to be measured by.
    """
    if not likely.any():
        return np.zeros(len(found), bool)
    sharpness = edge_sharpness(found, mask, contrast)
    order = np.argsort(sharpness[likely])
    share = np.cumsum(found.area[likely][order])
    usual = sharpness[likely][order][np.searchsorted(share, _SHARPEST * share[-1])]
    return sharpness < _BLURRED * usual


def edge_sharpness(
    found: Components, mask: NDArray[np.uint8], contrast: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """(N,) how steeply each component's edge rises, on average, in parts of its own contrast for a pixel."""
    edge = cv2.subtract(mask, cv2.erode(mask, np.ones((3, 3), np.uint8)))
    places = np.flatnonzero(edge)
    owner = found.labels.ravel()[places]
    across, down = (
        cv2.Sobel(contrast, cv2.CV_16S, *axes).ravel()[places].astype(np.float32) for axes in ((1, 0), (0, 1))
    )
    rise = np.hypot(across, down) / _SOBEL
    count = len(found) + 1
    mean = np.bincount(owner, rise, count) / np.maximum(np.bincount(owner, minlength=count), 1)
    return np.asarray(mean[1:] / np.maximum(found.contrast, 1), np.float64)
