"""An endless supply of letters, each drawn anew: UNIPEN strokes, font letters and digits, balanced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.crops import LETTER, STROKE, normalise
from ocr.reading.placement import FEATURES, RowFrame, placement
from ocr.training import negatives, pen, strokes
from ocr.training.capture import capture
from ocr.training.fonts import CAPITAL, Face, fonts_checksum, read_fonts
from ocr.training.rasters import Rasters, font_letters, mnist_digits, rewrite
from ocr.training.recipes import Recipe
from ocr.training.rows import placements
from ocr.training.writers import is_validation

UNKNOWN_ROW = 0.2  # part of the drawings that do not know their row
_RECENT = 64
_UNIT = 60.0  # letter height, in pixels, of letters that are put together


@dataclass(frozen=True)
class _Written:
    """Ink (H, W) uint8 of one character, ``unit`` its pixels for the usual letter height."""

    ink: NDArray[np.uint8]
    unit: float
    character: str


@dataclass(frozen=True)
class Drawings:
    """A block of drawn letters.

    images: (N, 32, 32) uint8, 0 = paper, 255 = ink; labels: (N,) int64;
    placements: (N, 6) float32; glyphs: (N,) int64, which original was drawn, -1 for what is no letter.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    placements: NDArray[np.float32]
    glyphs: NDArray[np.int64]


