"""Picture -> ink: level, at a known letter height, free of shadow, desk and ruling."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.segmentation.faint_rules import faint_rules
from ocr.reading.segmentation.light import contrast
from ocr.reading.segmentation.ruling import remove_rules
from ocr.reading.segmentation.scale import halved
from ocr.reading.segmentation.survey import Survey, apply, sheet_mask, survey
from ocr.reading.segmentation.threshold import INK, TRACE, ink_density, ink_level

LETTER_HEIGHT = 40.0  # pixels: the height to which letters are brought when they are not near it already
_NEAR = (26.0, 64.0)  # letter heights that are left as they are
_MOST_ENLARGED = 3.0
_STROKE_REACH = (
    0.5  # letter heights: wider than any stroke, and near enough for each stroke to set its own threshold
)
_LEAST_SKEW = 1.5  # degrees; rows that slope less are read as they are


@dataclass(frozen=True, slots=True)
class Ink:
    """The writing of one page.

    density:       (H, W) uint8, 0 = paper, 255 = ink; above ``threshold.INK`` a pixel is ink. Without rules.
    rules:         (H, W) uint8, 255 where a rule was taken away, else 0.
    contrast:      (H, W) uint8, how much darker than its paper each pixel is.
    letter_height: pixels.
    ink_level:     usual contrast of the page's strokes, 0 .. 255.
    to_source:     (3, 3) float64, homography from these pixels to those of the upright source picture.
    steps:         what was done, in order.
    """

    density: NDArray[np.uint8]
    rules: NDArray[np.uint8]
    contrast: NDArray[np.uint8]
    letter_height: float
    ink_level: float
    to_source: NDArray[np.float64]
    steps: tuple[str, ...]

    @property
    def mask(self) -> NDArray[np.uint8]:
        """(H, W) uint8, 1 = ink."""
        return (self.density > INK).view(np.uint8)


def find_ink(gray: NDArray[np.uint8], *, shrink: float = 1.0, seen: Survey | None = None) -> Ink:
    """The ink of ``gray``, (H, W) uint8.

    shrink: pixels of the source picture for one of ``gray``.
    seen:   what `survey` says of ``gray``; made here when not given.
    """
    seen = survey(gray) if seen is None else seen
    steps = []
    if seen.inverted:
        steps.append("light writing on dark turned")
    dark = contrast(np.asarray(cv2.bitwise_not(gray), np.uint8) if seen.inverted else gray, seen.paper)
    inside = None if seen.sheet is None else sheet_mask(seen.sheet, gray.shape)
    if inside is not None:
        dark &= inside
        steps.append("sheet found")
    height = seen.letter_height or LETTER_HEIGHT
    scale = 1.0 if _NEAR[0] <= height <= _NEAR[1] else min(LETTER_HEIGHT / height, _MOST_ENLARGED)
    dark, inside, matrix = _rectify(dark, inside, seen, scale)
    if not np.allclose(matrix[:2, :2], np.eye(2) * matrix[0, 0]):
        steps.append(f"turned by {seen.skew:+.1f} degrees" if seen.sheet is None else "sheet made level")
    height *= scale
    noise, level = ink_level(dark, inside)
    density = ink_density(dark, round(_STROKE_REACH * height), noise, level)
    writing, rules = remove_rules((density > INK).view(np.uint8), height)
    faint = faint_rules((density > TRACE).view(np.uint8), writing, height)
    if cv2.countNonZero(faint):
        rules |= faint
        writing = cv2.subtract(writing, faint)
    if cv2.countNonZero(rules):
        density[_around_rules(rules, writing)] = 0
        steps.append("rules removed")
    to_source = np.diag([shrink, shrink, 1.0]) @ np.linalg.inv(matrix)
    return Ink(density, rules, dark, height, level, to_source, tuple(steps))


def _around_rules(rules: NDArray[np.uint8], writing: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Pixels to clear with the rules: the soft edge beside them too, but nothing beside the writing."""
    edge = cv2.dilate(rules, np.ones((3, 3), np.uint8))
    return (edge > 0) & (cv2.dilate(writing, np.ones((3, 3), np.uint8)) == 0) | (rules > 0)


def _rectify(
    dark: NDArray[np.uint8], inside: NDArray[np.uint8] | None, seen: Survey, scale: float
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None, NDArray[np.float64]]:
    """Level and scaled contrast and sheet, and the homography from pixels of ``dark`` to theirs."""
    height, width = dark.shape
    matrix = seen.upright if seen.sheet is not None or abs(seen.skew) >= _LEAST_SKEW else np.eye(3)
    matrix = np.diag([scale, scale, 1.0]) @ matrix
    if np.allclose(matrix, np.eye(3), atol=1e-3):
        return dark, inside, np.eye(3)
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    if seen.sheet is not None:
        outline = seen.sheet.outline.astype(np.float64)
    frame = apply(matrix, outline)
    low, high = frame.min(axis=0), frame.max(axis=0)
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]], np.float64)
    size = (max(1, int(np.ceil(high[0] - low[0]))), max(1, int(np.ceil(high[1] - low[1]))))
    matrix = shift @ matrix
    # Interpolating alone would skip pixels of a picture that becomes much smaller.
    shrunk = np.eye(3)
    while scale * shrunk[0, 0] <= 0.5:
        dark, shrunk = halved(dark), shrunk @ np.diag([2.0, 2.0, 1.0])
        inside = None if inside is None else inside[::2, ::2]
    # warpPerspective speaks of pixel centres, boxes of pixel edges: half a pixel apart.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    warp = np.linalg.inv(half) @ matrix @ shrunk @ half
    flags = cv2.INTER_CUBIC if scale > 1.2 else cv2.INTER_LINEAR
    dark = cv2.warpPerspective(dark, warp, size, flags=flags)
    if inside is not None:
        inside = cv2.warpPerspective(inside, warp, size, flags=cv2.INTER_NEAREST)
    return dark, inside, matrix
