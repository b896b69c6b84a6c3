"""A hand that prints: every letter of a font comes out a little different each time it is written.

A letter is shifted, turned, slanted, resized and bent by a smooth random field, and its stroke is made
thinner or thicker, so that two A's on a page differ as they do from a real pen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Floats = NDArray[np.float32]


@dataclass
class Hand:
    """Writes in one font. Lengths are parts of the height of a capital letter, angles are degrees."""

    font: Path
    rng: np.random.Generator
    gap: float = 0.28  # between the ink of neighbouring letters
    space: float = 0.75  # between words, on top of the gap
    slant: float = 0.0
    pen: float = 0.0  # a broader pen than the font's: what it adds on either side of a stroke
    unsteadiness: float = 1.0  # scales every random change; 0 writes like a printer
    _unit: float = field(init=False)  # font size whose capitals are one pixel high

    def __post_init__(self) -> None:
        _, top, _, bottom = ImageFont.truetype(self.font, 200).getbbox("H", anchor="ls")
        self._unit = 200 / (bottom - top)

    def write(self, coverage: Floats, text: str, left: float, baseline: float, capital: float) -> float:
        """Write one line; returns its right end. ValueError if it does not fit between the edges.

        coverage: (H, W), 0 = paper, 1 = ink, changed in place. ``left``, ``baseline`` and ``capital``, the
        height of a capital letter, in pixels.
        """
        slope = self._vary(0.012)
        drift = 0.0
        x = left
        for character in text:
            if character == " ":
                x += capital * (self.space + self._vary(0.12))
                continue
            drift = 0.8 * drift + self._vary(0.025) * capital
            patch, ink_left, ink_right, line = self._letter(character, capital)
            _darken(coverage, patch, x - ink_left, baseline + slope * (x - left) + drift - line)
            x += ink_right - ink_left + capital * max(self.gap + self._vary(0.07), 0.08)
        if x > coverage.shape[1] - self.gap * capital:
            raise ValueError(f"{text!r} ends at {x:.0f} of {coverage.shape[1]} pixels")
        return x

    def write_in_cell(
        self, coverage: Floats, character: str, centre: float, baseline: float, capital: float
    ) -> None:
        """Write one letter around the abscissa ``centre``, as into a box of a form."""
        patch, ink_left, ink_right, line = self._letter(character, capital)
        x = centre - (ink_left + ink_right) / 2 + self._vary(0.06) * capital
        _darken(coverage, patch, x, baseline + self._vary(0.05) * capital - line)

    def _letter(self, character: str, capital: float) -> tuple[Floats, int, int, float]:
        """A patch (h, w), its ink's left and right column, and the row of the base line in it."""
        size = self._unit * capital * (1 + self._vary(0.05))
        font = ImageFont.truetype(self.font, round(size))
        margin = round(0.7 * capital)
        width = round(font.getlength(character)) + 2 * margin
        height = round(2 * capital) + margin
        base = height - margin
        glyph = Image.new("L", (width, height), 0)
        ImageDraw.Draw(glyph).text(
            (margin, base), character, font=font, fill=255, anchor="ls", stroke_width=self.pen * capital
        )
        drawn = np.asarray(glyph, np.float32) / np.float32(255)
        patch = self._bend(drawn, capital, (width / 2, base - capital / 2))
        columns = np.flatnonzero(patch.max(0) > 0.5)
        if not columns.size:
            raise ValueError(f"{self.font.name} draws nothing for {character!r}")
        return patch, int(columns[0]), int(columns[-1]) + 1, float(base)

    def _bend(self, glyph: Floats, capital: float, centre: tuple[float, float]) -> Floats:
        """Turn, slant and bend a glyph around ``centre`` and change the width of its stroke."""
        angle = np.deg2rad(self._vary(2.5))
        shear = np.tan(np.deg2rad(self.slant + self._vary(2.5)))
        stretch = 1 + self._vary(0.05)
        cos, sin = np.cos(angle), np.sin(angle)
        matrix = np.array([[stretch, -shear], [0, 1]]) @ np.array([[cos, -sin], [sin, cos]])
        rows, columns = np.indices(glyph.shape, np.float32)
        offset = np.stack([columns - centre[0], rows - centre[1]])
        x, y = np.tensordot(np.linalg.inv(matrix), offset, 1).astype(np.float32)
        amplitude = 0.035 * capital * self.unsteadiness
        x += centre[0] + amplitude * self._field(glyph.shape, capital / 2)
        y += centre[1] + amplitude * self._field(glyph.shape, capital / 2)
        bent = cv2.remap(glyph, x, y, cv2.INTER_LINEAR)
        # A blurred edge cut at a level below one half lies further out: the stroke grows; above, it shrinks.
        soft = max(0.02 * capital, 0.6)
        level = 0.5 + self._vary(0.08) + 0.06 * self.unsteadiness * self._field(glyph.shape, capital / 3)
        bent = cv2.GaussianBlur(bent, (0, 0), soft)
        return np.clip((bent - level) * 2 * soft + 0.5, 0, 1).astype(np.float32)

    def _field(self, shape: tuple[int, ...], scale: float) -> Floats:
        """(h, w) smooth noise of about unit deviation whose bumps are ``scale`` pixels wide."""
        coarse = self.rng.standard_normal((int(shape[0] / scale) + 2, int(shape[1] / scale) + 2))
        return cv2.resize(coarse.astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)

    def _vary(self, deviation: float) -> float:
        """A normal random number, cut at two deviations: unsteady, not illegible."""
        return float(np.clip(self.rng.normal(), -2, 2)) * deviation * self.unsteadiness


def _darken(coverage: Floats, patch: Floats, left: float, top: float) -> None:
    """Lay ``patch`` on ``coverage`` with its corner at (left, top); what lies outside is cut off."""
    x, y = round(left), round(top)
    height, width = coverage.shape
    rows = slice(max(y, 0), min(y + patch.shape[0], height))
    columns = slice(max(x, 0), min(x + patch.shape[1], width))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    part = patch[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
    np.maximum(coverage[rows, columns], part, out=coverage[rows, columns])
