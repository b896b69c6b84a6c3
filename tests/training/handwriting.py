"""A folder of handwriting laid out like the real one, but written by a handful of made-up hands."""

from __future__ import annotations

import gzip
import string
import struct
from pathlib import Path

import cv2
import numpy as np

from ocr.training.writers import is_validation
from tests.drawn import STROKES

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
CHARACTERS = string.ascii_uppercase + string.digits


def hands(training: int = 4, held_out: int = 2) -> list[str]:
    """Names of writers, of whom exactly ``held_out`` are validation's."""
    names = [f"hand{number}" for number in range(200)]
    kept = [name for name in names if is_validation("abc", name, "")]
    return [name for name in names if name not in kept][:training] + kept[:held_out]


def unipen_arrays(
    characters: str = CHARACTERS, writers: list[str] | None = None, contributor: str = "abc"
) -> dict[str, np.ndarray]:
    """The arrays of a UNIPEN ``.npz``: every writer writes each character once, in a size of their own."""
    points, stroke_len, n_strokes, labels, names = [], [], [], [], []
    for number, writer in enumerate(writers or hands()):
        size = 20 + 5 * number
        for character in characters:
            strokes = STROKES[character].split()
            for stroke in strokes:
                corners = np.array(
                    [(int(x), 6 - int(y)) for x, y in zip(stroke[::2], stroke[1::2], strict=True)]
                )
                steps = np.linspace(0, len(corners) - 1, 8 * len(corners) - 7)
                path = np.column_stack(
                    [np.interp(steps, np.arange(len(corners)), axis) for axis in corners.T]
                )
                points.append(np.rint(path * size).astype(np.int32) + 1000)
                stroke_len.append(len(path))
            n_strokes.append(len(strokes))
            labels.append(character)
            names.append(writer)
    steps = np.diff(np.concatenate([np.zeros((1, 2), np.int32), *points]), axis=0).T
    count = len(labels)
    return {
        "steps": np.ascontiguousarray(steps, np.int32),
        "stroke_len": np.array(stroke_len, np.int32),
        "n_strokes": np.array(n_strokes, np.int32),
        "label": np.array(labels),
        "writer": np.array(names),
        "contributor": np.full(count, contributor),
        "source": np.array([f"file-{name}" for name in names]),
    }


def digit(character: str, side: int = 28) -> np.ndarray:
    """(side, side) uint8, 255 = ink, as MNIST stores a digit."""
    picture = np.zeros((side, side), np.uint8)
    for stroke in STROKES[character].split():
        corners = [(int(x) * 3 + 8, int(y) * 3 + 5) for x, y in zip(stroke[::2], stroke[1::2], strict=True)]
        cv2.polylines(picture, [np.array(corners, np.int32)], False, 255, 2)
    return picture


def write_data(folder: Path, digits: bool = True) -> Path:
    """``unipen/chars.npz`` and, with ``digits``, ``mnist`` with one of each digit for training and test."""
    (folder / "unipen").mkdir(parents=True)
    np.savez(folder / "unipen" / "chars.npz", **unipen_arrays())
    if digits:
        mnist = folder / "mnist"
        mnist.mkdir()
        images = np.stack([digit(character) for character in string.digits])
        labels = np.arange(10, dtype=np.uint8)
        np.savez(mnist / "cazala_mnist_subset.npz", images=images, labels=labels)
        (mnist / "t10k-images-idx3-ubyte.gz").write_bytes(
            gzip.compress(struct.pack(">4I", 0x803, 10, 28, 28) + images.tobytes())
        )
        (mnist / "t10k-labels-idx1-ubyte.gz").write_bytes(
            gzip.compress(struct.pack(">2I", 0x801, 10) + labels.tobytes())
        )
    return folder
