"""A first, coarse look at a picture: dark or light ink, where the sheet is, how high letters are, how it is turned.

Everything after it works at a scale where letters have a known height, so that no later step needs sizes in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.segmentation.components import Components, find_components
from ocr.reading.segmentation.cut_off import is_bare, leaves_writing_out
from ocr.reading.segmentation.light import contrast, is_inverted, paper_tone
from ocr.reading.segmentation.ruling import remove_rules
from ocr.reading.segmentation.scale import at_most
from ocr.reading.segmentation.sheet import Sheet, find_sheet
from ocr.reading.segmentation.threshold import INK, ink_density, ink_level

_LONG_SIDE = 900  # the picture is looked at no larger than this, in pixels
_LEAST = 4.0  # pixels: nothing lower is a letter
_LINE = 30.0  # stroke widths: no letter that is one stroke is longer
_HOLLOW = 0.2  # part of its box that the ink of a frame covers at most
_HELD = 0.3  # part of a frame's ink that there is at least within it
_MOST_SKEW = 20.0  # degrees
_SKEW_STEP = 0.5


@dataclass(frozen=True, slots=True)
class Survey:
    """What a coarse look tells.

    inverted:      the writing is light on dark.
    paper:         brightness of the bare paper, see `light.paper_tone`, of the picture so turned that ink is dark.
    sheet:         outline of the sheet in pixels of the picture, None if paper fills it.
    upright:       (3, 3) float64, homography from pixels of the picture to a frame where rows are level.
    letter_height: height of a letter in that frame, in pixels; 0 if nothing was found.
    skew:          degrees by which rows fell to the right, after the sheet's perspective was undone.
    """

    inverted: bool
    paper: NDArray[np.uint8]
    sheet: Sheet | None
    upright: NDArray[np.float64]
    letter_height: float
    skew: float

    def scaled(self, factor: float) -> Survey:
        """What would be seen of the same picture with ``factor`` pixels for each pixel of this one, in x and in y."""
        sheet, size = self.sheet, np.float32(factor)
        if sheet is not None:
            sheet = Sheet(sheet.outline * size, None if sheet.corners is None else sheet.corners * size)
        larger, smaller = np.diag([factor, factor, 1.0]), np.diag([1 / factor, 1 / factor, 1.0])
        height = self.letter_height * factor
        return replace(self, sheet=sheet, upright=larger @ self.upright @ smaller, letter_height=height)


def survey(gray: NDArray[np.uint8]) -> Survey:
    """Look at ``gray``, (H, W) uint8."""
    small = at_most(gray, _LONG_SIDE)
    size = small.shape[::-1]
    sheet = find_sheet(small)
    inverted, paper, found, whole = _first_ink(small, sheet)
    if not whole:
        sheet = None
        inverted, paper, found, _ = _first_ink(small, None)
    flat = np.eye(3) if sheet is None or sheet.corners is None else _flatten(sheet.corners)
    height = letter_height(found, flat)
    skew = _skew(found, flat, height)
    upright = _rotation(-skew) @ flat
    to_small = np.diag([size[0] / gray.shape[1], size[1] / gray.shape[0], 1.0])
    shrink = max(gray.shape) / max(small.shape)
    back = np.diag([shrink, shrink, 1.0])
    if sheet is not None:
        scale = np.float32(shrink)
        sheet = Sheet(sheet.outline * scale, None if sheet.corners is None else sheet.corners * scale)
    return Survey(inverted, paper, sheet, back @ upright @ to_small, height * shrink, skew)


def _first_ink(
    small: NDArray[np.uint8], sheet: Sheet | None
) -> tuple[bool, NDArray[np.uint8], Components, bool]:
    """(light on dark, paper tone, components of the ink on the sheet, whether no writing is left out by it)."""
    inside = None if sheet is None else sheet_mask(sheet, small.shape)
    inverted = is_inverted(small if inside is None else _filled(small, inside))
    if inverted:
        small = np.asarray(cv2.bitwise_not(small), np.uint8)
    paper = paper_tone(small)
    dark = contrast(small, paper)
    noise, ink = ink_level(dark, inside)
    mask = (ink_density(dark, 40, noise, ink) > INK).view(np.uint8)
    if inside is None:
        return inverted, paper, find_components(_without_long_rules(mask), dark), True
    found = find_components(_without_long_rules(mask & inside), dark)
    # The edge itself, and what shadow it throws, belong to neither side.
    away = cv2.erode((inside == 0).view(np.uint8), np.ones((5, 5), np.uint8), borderValue=1)
    beyond = np.asarray(away, np.uint8)
    outer_noise, outer_ink = ink_level(dark, beyond)
    sheet_ink = found
    if is_bare(ink, outer_ink):
        mask = (ink_density(dark, 40, outer_noise, outer_ink) > INK).view(np.uint8)
        sheet_ink = find_components(_without_long_rules(mask & inside), dark)
    outside = find_components(_without_long_rules(mask & beyond), dark)
    cut = leaves_writing_out(
        sheet_ink,
        letter_height(sheet_ink),
        stroke_width(sheet_ink),
        outside,
        letter_height(outside),
        stroke_width(outside),
    )
    return inverted, paper, found, not cut


def _without_long_rules(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``mask`` without rules. Letters are not measured yet, so only what is long for any letter is taken for one."""
    unit = max(16.0, 0.02 * max(mask.shape))
    rows, columns = mask.shape
    down = max(4.0, 0.5 * rows / unit)
    across = max(4.0, 0.15 * columns / unit)
    return remove_rules(mask, unit, across=across, down=down, framed=down)[0]


