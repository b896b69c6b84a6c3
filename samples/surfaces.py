"""What is written on, and what that lies on.

Surfaces are reflectance: (H, W, 3) float32, BGR, 0 = black, 1 = white.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Colour = tuple[float, float, float]  # BGR, 0..1


def noise(rng: np.random.Generator, height: int, width: int, scale: tuple[float, float]) -> Floats:
    """(H, W) smooth noise of about unit deviation; ``scale``: height and width of its bumps in pixels."""
    coarse = rng.standard_normal((int(height / scale[0]) + 2, int(width / scale[1]) + 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def paper(rng: np.random.Generator, height: int, width: int, colour: Colour, *, rough: float = 1.0) -> Floats:
    """A sheet: clouds, fibres and grain, ``rough`` times as strong as on office paper."""
    grain = 0.006 * noise(rng, height, width, (40, 40))
    grain += 0.006 * noise(rng, height, width, (3, 9))
    grain += 0.006 * noise(rng, height, width, (2, 2))
    return np.asarray(colour, np.float32) * (1 + rough * grain)[..., None]


def cardboard(rng: np.random.Generator, height: int, width: int) -> Floats:
    """Brown board whose corrugation shows through."""
    waves = 0.02 * np.sin(np.arange(width, dtype=np.float32) * 2 * np.pi / (width / 90))
    return paper(rng, height, width, (0.36, 0.52, 0.66), rough=3) * (1 + waves)[None, :, None]


def wood(rng: np.random.Generator, height: int, width: int) -> Floats:
    """A desk: grain runs from left to right."""
    rings = noise(rng, height, width, (height / 12, width / 2)) * 2.5
    grain = 0.10 * np.sin(9 * rings) + 0.05 * noise(rng, height, width, (4, width / 6))
    grain += 0.03 * noise(rng, height, width, (2, 60))
    return np.asarray((0.13, 0.24, 0.38), np.float32) * (1 + grain)[..., None]


def board(rng: np.random.Generator, height: int, width: int, colour: Colour, *, wiped: float) -> Floats:
    """A white or black board with the streaks that a wiper left, ``wiped`` deep."""
    streaks = noise(rng, height, width, (height / 40, width / 5))
    streaks += noise(rng, height, width, (height / 7, width / 3))
    return np.asarray(colour, np.float32) * (1 + wiped * streaks)[..., None]


def rule(sheet: Floats, colour: Colour, step: float, *, squared: bool = False, top: float = 0.0) -> None:
    """Print lines every ``step`` pixels from ``top`` down, with ``squared`` also upright ones; in place."""
    height, width = sheet.shape[:2]
    thick = max(step / 45, 1.0)
    _stripes(sheet, np.arange(height, dtype=np.float32) - top, step, thick, colour, axis=0)
    if squared:
        _stripes(sheet, np.arange(width, dtype=np.float32), step, thick, colour, axis=1)


def frame(sheet: Floats, box: tuple[int, int, int, int], colour: Colour, thick: int) -> None:
    """Print the outline of ``box`` (left, top, right, bottom); in place."""
    cv2.rectangle(sheet, box[:2], box[2:], colour, thick, cv2.LINE_AA)


def ink(sheet: Floats, coverage: Floats, colour: Colour) -> Floats:
    """The sheet with ``coverage`` (H, W), 0..1, of ink laid over it."""
    return sheet + coverage[..., None] * (np.asarray(colour, np.float32) - sheet)


def _stripes(sheet: Floats, position: Floats, step: float, thick: float, colour: Colour, axis: int) -> None:
    away = np.abs((position + step / 2) % step - step / 2)
    strength = np.clip(thick / 2 + 0.5 - away, 0, 1) * (position > -thick)
    strength = strength[:, None, None] if axis == 0 else strength[None, :, None]
    sheet += strength * (np.asarray(colour, np.float32) - sheet)
