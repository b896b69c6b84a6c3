"""Rows as they are written, before any pen or paper: points and text.

Three ways to a row: words and lines as one person wrote them, text set with one person's letters, and text
set in a handwriting font. Unit of length: about the height of a capital; y runs down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ocr.training.row_fonts import Face
from ocr.training.row_letters import Letters
from ocr.training.row_strokes import Strokes

_SPREAD = 0.31  # standard deviation of the ink of a row of capitals, in heights of a capital


@dataclass
class Written:
    """A row. points: (n, 2) float32 of all strokes, or of all outlines when ``filled``.

    lengths: points of each stroke or outline. groups: outlines of each glyph (filled even-odd).
    ink: (m, 2) points spread evenly over the ink, from which the row's geometry is found.
    cased: False where the writer's capitals were not transcribed as such.
    """

    text: str
    points: NDArray[np.float32]
    lengths: NDArray[np.int64]
    ink: NDArray[np.float32]
    groups: list[int] | None = None
    cased: bool = True

    @property
    def filled(self) -> bool:
        return self.groups is not None


def whole_segment(strokes: Strokes, segment: int) -> Written | None:
    """A word or a line as it was written, scaled by the spread of its ink; None when it is a mere dot."""
    points, lengths = strokes.get(segment)
    spread = _spread_of(points)
    if spread < 1e-3:
        return None
    points = (points - points.mean(axis=0)) * np.float32(_SPREAD / spread)
    return Written(str(strokes.labels[segment]), points, lengths, points, cased=bool(strokes.cased[segment]))


def words_in_row(strokes: Strokes, segments: NDArray[np.int64], rng: Generator) -> Written | None:
    """Several words of one person side by side."""
    parts = [whole_segment(strokes, int(segment)) for segment in segments]
    gap = rng.uniform(0.3, 1.2)
    x, points, lengths, texts, cased = 0.0, [], [], [], True
    for part in parts:
        if part is None:
            return None
        low, high = part.points.min(axis=0), part.points.max(axis=0)
        # The median of the ink lies between baseline and x-height, whatever ascends or descends.
        shift = np.array([x - low[0], rng.normal(0, 0.04) - np.median(part.points[:, 1])], np.float32)
        points.append(part.points + shift)
        lengths.append(part.lengths)
        texts.append(part.text)
        cased &= part.cased
        x += high[0] - low[0] + gap * rng.uniform(0.7, 1.4)
    joined = np.concatenate(points)
    return Written(" ".join(texts), joined, np.concatenate(lengths), joined, cased=cased)


def _spread_of(points: NDArray[np.float32]) -> float:
    """Spread of the ink about its straight line, as good as `fit_geometry` for choosing a rough scale."""
    centred = points - points.mean(axis=0)
    xx, xy = np.square(centred[:, 0]).sum(), (centred[:, 0] * centred[:, 1]).sum()
    slope = np.clip(xy / max(xx, 1e-9), -0.3, 0.3) if len(points) > 60 else 0.0
    down = centred[:, 1] - slope * centred[:, 0]
    return float(max(np.sqrt(np.square(down).mean()), 0.02 * np.sqrt(xx / len(points))))


@dataclass(frozen=True)
class Spacing:
    """gap: between letters. nearness: 0 spaces by boxes, 1 by the nearest ink. space: between words.
    wobble, growth, bounce: variation of size per letter, along the row, and of the baseline."""

    gap: float
    spread: float
    nearness: float
    space: float
    wobble: float
    growth: float
    bounce: float


def random_spacing(rng: Generator, touching: bool = False) -> Spacing:
    """Ordinary, wide or touching spacing of letters."""
    wobble, growth = rng.uniform(0, 0.09), rng.normal(0, 0.06)
    bounce = rng.uniform(0, 0.07)
    if touching:
        return Spacing(rng.uniform(-0.08, 0.05), 0.05, 1.0, rng.uniform(0.35, 0.8), wobble, growth, bounce)
    if rng.random() < 0.13:
        gap = rng.uniform(0.35, 1.0)
        return Spacing(
            gap, 0.12, rng.uniform(0, 0.5), gap * rng.uniform(0.8, 1.6) + 0.5, wobble, growth, bounce
        )
    gap = max(0.03, rng.normal(0.16, 0.08))
    return Spacing(
        gap,
        rng.uniform(0.02, 0.08),
        rng.uniform(0, 0.9),
        max(0.3, rng.lognormal(-0.45, 0.4)),
        wobble,
        growth,
        bounce,
    )


def set_letters(letters: Letters, writer: int, text: str, spacing: Spacing, rng: Generator) -> Written | None:
    """``text`` with one person's letters, what they lack borrowed from others; None for unknown ones."""
    own, people = letters.by_writer[writer], letters.by_writer
    segments: list[int] = []
    spaces: list[int] = []
    memory: dict[str, int] = {}
    for character in text:
        if character == " ":
            if spaces:
                spaces[-1] += 1
            continue
        choices = own.get(character)
        tries = 0
        while choices is None:
            choices = people[rng.integers(len(people))].get(character)
            tries += 1
            if tries > 400:
                return None
        # A writer repeats the own shape: half of the repeated letters are the very same drawing.
        segment = memory.get(character)
        if segment is None or rng.random() < 0.5:
            segment = int(choices[rng.integers(len(choices))])
            memory[character] = segment
        segments.append(segment)
        spaces.append(0)
    if not segments:
        return None
    parts = [letters.strokes.get(segment) for segment in segments]
    sizes = np.exp(
        rng.normal(0, spacing.wobble, len(segments)) + spacing.growth * np.linspace(-1, 1, len(segments))
    )
    offsets = _lay_out(
        letters.left[segments],
        letters.right[segments],
        letters.width[segments],
        sizes,
        np.array(spaces),
        spacing,
        rng,
    )
    counts = [len(points) for points, _ in parts]
    points = np.concatenate([points for points, _ in parts])
    points = points * np.repeat(sizes, counts)[:, None].astype(np.float32)
    points += np.repeat(offsets, counts, axis=0).astype(np.float32)
    return Written(text.strip(), points, np.concatenate([lengths for _, lengths in parts]), points)


