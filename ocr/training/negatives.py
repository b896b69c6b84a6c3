"""What is not a letter but will be asked about: pieces, two letters at once, ruling, specks, scribbles."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 80


def piece(
    ink: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], tuple[float, float]] | None:
    """The left, right, upper or lower part of a letter, and where in the letter's height its rows begin and end.

    The latter are parts of the height, 0 at the top. None where it may itself be a letter (a bar).
    """
    height, width = ink.shape
    part = rng.uniform(0.3, 0.65)
    first = 0
    if rng.random() < 0.75:
        cut = max(1, int(part * width))
        half = ink[:, :cut] if rng.random() < 0.5 else ink[:, width - cut :]
    else:
        cut = max(1, int(part * height))
        first = 0 if rng.random() < 0.5 else height - cut
        half = ink[first : first + cut]
    left, top, across, down = cv2.boundingRect(half)
    if min(across, down) < 0.4 * max(across, down) or max(across, down) < 20:
        return None
    half = half[top : top + down, left : left + across]
    # A solid bar or blob could be I, a dash or a full stop.
    if (half > 0).mean() > 0.75:
        return None
    return half.copy(), ((first + top) / height, (first + top + down) / height)


def together(
    first: NDArray[np.uint8],
    second: NDArray[np.uint8],
    rng: np.random.Generator,
    spans: tuple[tuple[float, float], tuple[float, float]] = ((1.0, 0.0), (1.0, 0.0)),
    unit: float = 60.0,
) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    """Two letters, or the half of one and another, side by side, touching or nearly.

    spans: top and bottom of each above the baseline, in letter heights; unit: letter height in pixels.
    Returns the ink and the span of both together.
    """
    sized = []
    for ink, (top, bottom) in zip((first, second), spans, strict=True):
        factor = max(top - bottom, 0.05) * unit / len(ink)
        size = (max(1, round(ink.shape[1] * factor)), max(1, round(len(ink) * factor)))
        sized.append(cv2.resize(ink, size, interpolation=cv2.INTER_AREA))
    if rng.random() < 0.25:  # as a cut in the wrong place leaves it
        cut = max(1, int(rng.uniform(0.3, 0.7) * sized[0].shape[1]))
        sized[0] = sized[0][:, -cut:]
    if rng.random() < 0.5:
        sized, spans = sized[::-1], spans[::-1]
    gap = int(rng.normal(0, 0.075 * unit))
    highest = max(top for top, _ in spans)
    tops = [round((highest - top) * unit) for top, _ in spans]
    height = max(top + len(ink) for top, ink in zip(tops, sized, strict=True))
    width = max(sized[0].shape[1] + sized[1].shape[1] + gap, *(ink.shape[1] for ink in sized))
    both = np.zeros((height, width), np.uint8)
    for ink, top, left in zip(sized, tops, (0, width - sized[1].shape[1]), strict=True):
        place = both[top : top + len(ink), left : left + ink.shape[1]]
        np.maximum(place, ink, out=place)
    return both, (highest, min(bottom for _, bottom in spans))


def ruling(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A stretch of a rule, two parallel rules, or the corner or junction of a frame, larger than a letter."""
    ink = np.zeros((_SIDE, _SIDE), np.uint8)
    thick = int(rng.integers(1, 7))
    x, y = rng.uniform(0.1, 0.9, 2) * _SIDE
    tilt = rng.normal(0, 3)
    kind = rng.random()

    def line(a: tuple[float, float], b: tuple[float, float]) -> None:
        cv2.line(ink, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 255, thick)

    if kind < 0.35:
        line((0, y), (_SIDE, y + tilt))
        if rng.random() < 0.5:
            line((0, y + 12 * rng.normal()), (_SIDE, y + 12 * rng.normal()))
        for _ in range(int(rng.integers(0, 4))):
            start = rng.uniform(0, _SIDE)
            line((start, y), (start + rng.normal(0, 8), y + rng.normal(0, 10)))
    elif kind < 0.7:
        corner = (_SIDE * rng.integers(0, 2) * 0.96, y)
        line((0, y), (_SIDE, y + tilt))
        line((corner[0], 0 if rng.random() < 0.7 else y), (corner[0] + tilt, _SIDE))
    else:
        line((0, y), (_SIDE, y + tilt))
        line((x, 0), (x + tilt, _SIDE))
        if rng.random() < 0.5:
            line((x + 15, 0), (x + 15 + tilt, _SIDE))
    return np.ascontiguousarray(np.rot90(ink, int(rng.integers(0, 4))))


def scribble(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A crossing-out, wood grain, or a wandering line."""
    ink = np.zeros((_SIDE, int(_SIDE * rng.uniform(0.5, 2.0))), np.uint8)
    count = int(rng.integers(6, 30))
    thick = int(rng.integers(2, 9))
    if rng.random() < 0.5:
        path = np.cumsum(rng.normal(0, 14, (count, 2)), axis=0)
    else:
        path = np.column_stack(
            [np.linspace(0, 60, count) + rng.normal(0, 3, count), 30 * (np.arange(count) % 2)]
        )
        path += rng.normal(0, 4, path.shape)
    path = (path - path.min(0)) / max(float(np.ptp(path)), 1.0) * (_SIDE - 12) + 6
    cv2.polylines(ink, [np.rint(path).astype(np.int32)], False, 255, thick)
    return ink


def speckle(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Texture that passed the threshold: clouds of grain, a ragged smudge."""
    cells = int(rng.integers(5, 16))
    grain = rng.standard_normal((cells, cells), dtype=np.float32)
    ridge = np.linspace(-1.5, 1.5, cells, dtype=np.float32)
    grain += rng.uniform(0.5, 1.5) - np.hypot(ridge[:, None], ridge * np.float32(rng.uniform(0.5, 2)))
    ink = cv2.resize(grain, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC) > rng.uniform(-0.2, 0.8)
    return ink.astype(np.uint8) * 255
