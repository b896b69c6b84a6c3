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
from ocr.training.recipes import NOT_A_LETTER, Recipe
from ocr.training.rows import placements
from ocr.training.writers import is_validation

UNKNOWN_ROW = 0.2  # part of the drawings that do not know their row
_RECENT = 64


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
        recent: list[NDArray[np.uint8]] = []
        patches, proportions, heights = [], [], []
        labels = np.where(glyphs >= 0, self.labels[glyphs], len(self.recipe.classes) - 1)
        for glyph in glyphs.tolist():
            large = False
            if glyph >= 0:
                ink, unit = self.write(glyph, rng)
                pen.flourish(ink, self.recipe.classes[self.labels[glyph]], rng)
                recent.append(ink.copy())
                del recent[:-_RECENT]
            else:
                ink, large = self._no_letter(recent, rng)
                unit = pen.FINE
            patch = capture(ink, unit, rng, recent)
            patches.append(patch)
            _, _, wide, high = cv2.boundingRect((patch > 127).view(np.uint8))
            proportions.append(max(wide, 1) / max(high, 1))
            heights.append(large)
        usual = rng.random(count) < 0.85
        sides = np.where(usual, rng.normal(LETTER, 1.2, count), rng.uniform(17.5, 31, count)).clip(16, 31)
        widths = np.where(rng.random(count) < 0.92, rng.normal(STROKE, 0.35, count).clip(3.2, 5.6), 0)
        images = np.rint(normalise(patches, sides, widths) * 255).astype(np.uint8)
        return Drawings(
            images, labels, self._place(labels, np.array(proportions), np.array(heights), rng), glyphs
        )

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
        self, recent: list[NDArray[np.uint8]], rng: np.random.Generator
    ) -> tuple[NDArray[np.uint8], bool]:
        """Something that is no letter, and whether it is larger than letters are (ruling)."""
        choice = rng.random()
        if choice < 0.7 and len(recent) > 1:
            first, second = (recent[int(i)] for i in rng.integers(0, len(recent), 2))
            if choice < 0.35:
                part = negatives.piece(first, rng)
                if part is not None:
                    return part, False
            if min(len(first), len(second)) > 0.5 * pen.FINE:
                return negatives.together(first, second, rng), False
        if choice < 0.8:
            return negatives.ruling(rng), True
        if choice < 0.9:
            return negatives.scribble(rng), False
        return negatives.speckle(rng), False

    def _place(
        self,
        labels: NDArray[np.int64],
        proportions: NDArray[np.float64],
        large: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> NDArray[np.float32]:
        """(N, 6) placement features: each letter where letters of its class stand in rows."""
        count = len(labels)
        if not self._placements:
            return np.zeros((count, len(FEATURES)), np.float32)
        span = np.empty((count, 2))
        for position, label in enumerate(labels.tolist()):
            known = self._placements.get(self.recipe.classes[label])
            if known is not None and self.recipe.classes[label] != NOT_A_LETTER:
                span[position] = known[int(rng.integers(len(known)))]
            else:
                height = rng.uniform(1.4, 4.0) if large[position] else np.exp(rng.normal(-0.3, 0.5))
                bottom = rng.normal(0, 0.4) - max(0.0, height - 1) * rng.random()
                span[position] = bottom + height, bottom
        height = np.maximum(span[:, 0] - span[:, 1], 0.02)
        boxes = np.column_stack([np.zeros(count), -span[:, 1] - height, proportions * height, -span[:, 1]])
        known_row = placement(boxes, RowFrame(0.0, 0.0, 1.0))
        return np.where(rng.random((count, 1)) < UNKNOWN_ROW, placement(boxes, None), known_row)


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