def _lay_out(
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    width: NDArray[np.float32],
    sizes: NDArray[np.float64],
    spaces: NDArray[np.int64],
    spacing: Spacing,
    rng: Generator,
) -> NDArray[np.float64]:
    """(n, 2) place of every letter's origin on the row."""
    count = len(width)
    offsets = np.zeros((count, 2))
    offsets[:, 1] = rng.normal(0, spacing.bounce, count)
    if count == 1:
        return offsets
    fat = right.copy()  # ink in the neighbouring bands is near, too
    fat[:, 1:] = np.maximum(fat[:, 1:], right[:, :-1])
    fat[:, :-1] = np.maximum(fat[:, :-1], right[:, 1:])
    nearest = np.max(fat[:-1] - left[1:], axis=1)
    nearest = np.maximum(nearest, 0.4 * width[:-1])
    advance = (spacing.nearness * nearest + (1 - spacing.nearness) * width[:-1]) * sizes[:-1]
    gap = spacing.gap + rng.normal(0, spacing.spread, count - 1)
    between = spaces[:-1] > 0
    gap = np.where(
        between, np.maximum(gap, 0.05) + spacing.space * spaces[:-1] * rng.uniform(0.8, 1.3, count - 1), gap
    )
    advance = np.where(between, width[:-1] * sizes[:-1], advance)
    offsets[1:, 0] = np.cumsum(advance + gap)
    return offsets


def set_font(face: Face, text: str, rng: Generator) -> Written | None:
    """``text`` in a handwriting font; None when the face lacks a character."""
    tracking = rng.normal(0, 0.03) if rng.random() < 0.6 else rng.uniform(0, 0.4)
    bounce = rng.uniform(0, 0.04)
    widen = rng.uniform(0.8, 1.6)
    x, contours, ink, groups = 0.0, [], [], []
    for character in text:
        if character == " ":
            x += max(face.space, 0.25) * widen + tracking
            continue
        glyph = face.glyphs.get(character)
        if glyph is None:
            return None
        shift = np.array([x, rng.normal(0, bounce)], np.float32)
        contours += [contour + shift for contour in glyph.contours]
        groups.append(len(glyph.contours))
        ink.append(glyph.ink + shift)
        x += glyph.advance + tracking
    if not contours:
        return None
    lengths = np.array([len(contour) for contour in contours])
    return Written(text.strip(), np.concatenate(contours), lengths, np.concatenate(ink), groups)
