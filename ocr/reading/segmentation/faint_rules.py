"""Rules that are printed so faintly that they are ink in places only."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.segmentation.ruling import THICKEST, has_runs, level_rules

_LONG = 9.0  # letter heights: letters that touch make no straight stroke as long
_FAINT_LENGTH = 3.5  # letter heights: no such rule is shorter


def faint_rules(
    trace: NDArray[np.uint8], writing: NDArray[np.uint8], letter_height: float
) -> NDArray[np.uint8]:
    """Rules too faint to be ink throughout, which would still connect the letters that they touch.

    trace:   (H, W) uint8, not 0 where there is at least a trace of ink.
    writing: (H, W) uint8, not 0 where there is ink; what of it is larger than a rule is thick is left alone.
    Returns (H, W) uint8, 0 or 255: what of the rules shows, outside of letters.
    """
    thickest, length = THICKEST * letter_height, _FAINT_LENGTH * letter_height
    rest = np.asarray(cv2.threshold(trace, 0, 255, cv2.THRESH_BINARY)[1], np.uint8)
    turned = np.asarray(cv2.transpose(rest), np.uint8)
    # On most pages nothing is long enough even with the letters.
    level, upright = (has_runs(ink, length, thickest) for ink in (rest, turned))
    if not level and not upright:
        return np.zeros_like(rest)
    # Under a row of letters a rule shows in short pieces only, but it goes on beyond the row.
    rules = level_rules(rest, _LONG * letter_height, thickest)
    rest[_solid(writing, thickest)] = 0
    if level:
        rules |= level_rules(rest, length, thickest)
    if upright:
        turned = np.asarray(cv2.transpose(rest), np.uint8)
        rules |= cv2.transpose(level_rules(turned, length, thickest))
    return rules


def _solid(writing: NDArray[np.uint8], thickest: float) -> NDArray[np.bool_]:
    """Mask of what in ``writing`` is larger than a rule is thick, and of its edge."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(writing, connectivity=8, ltype=cv2.CV_32S)
    sizes = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].min(axis=1) > thickest
    sizes[0] = False
    return np.asarray(cv2.dilate(sizes.view(np.uint8)[labels], np.ones((3, 3), np.uint8)) > 0)