class Letters:
    """Draws letters for a recipe from a folder of handwriting; ``held_out`` takes validation's writers.

    ``data`` holds ``unipen/chars.npz``, and, where they exist, ``fonts`` and ``mnist``.
    """

    def __init__(self, data: str | Path, recipe: Recipe, held_out: bool = False) -> None:
        data = Path(data)
        self.recipe = recipe
        self.strokes = strokes.read_unipen(data / "unipen" / "chars.npz")
        self.checksums = {"unipen": self.strokes.checksum}
        faces: list[Face] = []
        if (data / "fonts").is_dir():
            self.checksums["fonts"] = fonts_checksum(data / "fonts")
            faces = [
                face
                for face in read_fonts(data / "fonts")
                if is_validation("font", face.name, "") == held_out
            ]
        self.fonts = font_letters(faces, "".join(recipe.characters), CAPITAL, self.checksums.get("fonts", ""))
        self.digits: Rasters | None = None
        if (data / "mnist").is_dir():
            self.digits = mnist_digits(data / "mnist", test=held_out)
            self.checksums["mnist"] = self.digits.checksum
        self._placements = placements(faces, np.random.default_rng(0)) if recipe.placement else {}
        self._gather(held_out)

    def _gather(self, held_out: bool) -> None:
        """List every original: its source, its index there, its class, and how often it is drawn."""
        index = {name: position for position, name in enumerate(self.recipe.classes)}
        side = strokes.validation_glyphs(self.strokes.writers) == held_out
        sources: list[tuple[str, NDArray[np.str_], NDArray[np.str_], dict[str, str]]] = [
            ("unipen", self.strokes.labels, self.strokes.writers, self.recipe.characters),
            ("aliases", self.strokes.labels, self.strokes.writers, self.recipe.aliases),
            ("fonts", self.fonts.labels, self.fonts.writers, self.recipe.characters),
        ]
        if self.digits is not None:
            sources.append(("mnist", self.digits.labels, self.digits.writers, self.recipe.characters))
        kinds, members, labels, weights = [], [], [], []
        for kind, (name, found, writers, wanted) in enumerate(sources):
            classes = np.array(
                [
                    index.get(wanted.get(label, "?"), -1) if label in wanted else -1
                    for label in found.tolist()
                ],
                np.int64,
            )
            usable = classes >= 0
            if name in ("unipen", "aliases"):
                usable &= side
            chosen = np.flatnonzero(usable)
            kinds.append(np.full(len(chosen), kind))
            members.append(chosen)
            labels.append(classes[chosen])
            weights.append(self.recipe.shares.get(name, 0.0) * _balance(classes[chosen], writers[chosen]))
        self.kinds, self.members = np.concatenate(kinds), np.concatenate(members)
        self.labels = np.concatenate(labels)
        wanted_often = np.array([self.recipe.weights.get(name, 1.0) for name in self.recipe.classes])
        each = np.concatenate(weights)
        per_class = np.bincount(self.labels, each, len(self.recipe.classes))
        each *= (wanted_often / np.maximum(per_class, 1e-12))[self.labels]
        self.cumulative = np.cumsum(each) / each.sum()

    def __len__(self) -> int:
        return len(self.labels)

    def draw(self, count: int, rng: np.random.Generator, glyphs: NDArray[np.int64] | None = None) -> Drawings:
        """Draw ``count`` letters, or exactly the originals ``glyphs``."""
        if glyphs is None:
            glyphs = np.searchsorted(self.cumulative, rng.random(count))
            glyphs[rng.random(count) < self.recipe.negatives] = -1
        recent: list[_Written] = []
        patches, proportions, spans = [], [], []
        labels = np.where(glyphs >= 0, self.labels[glyphs], len(self.recipe.classes) - 1)
        for glyph in glyphs.tolist():
            if glyph >= 0:
                character = self.recipe.classes[self.labels[glyph]]
                ink, unit = self.write(glyph, rng)
                pen.flourish(ink, character, rng)
                span = self._span(character, rng)
                recent.append(_Written(ink.copy(), unit, character))
                del recent[:-_RECENT]
            else:
                ink, unit, span = self._no_letter(recent, rng)
            patch = capture(ink, unit, rng, [written.ink for written in recent])
            patches.append(patch)
            _, _, wide, high = cv2.boundingRect((patch > 127).view(np.uint8))
            proportions.append(max(wide, 1) / max(high, 1))
            spans.append(span)
        usual = rng.random(count) < 0.85
        sides = np.where(usual, rng.normal(LETTER, 1.2, count), rng.uniform(17.5, 31, count)).clip(16, 31)
        widths = np.where(rng.random(count) < 0.92, rng.normal(STROKE, 0.35, count).clip(3.2, 5.6), 0)
        images = np.rint(normalise(patches, sides, widths) * 255).astype(np.uint8)
        return Drawings(images, labels, self._place(np.array(spans), np.array(proportions), rng), glyphs)

    def write(self, glyph: int, rng: np.random.Generator) -> tuple[NDArray[np.uint8], float]:
        """One original written anew: its ink (H, W) uint8 and the usual letter height in its pixels."""
        kind, member = int(self.kinds[glyph]), int(self.members[glyph])
        if kind <= 1:
            return pen.draw(
                self.strokes.points, self.strokes.bounds(member), float(self.strokes.units[member]), rng
            )
        source = self.fonts if kind == 2 else self.digits
        assert source is not None
        return rewrite(source.images[member], rng), source.unit

    def _no_letter(
        self, recent: list[_Written], rng: np.random.Generator
    ) -> tuple[NDArray[np.uint8], float, tuple[float, float]]:
        """Something that is no letter, the letter height in its pixels, and its span, see `_span`.

        Pieces of letters and letters that hang together stand where letters stand.
        """
        choice = rng.random()
        if choice < 0.7 and len(recent) > 1:
            first, second = (recent[int(i)] for i in rng.integers(0, len(recent), 2))
            top, bottom = span = self._span(first.character, rng)
            if choice < 0.35:
                part = negatives.piece(first.ink, rng)
                if part is not None:
                    ink, (begin, end) = part
                    high = top - bottom
                    return ink, first.unit, (top - begin * high, top - end * high)
            spans = (span, self._span(second.character, rng))
            ink, span = negatives.together(first.ink, second.ink, rng, spans, _UNIT)
            return ink, _UNIT, span
        if choice < 0.8:
            height = rng.uniform(1.4, 4.0)
            return negatives.ruling(rng), pen.FINE, _somewhere(height, rng)
        ink = negatives.scribble(rng) if choice < 0.9 else negatives.speckle(rng)
        return ink, pen.FINE, _somewhere(float(np.exp(rng.normal(-0.3, 0.5))), rng)

    def _span(self, character: str, rng: np.random.Generator) -> tuple[float, float]:
        """Top and bottom above the baseline, in letter heights, where such a letter stands in some row."""
        known = self._placements.get(character)
        if known is None:
            return 1.0, 0.0
        top, bottom = known[int(rng.integers(len(known)))].tolist()
        return top, bottom

    def _place(
        self, spans: NDArray[np.float64], proportions: NDArray[np.float64], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """(N, 6) placement features from spans (N, 2), see `_span`, and width / height (N,)."""
        count = len(spans)
        if not self._placements:
            return np.zeros((count, len(FEATURES)), np.float32)
        height = np.maximum(spans[:, 0] - spans[:, 1], 0.02)
        boxes = np.column_stack([np.zeros(count), -spans[:, 1] - height, proportions * height, -spans[:, 1]])
        known_row = placement(boxes, RowFrame(0.0, 0.0, 1.0))
        return np.where(rng.random((count, 1)) < UNKNOWN_ROW, placement(boxes, None), known_row)


def _somewhere(height: float, rng: np.random.Generator) -> tuple[float, float]:
    """Top and bottom of something ``height`` letter heights high that keeps to no line."""
    bottom = rng.normal(0, 0.4) - max(0.0, height - 1) * rng.random()
    return bottom + height, bottom


def _balance(classes: NDArray[np.int64], writers: NDArray[np.str_]) -> NDArray[np.float64]:
    """(N,) weights, 1 in all for each class; a writer's total grows as the root of the number of samples."""
    if len(classes) == 0:
        return np.zeros(0)
    _, hand = np.unique(writers, return_inverse=True)
    named = writers != ""
    pair = classes * (int(hand.max()) + 1) + hand
    _, pair, number = np.unique(pair, return_inverse=True, return_counts=True)
    weights = np.where(named, 1 / np.sqrt(number[pair]), 1.0)
    total = np.bincount(classes, weights)
    return weights / total[classes]
