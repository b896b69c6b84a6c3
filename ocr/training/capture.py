"""Ink -> what a camera and the search for letters leave of it: a patch as reading's crops get it.

Low resolution, blur that closes bowls and melts junctions, noise, a threshold set too high or too low,
breaks in the stroke, and remnants: a bit of ruling, a piece of the letter next door.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

LOWEST, HIGHEST = 10.0, 120.0  # letter heights in source pixels
CLEAR = 0.55  # part of the letters that were photographed well: nothing across them, and at least this high
CLEAR_LOWEST = 24.0


def capture(
    ink: NDArray[np.uint8],
    unit: float,
    rng: np.random.Generator,
    neighbours: Sequence[NDArray[np.uint8]] = (),
) -> NDArray[np.uint8]:
    """Photograph ``ink``.

    ink: (H, W) uint8, 0 = paper, 255 = ink, whose usual letter height is ``unit`` pixels.
    neighbours: ink of other letters at about the same scale, of which a remnant may show.

    Returns a patch (h, w) uint8, 0 = paper, 255 = ink, grey or pure black and white.
    """
    clear = rng.random() < CLEAR
    if not clear and neighbours and rng.random() < 0.2:
        ink = beside(ink, neighbours[int(rng.integers(len(neighbours)))], rng)
    if not clear and rng.random() < 0.22:
        rule(ink, rng)
    if not clear and rng.random() < 0.26:
        break_stroke(ink, rng)
    lowest = CLEAR_LOWEST if clear else LOWEST
    height = lowest * (HIGHEST / lowest) ** rng.random()
    scale = height / unit
    longest = max(ink.shape) * scale
    if longest < 4:
        scale *= 4 / longest
    if scale < 1:
        seen = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    else:
        seen = ink
        height = unit
    blur = abs(rng.normal(0, 0.45)) + (0.03 * height * rng.random() if rng.random() < 0.3 else 0.0)
    seen = cv2.copyMakeBorder(seen, 2, 2, 2, 2, cv2.BORDER_CONSTANT)
    if blur > 0.2:
        seen = cv2.GaussianBlur(seen, (0, 0), blur)
    if rng.random() < (0.15 if clear else 0.45):
        seen = add_noise(seen, rng)
    if rng.random() < 0.65:
        # A thin stroke fades under the blur: measure the threshold from the darkest ink that is left.
        level = float(seen.max()) * np.clip(rng.normal(0.5, 0.11), 0.2, 0.8)
        return (seen > level).astype(np.uint8) * 255
    low, high = rng.uniform(0.0, 0.3) * 255, rng.uniform(0.7, 1.0) * max(float(seen.max()), 60.0)
    return np.clip((seen.astype(np.float32) - low) * (255 / max(high - low, 1.0)), 0, 255).astype(np.uint8)


def beside(ink: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Let a sliver of ``other`` stand at the left or right edge of ``ink``."""
    height, width = ink.shape
    deep = max(1, int(min(width, other.shape[1]) * rng.uniform(0.05, 0.2)))
    sliver = other[:, :deep] if rng.random() < 0.5 else other[:, -deep:]
    part = sliver[:height]
    top = int(rng.integers(0, height - part.shape[0] + 1))
    right = rng.random() < 0.5
    added = part.shape[1]
    wide = cv2.copyMakeBorder(ink, 0, 0, 0 if right else added, added if right else 0, cv2.BORDER_CONSTANT)
    corner = wide[top : top + part.shape[0], width:] if right else wide[top : top + part.shape[0], :added]
    np.maximum(corner, part, out=corner)
    return wide


def rule(ink: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Draw a remnant of ruling over ``ink``, in place: short at an edge or, more rarely, right across."""
    height, width = ink.shape
    thick = int(rng.integers(1, 4))
    along = rng.random() < 0.75
    length, extent = (width, height) if along else (height, width)
    across = rng.random() < 0.35
    if across:
        start, stop = 0, length
        at = rng.uniform(0.05, 0.95) * extent
    else:
        start = int(rng.uniform(0, 0.8) * length)
        stop = start + max(3, int(rng.uniform(0.1, 0.4) * length))
        at = (rng.uniform(0, 0.12) if rng.random() < 0.3 else rng.uniform(0.88, 1.0)) * extent
    tilt = rng.normal(0, 0.03) * (stop - start)
    first, last = (start, round(at)), (stop, round(at + tilt))
    if not along:
        first, last = first[::-1], last[::-1]
    cv2.line(ink, first, last, 255, thick)


def break_stroke(ink: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Wipe one to three small gaps out of the ink, in place."""
    rows, columns = np.nonzero(ink)
    if len(rows) == 0:
        return
    for pick in rng.integers(0, len(rows), int(rng.integers(1, 4))):
        x, y = int(columns[pick]), int(rows[pick])
        if rng.random() < 0.5:
            cv2.circle(ink, (x, y), int(rng.integers(2, 7)), 0, -1)
        else:
            dx, dy = rng.normal(0, 14, 2).astype(int).tolist()
            cv2.line(ink, (x - dx, y - dy), (x + dx, y + dy), 0, int(rng.integers(1, 4)))


def add_noise(seen: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Grain of the sensor or the paper: Gaussian, of one pixel or a few, strong enough to fray edges."""
    height, width = seen.shape
    coarse = int(rng.integers(1, 4))
    grain = rng.standard_normal((height // coarse + 1, width // coarse + 1), dtype=np.float32)
    if coarse > 1:
        grain = cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR)
    grain = grain[:height, :width] * np.float32(rng.uniform(8, 38))
    return np.clip(seen + grain, 0, 255).astype(np.uint8)
