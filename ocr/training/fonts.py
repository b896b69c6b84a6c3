"""Letters of handwriting fonts, as ink and as boxes on a baseline."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from ocr.errors import DataError
from ocr.reading.crops import normalise

CAPITAL = 64.0  # height of a capital H in pixels
SAME = 0.86  # correlation above which a small letter is a capital drawn again
ASCII = tuple(chr(code) for code in range(33, 127))


@dataclass(frozen=True)
class Face:
    """One font face at 64 pixels a capital.

    ink:   character -> (H, W) uint8, 0 = paper, 255 = ink, cut to its box
    boxes: character -> (left, top, right, bottom, advance) in capital heights, y down from the baseline
    """

    name: str
    ink: dict[str, NDArray[np.uint8]]
    boxes: dict[str, tuple[float, float, float, float, float]]

    @property
    def has_small_letters(self) -> bool:
        """Whether small letters have shapes of their own; many hand-lettered faces repeat the capitals."""
        pairs = [(c, c.upper()) for c in "aefghnrt" if c in self.ink and c.upper() in self.ink]
        if not pairs:
            return False
        crops = normalise([self.ink[c] for pair in pairs for c in pair]).reshape(len(pairs), 2, -1)
        likeness = [float(np.corrcoef(small, large)[0, 1]) for small, large in crops]
        return float(np.median(likeness)) < SAME


def read_fonts(folder: str | Path, characters: tuple[str, ...] = ASCII) -> list[Face]:
    """All ``.ttf`` and ``.otf`` faces below ``folder``, by name; DataError where there is none."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in (".ttf", ".otf"))
    if not paths:
        raise DataError(f"{folder}: no .ttf or .otf fonts here")
    return [face for path in paths if (face := read_face(path, characters)) is not None]


def read_face(path: Path, characters: tuple[str, ...] = ASCII) -> Face | None:
    """One face; None where it has no capital H to measure."""
    try:
        trial = ImageFont.truetype(str(path), 100)
        _, top, _, bottom = trial.getbbox("H", anchor="ls")
        if bottom - top < 10:
            return None
        font = ImageFont.truetype(str(path), 100 * CAPITAL / (bottom - top))
    except OSError as error:
        raise DataError(f"{path}: not readable as a font: {error}") from error
    missing = _picture(font, "\uffff")
    ink, boxes = {}, {}
    for character in characters:
        found = _picture(font, character)
        if found is None or (missing is not None and np.array_equal(found[0], missing[0])):
            continue
        picture, left, top = found
        height, width = picture.shape
        ink[character] = picture
        boxes[character] = (
            left / CAPITAL,
            top / CAPITAL,
            (left + width) / CAPITAL,
            (top + height) / CAPITAL,
            font.getlength(character) / CAPITAL,
        )
    return Face(path.stem, ink, boxes)


def _picture(font: ImageFont.FreeTypeFont, character: str) -> tuple[NDArray[np.uint8], int, int] | None:
    """The ink cut to its box, and the box's left and top from the pen's place on the baseline."""
    mask, (from_left, from_top) = font.getmask2(character, mode="L", anchor="ls")
    width, height = mask.size
    picture = np.array(mask, np.uint8).reshape(height, width)
    if not (picture > 127).any():
        return None
    left, top, width, height = cv2.boundingRect((picture > 127).view(np.uint8))
    cut = np.ascontiguousarray(picture[top : top + height, left : left + width])
    return cut, int(from_left) + left, int(from_top) + top


def fonts_checksum(folder: str | Path) -> str:
    """SHA-256 over the names and contents of the faces below ``folder``."""
    digest = hashlib.sha256()
    for path in sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in (".ttf", ".otf")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
