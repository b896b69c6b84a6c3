"""From a flat page to the photograph that somebody took of it: perspective, light, blur, noise, JPEG."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from surfaces import noise

Floats = NDArray[np.float32]
Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
LARGEST_FILE = 290_000  # bytes


@dataclass(frozen=True)
class Light:
    """``slope``: loss of light from one side to the other; ``direction``: of that loss in degrees, 0 = to the
    right, 90 = down; ``shadow``: how much of the light a shadow takes, ``edge``: where its edge crosses the
    picture, 0..1 along its own direction ``across`` in degrees, ``soft``: how wide it is."""

    level: float = 0.85
    slope: float = 0.25
    direction: float = 30.0
    shadow: float = 0.0
    edge: float = 0.6
    across: float = 20.0
    soft: float = 0.02
    tint: tuple[float, float, float] = (0.95, 1.0, 1.0)  # of the lamp, BGR


def lay(sheet: Floats, ground: Floats, corners: Corners) -> Floats:
    """Lay ``sheet`` on ``ground`` so that its corners, clockwise from the upper left, fall on ``corners``.

    Corners are parts of the ground's width and height, and may lie outside of it. The sheet casts a shadow.
    """
    height, width = sheet.shape[:2]
    rows, columns = ground.shape[:2]
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    target = np.array(corners, np.float32) * np.array([columns, rows], np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    # Shrinking in one step skips pixels; the pages are drawn near their final size, so that this is enough.
    size = (columns, rows)
    laid = cv2.warpPerspective(sheet, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(np.ones((height, width), np.float32), matrix, size)
    away = rows / 250
    shade = cv2.GaussianBlur(mask, (0, 0), 2 * away)
    shade = cv2.warpAffine(shade, np.array([[1, 0, away], [0, 1, 2 * away]], np.float32), size)
    return mask[..., None] * laid + (1 - mask)[..., None] * ground * (1 - 0.6 * shade)[..., None]


def photograph(
    scene: Floats, light: Light, rng: np.random.Generator, *, blur: float, grain: float
) -> NDArray[np.uint8]:
    """What the camera stores of a scene (H, W, 3): uint8 BGR.

    blur: deviation of the lens's blur in pixels; grain: deviation of the sensor's noise at middle grey, 0..1.
    """
    height, width = scene.shape[:2]
    bright = light.level * (1 + light.slope * (0.5 - _along(height, width, light.direction)))
    bright += 0.02 * noise(rng, height, width, (height / 3, width / 3))
    if light.shadow:
        edge = _along(height, width, light.across) + 0.02 * noise(rng, height, width, (height / 4, width / 4))
        bright *= 1 - light.shadow / (1 + np.exp(np.clip((light.edge - edge) / light.soft, -30, 30)))
    seen = scene * bright[..., None] * np.asarray(light.tint, np.float32)
    seen = cv2.GaussianBlur(seen, (0, 0), blur)
    # Photons arrive at random: the noise of a pixel grows with the root of its light. What is left of it
    # after a telephone's own smoothing is coarser than a pixel.
    random = rng.standard_normal(scene.shape, np.float32)
    random = 1.7 * cv2.GaussianBlur(random, (0, 0), 0.6)
    seen += grain * np.sqrt(np.clip(seen, 0.02, 1) / 0.5) * random
    return (np.clip(seen, 0, 1) * 255 + 0.5).astype(np.uint8)


def save(picture: NDArray[np.uint8], path: Path, quality: int = 88) -> None:
    """Write a JPEG at ``quality``, or the best below it that keeps the file under LARGEST_FILE bytes."""
    for level in range(quality, 20, -4):
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, level])
        if len(data) <= LARGEST_FILE:
            path.write_bytes(data.tobytes())
            return
    raise ValueError(f"{path.name} does not fit in {LARGEST_FILE} bytes")


def _along(height: int, width: int, degrees: float) -> Floats:
    """(H, W) position along a direction, 0 at one end of the picture and 1 at the other."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x = np.linspace(-1, 1, width, dtype=np.float32) * cos
    y = np.linspace(-1, 1, height, dtype=np.float32) * sin
    reach = abs(cos) + abs(sin)
    return np.asarray(((y[:, None] + x[None, :]) / reach + 1) / 2, np.float32)
