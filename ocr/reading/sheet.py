"""Find the sheet of paper in a photograph that also shows the desk around it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_SMALL = 320  # long side, in pixels, at which the sheet is looked for
_STEP = 1.18  # the sheet is at least this much brighter than the desk, just inside and just outside its edge
_CORNER_SLACK = 0.06  # corners may lie this share of the picture outside of it


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
    shrink = max(1.0, max(height, width) / _SMALL)
    size = (max(1, round(width / shrink)), max(1, round(height / shrink)))
    if min(size) < 60:
        return None
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    # Writing is closed over, so that the sheet is one bright region.
    small = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8), borderType=cv2.BORDER_REPLICATE)
    small = cv2.GaussianBlur(small, (5, 5), 0)
    _, bright = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    contour = max(contours, key=cv2.contourArea)
    hull = cv2.convexHull(contour)
    share = cv2.contourArea(contour) / small.size
    if not 0.15 < share < 0.97 or cv2.contourArea(contour) < 0.85 * cv2.contourArea(hull):
        return None
    if not _has_edge(small, hull, contour):
        return None
    scale = np.array([width / size[0], height / size[1]], np.float32)
    corners = _corners(hull, contour, size)
    return Sheet((hull.reshape(-1, 2) + 0.5) * scale, None if corners is None else corners * scale)


def _has_edge(small: NDArray[np.uint8], hull: NDArray[np.int32], contour: NDArray[np.int32]) -> bool:
    """Whether brightness falls steeply across most of the outline that lies inside the picture."""
    height, width = small.shape
    filled = cv2.drawContours(np.zeros_like(small), [hull], -1, 255, cv2.FILLED)
    kernel = np.ones((11, 11), np.uint8)
    # Brightness a few pixels to either side of the outline.
    inner = cv2.dilate(np.where(filled > 0, small, 0), kernel)
    outer = cv2.erode(np.where(filled > 0, 255, small).astype(np.uint8), kernel)
    x, y = contour.reshape(-1, 2).T
    free = (x > 6) & (y > 6) & (x < width - 7) & (y < height - 7)
    if free.sum() < 0.15 * (width + height):
        return False
    step = inner[y[free], x[free]] / np.maximum(outer[y[free], x[free]].astype(np.float32), 1)
    return bool((step > _STEP).mean() > 0.8)


def _corners(hull: NDArray[np.int32], contour: NDArray[np.int32], size: tuple[int, int]) -> NDArray[np.float32] | None:
    """The four corners if the sheet is a quadrilateral with all of them in the picture or just outside."""
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
        (polygon[:, 0] < edge) | (polygon[:, 1] < edge) | (polygon[:, 0] >= width - edge) | (polygon[:, 1] >= height - edge)
    )
    if at_border.any():
        return None  # the sheet is cut off: its angles are not those of a rectangle seen from the side
    centre = polygon.mean(axis=0)
    angle = np.arctan2(*(polygon - centre).T[::-1])
    polygon = polygon[np.argsort(angle)]  # clockwise on the screen, from the left
    start = int(np.argmin(polygon.sum(axis=1)))
    return np.roll(polygon, -start, axis=0).astype(np.float32) + 0.5
