"""Handwriting fonts as polygons, in the units of `row_letters`: baseline y = 0, y down, capitals 1 high."""

from __future__ import annotations

import hashlib
import logging
import string
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from fontTools.ttLib import TTFont, TTLibError
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ocr.errors import DataError

_EM = 72  # pixels in which the glyphs are traced
_CHARACTERS = [chr(code) for code in range(33, 127)]
_SAMPLES = 24  # points that stand for the ink of a glyph of usual area


@dataclass(frozen=True)
class Glyph:
    """contours: closed polygons (n, 2) float32, even-odd filled. ink: (m, 2) points spread over the ink,
    their number in proportion to its area. advance: pen movement to the next glyph."""

    contours: tuple[NDArray[np.float32], ...]
    ink: NDArray[np.float32]
    advance: float


@dataclass(frozen=True)
class Face:
    """One handwriting face. ``cased`` is false where small letters look like small capitals."""

    name: str
    glyphs: dict[str, Glyph]
    space: float
    cased: bool


def load_faces(folder: Path) -> tuple[list[Face], list[Face]]:
    """(training, validation) faces of the TTF and OTF files under ``folder``; DataError without any."""
    logging.getLogger("fontTools").setLevel(logging.CRITICAL)  # it reports every oddity of every file
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".ttf", ".otf"})
    faces = [face for path in paths if (face := _load(path)) is not None]
    if not faces:
        raise DataError(f"{folder}: no usable TTF or OTF font; point --data at the folder that holds fonts/")
    held = [int(hashlib.sha256(face.name.encode()).hexdigest(), 16) % 10 == 0 for face in faces]
    return (
        [face for face, out in zip(faces, held, strict=True) if not out],
        [face for face, out in zip(faces, held, strict=True) if out],
    )


def _load(path: Path) -> Face | None:
    """The face in a file, or None when it is no Latin face or cannot be read."""
    try:
        with TTFont(path, lazy=True) as file:
            covered = set(file.getBestCmap() or ())
        font = ImageFont.truetype(str(path), _EM)
    except (OSError, TTLibError):
        return None
    if not covered.issuperset(map(ord, string.ascii_letters)):
        return None
    height = -font.getbbox("H", anchor="ls")[1]
    if height < 10:
        return None
    glyphs = {}
    for character in _CHARACTERS:
        if ord(character) in covered and (glyph := _trace(font, character, height)) is not None:
            glyphs[character] = glyph
    return Face(path.stem, glyphs, font.getlength(" ") / height, _has_case(font))


def _mask(font: ImageFont.FreeTypeFont, character: str) -> tuple[NDArray[np.uint8], int, int] | None:
    """(picture, left, top) of one glyph relative to the pen position on the baseline."""
    left, top, right, bottom = (int(side) for side in font.getbbox(character, anchor="ls"))
    if right <= left or bottom <= top or right - left > 6 * _EM or bottom - top > 6 * _EM:
        return None
    picture = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(picture).text((1 - left, 1 - top), character, fill=255, font=font, anchor="ls")
    return np.asarray(picture), left - 1, top - 1


def _trace(font: ImageFont.FreeTypeFont, character: str, height: float) -> Glyph | None:
    drawn = _mask(font, character)
    if drawn is None:
        return None
    mask, left, top = drawn
    filled = (mask > 127).view(np.uint8)
    if not filled.any():
        return None
    corner = np.array([left, top], np.float32)
    contours, _ = cv2.findContours(filled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    polygons = tuple(
        ((cv2.approxPolyDP(contour, 0.6, True).reshape(-1, 2) + corner) / height).astype(np.float32)
        for contour in contours
        if len(contour) > 2
    )
    ys, xs = np.nonzero(filled)
    wanted = max(1, round(_SAMPLES * len(xs) / (0.2 * height * height)))
    chosen = np.linspace(0, len(xs) - 1, min(wanted, len(xs))).astype(int)
    ink = ((np.stack([xs, ys], axis=1)[chosen] + corner) / height).astype(np.float32)
    return Glyph(polygons, ink, font.getlength(character) / height)


def _has_case(font: ImageFont.FreeTypeFont) -> bool:
    """Whether small letters differ from capitals in more than size, judged on letters that should."""
    alike = []
    for letter in "abdeghnqrt":
        pair = [_mask(font, letter), _mask(font, letter.upper())]
        if pair[0] is None or pair[1] is None:
            continue
        small, capital = (
            cv2.GaussianBlur(cv2.resize(item[0][1:-1, 1:-1], (24, 24)).astype(np.float32), (0, 0), 2)
            for item in pair
            if item is not None
        )
        alike.append(np.corrcoef(small.ravel(), capital.ravel())[0, 1])
    return bool(np.median(alike) < 0.66)
