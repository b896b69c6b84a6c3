"""Written rows -> row pictures: the hand's geometry, the pen, and what the paper adds.

Points go straight through the row's geometry (`ocr.reading.rows.picture`) and are drawn once, at three times
the final size without anti-aliasing, which gives ten shades of grey at a fifth of the time.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ocr.reading.rows.picture import HEIGHT, MARGIN, fit_geometry
from ocr.training.row_compose import Written

MAX_WIDTH = 960
_FINE = 3
_SHIFT = 4  # fractional bits of OpenCV's coordinates

Polylines = list[NDArray[np.int32]]


@dataclass(frozen=True)
class Damage:
    """How likely each kind of damage is, and how far the geometry strays; 0 switches one off."""

    jitter: float = 1.0
    gaps: float = 0.12
    pressure: float = 0.3
    ruling: float = 0.13
    frame: float = 0.05
    neighbours: float = 0.13
    specks: float = 0.1
    cut: float = 0.1

    def scaled(self, factor: float) -> Damage:
        """All of it times ``factor``."""
        return Damage(*(factor * amount for amount in astuple(self)))


CLEAN = Damage(0, 0, 0, 0, 0, 0, 0, 0)


def draw(
    row: Written, rng: Generator, damage: Damage, neighbour: Polylines | None = None
) -> tuple[NDArray[np.uint8], Polylines] | None:
    """Draw a row.

    neighbour: strokes of another row (as this function returns them) that may reach into this one.
    Returns ((HEIGHT, width) uint8, 0 = paper, 255 = ink; the row's strokes), or None when it is too wide.
    """
    points, width, scale = _place(row, rng, damage.jitter)
    if width > MAX_WIDTH:
        return None
    fixed = np.round((points * _FINE - 0.5) * (1 << _SHIFT)).astype(np.int32)
    strokes = np.split(fixed, np.cumsum(row.lengths)[:-1])
    canvas = np.zeros((HEIGHT * _FINE, width * _FINE), np.uint8)
    pen = float(np.clip(rng.lognormal(np.log(2.1), 0.4), 0.9, 4.4)) * scale if damage.jitter else 2.1
    if row.groups is not None:
        _fill(canvas, strokes, row.groups, rng, pen)
    else:
        _stroke(canvas, strokes, rng, pen, damage)
    _paper(canvas, rng, damage, neighbour, pen)
    picture = cv2.resize(canvas, (width, HEIGHT), interpolation=cv2.INTER_AREA)
    return picture, strokes


def _place(row: Written, rng: Generator, jitter: float) -> tuple[NDArray[np.float64], int, float]:
    """The row's points in the picture, (n, 2), the picture's width, and the scale beyond the geometry's."""
    points, ink = row.points.astype(np.float64), row.ink.astype(np.float64)
    both = np.concatenate([points, ink]) if row.filled else points
    if jitter:
        both = _by_hand(both, rng, jitter)
    ink = both[len(points) :] if row.filled else both
    geometry = fit_geometry(ink)
    placed, scale = geometry.forward(both[: len(points)]), 1.0
    if jitter:
        # What an estimate on a photograph gets wrong: size, height, what is left of slant and tilt.
        placed[:, 1] -= HEIGHT / 2
        if rng.random() < 0.25:  # the slant of the page was not found at all
            placed[:, 0] -= geometry.slant * placed[:, 1]
        scale = float(np.exp(np.clip(rng.normal(0, 0.14 * jitter), -0.4, 0.3)))
        placed *= scale
        placed[:, 0] *= np.exp(rng.normal(0, 0.1 * jitter))
        placed[:, 0] -= rng.normal(0, 0.09 * jitter) * placed[:, 1]
        tilt = np.clip(rng.normal(0, 0.012 * jitter), -0.05, 0.05)
        placed[:, 1] += tilt * (placed[:, 0] - placed[:, 0].mean()) + rng.normal(0, 1.1 * jitter) + HEIGHT / 2
    low, high = placed[:, 0].min(), placed[:, 0].max()
    margins = rng.integers(2, 2 * MARGIN, 2) if jitter else (MARGIN, MARGIN)
    placed[:, 0] += margins[0] - low
    return placed, int(np.ceil(high - low)) + int(sum(margins)), scale


def _by_hand(points: NDArray[np.float64], rng: Generator, jitter: float) -> NDArray[np.float64]:
    """Lean, tilt and wave of a row that nothing has straightened yet."""
    x, y = points.T
    x = x - rng.normal(0, 0.18 * jitter) * y
    length = max(float(np.ptp(x)), 1.0)
    if rng.random() < 0.5:
        wave = rng.uniform(0, 0.18 * jitter) * min(1.0, length / 6)
        y = y + wave * np.sin(
            2 * np.pi * (x / rng.uniform(max(4.0, 0.7 * length), 3 * length + 4) + rng.random())
        )
    y = y + np.clip(rng.normal(0, 0.035 * jitter), -0.1, 0.1) * x
    if rng.random() < 0.3:  # shaking hand: a smooth random walk of the points
        walk = np.cumsum(rng.normal(0, 1, points.shape), axis=0)
        walk -= np.cumsum(np.ones_like(walk), axis=0) / len(walk) * walk[-1]
        kernel = 12
        smooth = walk - np.roll(walk, kernel, axis=0)
        smooth[:kernel] = 0
        noise = smooth * rng.uniform(0, 0.012)
        return np.stack([x, y], axis=1) + noise
    return np.stack([x, y], axis=1)


def _stroke(
    canvas: NDArray[np.uint8], strokes: Polylines, rng: Generator, pen: float, damage: Damage
) -> None:
    thick = max(1, round(pen * _FINE))
    if rng.random() < damage.gaps:
        strokes = _broken(strokes, rng)
    if rng.random() < damage.pressure and len(strokes) > 1:
        change = max(1, round(0.25 * thick))
        light = rng.random(len(strokes)) < 0.4
        cv2.polylines(
            canvas,
            [s for s, it in zip(strokes, light, strict=True) if it],
            False,
            int(rng.integers(130, 256)),
            max(1, thick - change),
            cv2.LINE_8,
            _SHIFT,
        )
        strokes = [s for s, it in zip(strokes, light, strict=True) if not it]
    cv2.polylines(canvas, strokes, False, 255, thick, cv2.LINE_8, _SHIFT)


def _broken(strokes: Polylines, rng: Generator) -> Polylines:
    """Leave out a short piece of some strokes."""
    broken: Polylines = []
    for stroke in strokes:
        if len(stroke) > 8 and rng.random() < 0.35:
            cut = int(rng.integers(2, len(stroke) - 3))
            broken += [stroke[:cut], stroke[cut + int(rng.integers(1, 3)) :]]
        else:
            broken.append(stroke)
    return broken


def _fill(
    canvas: NDArray[np.uint8], outlines: Polylines, groups: list[int], rng: Generator, pen: float
) -> None:
    start = 0
    for count in groups:
        cv2.fillPoly(canvas, outlines[start : start + count], 255, cv2.LINE_8, _SHIFT)
        start += count
    if rng.random() < 0.5:
        cv2.polylines(canvas, outlines, True, 255, max(1, round(0.4 * pen * _FINE)), cv2.LINE_8, _SHIFT)


def _paper(
    canvas: NDArray[np.uint8], rng: Generator, damage: Damage, neighbour: Polylines | None, pen: float
) -> None:
    """Ruling, frames, strokes of other rows and specks that were not removed."""
    height, width = canvas.shape
    thick = max(1, round(pen * _FINE))
    if neighbour and rng.random() < damage.neighbours:
        shift = int(rng.choice([-1, 1]) * rng.uniform(22, 35) * _FINE) << _SHIFT
        moved = [
            stroke + np.array([rng.integers(-40, 40) << _SHIFT, shift], np.int32) for stroke in neighbour
        ]
        if rng.random() < 0.6:  # most of a neighbour is removed: single strokes stay
            moved = [stroke for stroke in moved if rng.random() < 0.3]
        cv2.polylines(canvas, moved, False, 255, thick, cv2.LINE_8, _SHIFT)
    marks = np.zeros_like(canvas)  # a faint line does not make the ink under it fainter
    if rng.random() < damage.ruling:
        for _ in range(int(rng.integers(1, 3))):
            y = (
                rng.choice(
                    [rng.uniform(0.68, 0.95), rng.uniform(0.05, 0.3), rng.uniform(0.3, 0.7)],
                    p=[0.55, 0.25, 0.2],
                )
                * height
            )
            rise = rng.normal(0, 0.006) * width
            ends = np.sort(rng.uniform(-0.3, 1.3, 2)) * width
            if rng.random() < 0.5:
                ends = np.array([0, width])
            cv2.line(
                marks,
                (int(ends[0]), int(y - rise)),
                (int(ends[1]), int(y + rise)),
                int(rng.integers(90, 256)),
                int(rng.integers(1, 6)),
                cv2.LINE_8,
            )
    if rng.random() < damage.frame:
        for x in rng.uniform(0, width, int(rng.integers(1, 4))).tolist():
            cv2.line(
                marks,
                (int(x), int(rng.uniform(-0.2, 0.4) * height)),
                (int(x + rng.normal(0, 4)), int(rng.uniform(0.6, 1.2) * height)),
                int(rng.integers(110, 256)),
                int(rng.integers(1, 6)),
                cv2.LINE_8,
            )
    if rng.random() < damage.specks:
        for _ in range(int(rng.integers(1, 6))):
            cv2.circle(
                marks,
                (int(rng.integers(width)), int(rng.integers(height))),
                int(rng.integers(1, 5)),
                int(rng.integers(100, 256)),
                -1,
            )
    np.maximum(canvas, marks, out=canvas)
    if rng.random() < damage.cut:
        side = int(rng.integers(0, 4)) * _FINE
        canvas[:, :side] = 0
        canvas[:, width - side :] = 0
