"""Find the sheet of paper in a photograph that also shows the desk around it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.segmentation.scale import at_most

_SMALL = 320  # long side, in pixels, at which the sheet is looked for
_STEP = 1.18  # the sheet is at least this much brighter than the desk, just inside and just outside its edge
_THRESHOLDS = (1.0, 0.85, 0.7, 0.55, 0.4, 0.25)  # on the way from the darkest tone to Otsu's threshold
_FURTHER_UP = (1.15, 1.3)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Outline of a sheet.

    outline: (N, 2) float32, x and y in pixels of the picture, convex, clockwise on the screen.
    corners: (4, 2) float32, top left, top right, bottom right, bottom left; None if it is no quadrilateral.
    """

    outline: NDArray[np.float32]
    corners: NDArray[np.float32] | None


def find_sheet(gray: NDArray[np.uint8]) -> Sheet | None:
    """The bright sheet in ``gray`` (H, W) uint8, or None if the paper fills the picture or nothing is sure."""
    height, width = gray.shape
    small = at_most(gray, _SMALL)
    size = small.shape[::-1]
    if min(size) < 60:
        return None
    # Writing is closed over, so that the sheet is one bright region.
    small = cv2.morphologyEx(
        small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8), borderType=cv2.BORDER_REPLICATE
    )
    small = cv2.GaussianBlur(small, (5, 5), 0)
    otsu, _ = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    histogram = cv2.calcHist([small], [0], None, [256], [0, 256])
    darkest = float(np.searchsorted(np.cumsum(histogram), 0.05 * small.size))
    # A shadow across the sheet may be darker than halfway to the desk: lower thresholds are tried as well.
    outlines = (_outline(small, darkest + share * (otsu - darkest)) for share in _THRESHOLDS)
    _, hull = max(outlines, key=lambda found: found[0])
    corners = None if hull is None else _corners(hull, size)
    # On a desk with patches as bright as paper the two part further up. There light falls off within paper, too: only
    # a whole sheet is sure.
    for share in _FURTHER_UP if hull is None else ():
        _, higher = _outline(small, darkest + share * (otsu - darkest))
        corners = None if higher is None else _corners(higher, size)
        if corners is not None:
            hull = higher
            break
    if hull is None:
        return None
    scale = np.array([width / size[0], height / size[1]], np.float32)
    return Sheet((hull.reshape(-1, 2) + 0.5) * scale, None if corners is None else corners * scale)


def _outline(small: NDArray[np.uint8], threshold: float) -> tuple[float, NDArray[np.int32] | None]:
    """(how much it looks like a sheet, hull of the largest region above ``threshold``); 0 and None if it is none."""
    _, bright = cv2.threshold(small, threshold, 255, cv2.THRESH_BINARY)
    bright = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return 0.0, None
    contour = max(contours, key=cv2.contourArea)
    area = cv2.contourArea(contour)
    solidity = area / max(cv2.contourArea(cv2.convexHull(contour)), 1.0)
    if not 0.15 < area / small.size < 0.97 or solidity < 0.85:
        return 0.0, None
    edge = _edge(small, contour)
    return (solidity * edge, cv2.convexHull(contour)) if edge > 0.8 else (0.0, None)


def _edge(small: NDArray[np.uint8], contour: NDArray[np.int32]) -> float:
    """The share of the outline inside the picture along which brightness falls steeply; 0 if little of it is inside."""
    height, width = small.shape
    filled = cv2.drawContours(np.zeros_like(small), [cv2.convexHull(contour)], -1, 255, cv2.FILLED)
    kernel = np.ones((11, 11), np.uint8)
    # Brightness a few pixels to either side of the outline.
    inner = cv2.dilate(cv2.bitwise_and(small, filled), kernel)
    outer = cv2.erode(cv2.bitwise_or(small, filled), kernel)
    x, y = contour.reshape(-1, 2).T
    free = (x > 6) & (y > 6) & (x < width - 7) & (y < height - 7)
    if free.sum() < 0.15 * (width + height):
        return 0.0
    step = inner[y[free], x[free]] / np.maximum(outer[y[free], x[free]].astype(np.float32), 1)
    return float((step > _STEP).mean())


def _corners(hull: NDArray[np.int32], size: tuple[int, int]) -> NDArray[np.float32] | None:
    """The four corners if the sheet is a quadrilateral that lies in the picture whole."""
    perimeter = cv2.arcLength(hull, True)
    for tolerance in (0.01, 0.02, 0.03, 0.05):
        polygon = cv2.approxPolyDP(hull, tolerance * perimeter, True).reshape(-1, 2)
        if len(polygon) <= 4:
            break
    if len(polygon) != 4 or cv2.contourArea(polygon) < 0.93 * cv2.contourArea(hull):
        return None
    width, height = size
    edge = 3
    at_border = (
        (polygon[:, 0] < edge)
        | (polygon[:, 1] < edge)
        | (polygon[:, 0] >= width - edge)
        | (polygon[:, 1] >= height - edge)
    )
    if at_border.any():
        return None  # the sheet is cut off: its angles are not those of a rectangle seen from the side
    centre = polygon.mean(axis=0)
    angle = np.arctan2(*(polygon - centre).T[::-1])
    polygon = polygon[np.argsort(angle)]  # clockwise on the screen, from the left
    start = int(np.argmin(polygon.sum(axis=1)))
    return np.roll(polygon, -start, axis=0).astype(np.float32) + 0.5
