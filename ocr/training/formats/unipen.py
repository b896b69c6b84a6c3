"""UNIPEN pen strokes in an ``.npz``: every letter is drawn anew each time it is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr.reading.crops import LETTER, STROKE, normalise
from ocr.training import pen
from ocr.training.capture import capture
from ocr.training.datasets import Artist, Samples
from ocr.training.formats.files import npz_keys
from ocr.training.formats.pictures import Geometry
from ocr.training.strokes import Strokes, read_unipen, validation_glyphs

LOOKS_LIKE = "UNIPEN: an .npz with steps, stroke_len, n_strokes, label, ..."

_FIRST_DRAWING = 0  # seed of the drawings that validation sees, the same in every run


def recognises(path: Path) -> bool:
    """True for an archive of strokes."""
    return path.suffix == ".npz" and {"steps", "stroke_len", "n_strokes"} <= npz_keys(path)


def load(path: Path, geometry: Geometry, characters: frozenset[str] | None = None) -> dict[str, Samples]:
    """Training and validation, parted by writer (see `ocr.training.writers`).

    ``characters``: which to take, all when None. The training set's pictures are empty until its artist
    draws them. DataError names file and key.
    """
    strokes = read_unipen(path)
    single = np.array(
        [
            len(label) == 1 and (characters is None or label in characters)
            for label in strokes.labels.tolist()
        ],
        bool,
    )
    classes = tuple(np.unique(strokes.labels[single]).tolist())
    held_out = validation_glyphs(strokes.writers)
    draw = artist(strokes)
    splits: dict[str, Samples] = {}
    for split, members in (("train", single & ~held_out), ("valid", single & held_out)):
        glyphs = np.flatnonzero(members)
        if len(glyphs):
            empty = np.zeros((len(glyphs), 32, 32), np.float32)
            images = draw(glyphs, np.random.default_rng(_FIRST_DRAWING)) if split == "valid" else empty
            own = _of(draw, glyphs) if split == "train" else None
            labels = np.searchsorted(classes, strokes.labels[glyphs]).astype(np.int64)
            splits[split] = Samples(
                images,
                labels,
                classes,
                strokes.writers[glyphs],
                f"{path.stem}-{split}",
                strokes.checksum,
                own,
            )
    return splits


def artist(strokes: Strokes) -> Artist:
    """Draws glyphs by their numbers: random hand and pen, photographed, brought to reading's geometry."""

    def draw(glyphs: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float32]:
        patches = []
        for glyph in glyphs.tolist():
            ink, unit = pen.draw(strokes.points, strokes.bounds(glyph), float(strokes.units[glyph]), rng)
            patches.append(capture(ink, unit, rng))
        sides = rng.normal(LETTER, 1.2, len(glyphs)).clip(16, 31)
        widths = rng.normal(STROKE, 0.35, len(glyphs)).clip(3.2, 5.6)
        return normalise(patches, sides, widths)

    return draw


def _of(draw: Artist, glyphs: NDArray[np.int64]) -> Artist:
    return lambda rows, rng: draw(glyphs[rows], rng)
