"""A folder of handwriting fonts: each letter of each face is written anew each time it is asked for.

A face counts as a writer. One face in ten, told by the digest of its name, is kept for validation.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr.reading.crops import normalise
from ocr.training.capture import capture
from ocr.training.datasets import Artist, Samples
from ocr.training.fonts import ASCII, CAPITAL, fonts_checksum, read_fonts
from ocr.training.formats.pictures import Geometry
from ocr.training.rasters import Rasters, font_letters, rewrite
from ocr.training.writers import is_validation

LOOKS_LIKE = "a folder of fonts (.ttf, .otf)"


def recognises(path: Path) -> bool:
    """True for a folder with a font somewhere in it."""
    return path.is_dir() and any(file.suffix.lower() in (".ttf", ".otf") for file in path.rglob("*"))


def load(path: Path, geometry: Geometry, characters: frozenset[str] | None = None) -> dict[str, Samples]:
    """Training and validation, parted by face; training's pictures are empty until its artist draws."""
    digest = fonts_checksum(path)
    wanted = tuple(character for character in ASCII if characters is None or character in characters)
    faces = read_fonts(path, ASCII)
    splits: dict[str, Samples] = {}
    for split, held_out in (("train", False), ("valid", True)):
        own = [face for face in faces if is_validation("font", face.name, "") == held_out]
        letters = font_letters(own, "".join(wanted), CAPITAL, digest)
        if len(letters):
            draw = artist(letters)
            images = np.zeros((len(letters), 32, 32), np.float32)
            if held_out:
                images = draw(np.arange(len(letters)), np.random.default_rng(0))
            labels = np.array([wanted.index(label) for label in letters.labels.tolist()], np.int64)
            splits[split] = Samples(
                images,
                labels,
                wanted,
                letters.writers,
                f"{path.name}-{split}",
                digest,
                None if held_out else draw,
            )
    return splits


def artist(letters: Rasters) -> Artist:
    """Draws the letters by their numbers: turned, bent, thicker or thinner, photographed."""

    def draw(numbers: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float32]:
        return normalise(
            [capture(rewrite(letters.images[number], rng), letters.unit, rng) for number in numbers.tolist()]
        )

    return draw
