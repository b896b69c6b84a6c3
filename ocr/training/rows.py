"""Rows of writing laid out from fonts, to learn where each character stands in its row."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from ocr.reading.placement import placement, row_frame
from ocr.training.fonts import ASCII, Face

SMALL = "etaoinshrdlcumwfgypbvkjxqz"
_PER_CENT = """12.7 9.1 8.2 7.5 7.0 6.7 6.3 6.1 6.0 4.3 4.0 2.8 2.8 2.4 2.4 2.2 2.0 2.0 1.9 1.5 1.0 1.0 0.8
               0.8 0.7 0.7"""  # of the letters of English text
_FREQUENCY = np.array(_PER_CENT.split(), np.float64)
_LETTERS = np.array(list(SMALL))


def random_text(rng: np.random.Generator) -> str:
    """A short row: capitals, small letters, title case, digits or anything, with marks between words."""
    words = []
    style = rng.choice(5, p=[0.3, 0.25, 0.2, 0.1, 0.15])
    for _ in range(int(rng.integers(1, 5))):
        word = "".join(rng.choice(_LETTERS, int(rng.integers(1, 8)), p=_FREQUENCY / _FREQUENCY.sum()))
        if style == 0:
            word = word.upper()
        elif style == 2 and rng.random() < 0.6:
            word = word.capitalize()
        elif style == 3:
            word = "".join(rng.choice(list("0123456789"), int(rng.integers(1, 6))))
        elif style == 4:
            word = "".join(rng.choice(ASCII, int(rng.integers(1, 6))))
        if rng.random() < 0.25:
            word += str(rng.choice(list(".,.,:;!?-'\")")))
        if rng.random() < 0.1:
            word = str(rng.choice(list("\"'(-"))) + word
        words.append(word)
    return " ".join(words)


def lay_out(face: Face, text: str, rng: np.random.Generator) -> tuple[str, NDArray[np.float64]]:
    """The characters drawn and their boxes (N, 4), uneven as a hand makes them, on a sloping line."""
    pen, drawn, boxes = 0.0, [], []
    uneven, lift = abs(rng.normal(0, 0.08)), abs(rng.normal(0, 0.04))
    slope, spacing = rng.normal(0, 0.02), rng.uniform(1.0, 1.4)
    for character in text:
        if character not in face.boxes:
            pen += 0.5 * spacing
            continue
        left, top, right, bottom, advance = face.boxes[character]
        scale = np.exp(rng.normal(0, uneven))
        rise = rng.normal(0, lift) + slope * pen
        ink = rng.normal(0, 0.02)  # a thicker pen makes every box a little larger
        boxes.append(
            [
                pen + left * scale - ink,
                top * scale + rise - ink,
                pen + right * scale + ink,
                bottom * scale + rise + ink,
            ]
        )
        drawn.append(character)
        pen += advance * scale * spacing
    return "".join(drawn), np.array(boxes).reshape(-1, 4)


def placements(
    faces: list[Face],
    rng: np.random.Generator,
    rows: int = 3000,
) -> dict[str, NDArray[np.float32]]:
    """Character -> (K, 2) top and bottom above the baseline, in letter heights, as `placement` measures them.

    Every character that a face has is met at least 30 times. Empty where no face has small letters of its
    own: such faces do not tell where small letters stand.
    """
    met: dict[str, list[NDArray[np.float32]]] = defaultdict(list)

    def write(face: Face, text: str, wanted: str = "") -> None:
        drawn, boxes = lay_out(face, text, rng)
        for character, features in zip(drawn, placement(boxes, row_frame(boxes)), strict=True):
            if not wanted or character == wanted:
                met[character].append(features[1:3])

    cased = [face for face in faces if face.has_small_letters]
    if not cased:
        return {}
    for _ in range(rows):
        write(cased[int(rng.integers(len(cased)))], random_text(rng))
    for character in ASCII:
        holders = [face for face in cased if character in face.boxes]
        for _ in range(max(0, 30 - len(met[character])) if holders else 0):
            text = random_text(rng)
            at = int(rng.integers(len(text) + 1))
            write(holders[int(rng.integers(len(holders)))], text[:at] + character + text[at:], character)
    return {character: np.array(found, np.float32) for character, found in met.items() if found}
