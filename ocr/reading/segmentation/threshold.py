"""Local threshold: contrast -> ink density.

A stroke ends where its contrast has fallen to half of what it is at its middle. So the threshold at a
pixel is half of the strongest contrast nearby, and never below what noise, paper texture and faint
ghosts reach. Bold and faint writing on one page then get outlines in the right place.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.segmentation.scale import halved

INK = 127  # densities above this are ink
TRACE = 90  # of ink faint enough to connect strokes, not dark enough to be one

_NOISIEST = 60.0  # noise is never taken to reach beyond this, or crowded pages would lose their ink
_GHOST = 0.28  # part of the page's usual ink contrast below which nothing is writing


def ink_level(contrast: NDArray[np.uint8], inside: NDArray[np.uint8] | None = None) -> tuple[float, float]:
    """(noise, ink): the contrast that noise reaches and the usual contrast of the page's strokes.

    inside: optional (H, W) uint8, 0 where pixels do not count.
    """
    histogram = cv2.calcHist([contrast], [0], inside, [256], [0, 256]).ravel()
    total = histogram.sum()
    if total == 0:
        return 0.0, 0.0
    share = np.cumsum(histogram) / total
    # The lower half of the histogram is bare paper whatever is written on it, so the spread is taken there.
    median = int(np.searchsorted(share, 0.5))
    spread = median - int(np.searchsorted(share, 0.1))
    noise = min(median + max(5.0, 4.0 * spread), _NOISIEST)
    # Among what is above the noise, Otsu's threshold parts edges and stains from the strokes' middles.
    start = min(int(noise) + 1, 255)
    levels = np.arange(start, 256)
    strong = histogram[start:].astype(np.float64)
    if strong.sum() == 0:
        return noise, noise
    below = np.cumsum(strong)
    moment = np.cumsum(strong * levels)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (moment / below - (moment[-1] - moment) / above) ** 2
    cut = int(np.argmax(np.nan_to_num(between)))
    upper = np.cumsum(strong[cut + 1 :])
    if len(upper) == 0 or upper[-1] == 0:
        return noise, float(levels[cut])
    return noise, float(levels[cut + 1 + int(np.searchsorted(upper, upper[-1] / 2))])


def ink_density(contrast: NDArray[np.uint8], reach: int, noise: float, ink: float) -> NDArray[np.uint8]:
    """Contrast -> density, so that a stroke's outline lies where the density crosses ``INK``.

    contrast: (H, W) uint8 as `light.contrast` gives it.
    reach:    how far, in pixels, the strongest contrast is looked for; more than a stroke's width.
    noise, ink: as `ink_level` gives them.
    Returns (H, W) uint8, 0 = paper, 255 = the middle of a stroke.
    """
    height, width = contrast.shape
    # Averaging 2x2 before taking the maximum keeps single hot pixels from raising it.
    small = halved(contrast)
    size = max(3, reach // 2) | 1
    peak = cv2.dilate(small, np.ones((size, size), np.uint8))
    peak = cv2.blur(peak, (size, size))
    floor = max(noise, _GHOST * ink, 8.0)
    level = np.maximum(cv2.convertScaleAbs(peak, alpha=0.5), np.uint8(min(floor, 250)))
    level = cv2.resize(level, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(contrast, level, scale=INK + 0.5), np.uint8)