def _filled(gray: NDArray[np.uint8], inside: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``gray`` with all but the sheet as bright as the sheet is usually."""
    histogram = cv2.calcHist([gray], [0], inside, [256], [0, 256])
    median = np.searchsorted(np.cumsum(histogram), histogram.sum() / 2)
    return np.where(inside, gray, np.uint8(median))


def sheet_mask(sheet: Sheet, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """(H, W) uint8, 255 well inside the sheet: a margin is left out, where its edge throws a shadow."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(sheet.outline).astype(np.int32)], 255)
    margin = max(3, round(0.012 * max(shape))) | 1
    # What lies outside the picture counts as sheet: only the edges that are seen are stepped back from.
    return cv2.erode(
        mask, np.ones((margin, margin), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=255
    )


def stroke_width(found: Components) -> float:
    """The page's usual stroke width in pixels: the median along all strokes, so that a dark edge, large but
    no longer than a word, does not count for more than the writing."""
    if len(found) == 0:
        return 0.0
    order = np.argsort(found.stroke)
    share = np.cumsum(found.area[order] / found.stroke[order])
    return float(found.stroke[order][np.searchsorted(share, share[-1] / 2)])


def letter_height(found: Components, upright: NDArray[np.float64] | None = None) -> float:
    """The height most letters have, in pixels; 0 if there are none.

    The mode of the heights' distribution on a logarithmic scale, each component counted by its height and darkness:
    specks are many but small, smudges and edges are large but few, letters agree with each other.
    upright: optional homography; heights are then those after it.
    """
    height, width = found.height.astype(np.float64), found.width.astype(np.float64)
    if upright is not None and len(found):
        centre = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2.0
        rise = np.column_stack([np.zeros(len(found)), height / 2])
        top, bottom = apply(upright, centre - rise), apply(upright, centre + rise)
        height = np.hypot(*(bottom - top).T)
    pen = stroke_width(found)
    longest = np.maximum(height, width)
    solid = found.area > 0.75 * height * width
    # What runs along most of an edge of the picture is a shadow, a scanner's margin or the next sheet.
    rows, columns = found.labels.shape
    edge = (found.boxes[:, 0] <= 0) | (found.boxes[:, 2] >= columns)
    edge &= (found.height > 0.6 * rows) & (found.width < found.height)
    edge |= ((found.boxes[:, 1] <= 0) | (found.boxes[:, 3] >= rows)) & (found.width > 0.6 * columns)
    letter = (
        ~edge
        & ~_frames(found)
        & (longest > 2.2 * pen)
        & (longest > 5)
        & (width < 8 * height)
        & (height < 14 * width)
    )
    letter &= ~solid | (height > 3 * width)
    # A single straight stroke as long as this is the side of a frame or the edge of something, not an l.
    letter &= (longest < _LINE * found.stroke) | (found.area > 1.5 * longest * found.stroke)
    letter &= height >= _LEAST
    if not letter.any():
        return 0.0
    logs = np.log(height[letter])
    weights = height[letter] * found.contrast[letter]
    grid = np.arange(np.log(_LEAST), logs.max() + 0.1, 0.04)
    density = (weights * np.exp(-0.5 * ((grid[:, None] - logs) / 0.18) ** 2)).sum(axis=1)
    mode = grid[int(np.argmax(density))]
    near = np.abs(logs - mode) < 0.35
    order = np.argsort(logs[near])
    share = np.cumsum(weights[near][order])
    return float(np.exp(logs[near][order][np.searchsorted(share, share[-1] / 2)]))


def _frames(found: Components) -> NDArray[np.bool_]:
    """(N,) bool: components that go around other ink, a good part of their own: frames, edges of a sheet."""
    frames = np.zeros(len(found), bool)
    if len(found) == 0:
        return frames
    hollow = found.area < _HOLLOW * found.width * found.height
    for index in np.flatnonzero(hollow & (found.area > found.area.mean())):
        left, top, right, bottom = found.boxes[index]
        within = (found.boxes[:, 0] > left) & (found.boxes[:, 1] > top)
        within &= (found.boxes[:, 2] < right) & (found.boxes[:, 3] < bottom)
        frames[index] = found.area[within].sum() > _HELD * found.area[index]
    return frames


def apply(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """``points`` (N, 2), x and y, through the homography ``matrix`` (3, 3)."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return mapped[:, :2] / mapped[:, 2:]


def _flatten(corners: NDArray[np.float32]) -> NDArray[np.float64]:
    """Homography that makes the sheet with these corners a rectangle of its own mean size."""
    top, right, bottom, left = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    wide, high = (top + bottom) / 2, (left + right) / 2
    rectangle = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    return cv2.getPerspectiveTransform(corners, rectangle)


def _rotation(degrees: float) -> NDArray[np.float64]:
    angle = np.deg2rad(degrees)
    return np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])


def _skew(found: Components, upright: NDArray[np.float64], height: float) -> float:
    """The angle, in degrees, along which the letters' centres fall into the sharpest rows."""
    if height == 0:
        return 0.0
    sized = (found.height > 0.5 * height) & (found.height < 2.2 * height) & (found.width < 5 * height)
    if sized.sum() < 4:
        return 0.0
    boxes = found.boxes[sized]
    x, y = apply(upright, (boxes[:, :2] + boxes[:, 2:]) / 2.0).T
    angles = np.arange(-_MOST_SKEW, _MOST_SKEW + _SKEW_STEP / 2, _SKEW_STEP)
    turned = y[:, None] * np.cos(np.deg2rad(angles)) - x[:, None] * np.sin(np.deg2rad(angles))
    scores = _sharpness(turned / (height / 5))
    # A level page is likelier than any one angle.
    scores *= 1.06 - 0.06 * np.minimum(np.abs(angles) / 5, 1)
    best = int(np.argmax(scores))
    level = scores[len(scores) // 2]
    return float(angles[best]) if scores[best] > 1.12 * level else 0.0


def _sharpness(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """How well each column of ``heights`` (N, A) gathers in few places: the sum of squares of a smoothed histogram."""
    places = np.round(heights - heights.min(axis=0)).astype(np.int64) + 2
    length, count = int(places.max()) + 3, heights.shape[1]
    # One histogram for all: each column has a stretch of it to itself.
    histogram = np.bincount((places + np.arange(count) * length).ravel(), minlength=count * length)
    smooth = np.convolve(histogram, [0.25, 0.75, 1, 0.75, 0.25], "same")
    return np.square(smooth).reshape(count, length).sum(axis=1)
