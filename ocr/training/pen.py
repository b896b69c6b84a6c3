"""Pen strokes -> ink: the same letter written again by another hand with another pen.

Each drawing gets its own slant, turn, proportions and wobble, its own pen width and pressure.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FINE = 80.0  # pixels for the letter's size while drawing; capture.py brings it to the camera's resolution
MARGIN = 4
_HABITS = {"0": 0.08, "7": 0.08, "Z": 0.08}  # how often, beside those who wrote it so themselves
_SHIFT = 4  # OpenCV's fixed-point coordinates: 1/16 pixel


def random_affine(rng: np.random.Generator, strength: float = 1.0) -> NDArray[np.float64]:
    """(2, 2) turn x slant x proportions; ``strength`` 1 turns by about 6 degrees, rarely beyond 15."""
    turn, slant, stretch = rng.normal(0, strength, 3)
    angle = np.clip(turn * 0.10, -0.30, 0.30)
    slant = np.clip(slant * 0.16, -0.45, 0.45)
    wide = np.exp(np.clip(stretch * 0.13, -0.4, 0.4))
    cos, sin = np.cos(angle), np.sin(angle)
    rotation = np.array([[cos, -sin], [sin, cos]])
    return rotation @ np.array([[wide, -slant], [0.0, 1.0 / wide]])


def wobble(points: NDArray[np.float32], size: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Bend ``points`` (P, 2) by smooth waves of up to a few hundredths of ``size``."""
    frequency = rng.normal(0, 4.0 / size, (2, 2))
    phase = rng.uniform(0, 2 * np.pi, 2)
    amplitude = rng.normal(0, 0.025 * size, 2)
    return points + (amplitude * np.sin(points @ frequency + phase)).astype(np.float32)


def pen_width(rng: np.random.Generator) -> float:
    """Stroke width as a part of the letter height: 0.03 a fine pen, 0.09 usual, 0.25 a marker."""
    return float(np.clip(np.exp(rng.normal(np.log(0.095), 0.45)), 0.03, 0.26))


def draw(
    points: NDArray[np.float32], bounds: NDArray[np.int64], unit: float, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], float]:
    """Write one glyph anew.

    points: (P, 2) float32 x, y down; bounds: (strokes + 1,) of the strokes in ``points``; unit: usual letter
    height in the same units, which tells a dot from a ring.

    Returns the ink (H, W) uint8, 0 or 255, and the length of ``unit`` in its pixels.
    """
    path = (points[bounds[0] : bounds[-1]] - points[bounds[0]]) / unit
    path = wobble((path @ random_affine(rng).T).astype(np.float32), 1.0, rng)
    low, high = path.min(0), path.max(0)
    size = float((high - low).max())
    width = pen_width(rng)
    if size > 2.0:  # far larger than its neighbours: the unit is wrong, take the glyph itself
        width *= size
    scale = FINE / max(size + width, 0.3)
    thick = max(1, round(width * scale))
    pad = thick // 2 + MARGIN
    path = (path - low) * scale + pad
    across, down = ((high - low) * scale).astype(int) + 2 * pad + 1
    ink = np.zeros((down, across), np.uint8)
    fixed = np.rint(path * (1 << _SHIFT)).astype(np.int32)
    pressure = rng.uniform(0.1, 0.45) if rng.random() < 0.35 else 0.0
    for start, stop in zip(
        (bounds[:-1] - bounds[0]).tolist(), (bounds[1:] - bounds[0]).tolist(), strict=True
    ):
        if pressure:
            _press(ink, fixed[start:stop], thick, pressure, rng)
        else:
            cv2.polylines(ink, [fixed[start:stop]], False, 255, thick, cv2.LINE_8, _SHIFT)
    return ink, scale


def flourish(ink: NDArray[np.uint8], character: str, rng: np.random.Generator) -> None:
    """Give ``ink`` a habit that some hands have, in place: a slash through 0, a bar through 7 or Z."""
    if character not in _HABITS or rng.random() > _HABITS[character]:
        return
    height, width = ink.shape
    thick = int(rng.integers(2, 8))
    if character == "0":
        low, high = rng.uniform(0.0, 0.25), rng.uniform(0.75, 1.0)
        ends = (low * width, high * height), (high * width, low * height)
    else:
        level = rng.uniform(0.4, 0.6) * height
        ends = (
            (rng.uniform(0.1, 0.3) * width, level),
            (rng.uniform(0.7, 0.95) * width, level - rng.normal(0, 3)),
        )
    (x0, y0), (x1, y1) = ends
    cv2.line(ink, (int(x0), int(y0)), (int(x1), int(y1)), 255, thick)


def _press(
    ink: NDArray[np.uint8], stroke: NDArray[np.int32], thick: int, pressure: float, rng: np.random.Generator
) -> None:
    """Draw one stroke in pieces whose width swells and thins by the part ``pressure``."""
    pieces = max(1, min(8, len(stroke) // 4))
    cuts = np.linspace(0, len(stroke) - 1, pieces + 1).astype(int)
    swell = 1 + pressure * np.sin(
        rng.uniform(0, 2 * np.pi) + rng.uniform(0.5, 3.5) * np.linspace(0, np.pi, pieces)
    )
    for first, last, factor in zip(cuts[:-1], cuts[1:], swell, strict=True):
        cv2.polylines(
            ink, [stroke[first : last + 1]], False, 255, max(1, round(thick * factor)), cv2.LINE_8, _SHIFT
        )
