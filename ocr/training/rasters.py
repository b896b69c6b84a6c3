"""Letters that exist only as pictures (fonts, MNIST digits), written again by another hand and pen."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.errors import DataError
from ocr.training.fonts import Face
from ocr.training.pen import random_affine

MNIST_ENLARGED = 4
_PAD = 6


@dataclass(frozen=True)
class Rasters:
    """Pictures of single letters.

    images: N pictures (H, W) uint8, 0 = paper, 255 = ink; labels: (N,) str;
    writers: (N,) str, font faces count as writers; unit: usual letter height in pixels.
    """

    images: list[NDArray[np.uint8]]
    labels: NDArray[np.str_]
    writers: NDArray[np.str_]
    unit: float
    checksum: str

    def __len__(self) -> int:
        return len(self.labels)


def font_letters(faces: list[Face], characters: str, unit: float, checksum: str) -> Rasters:
    """The letters of ``faces`` among ``characters``; small letters only where they have their own shapes."""
    images, labels, writers = [], [], []
    for face in faces:
        small = face.has_small_letters
        for character in characters:
            if character in face.ink and (small or not character.islower()):
                images.append(face.ink[character])
                labels.append(character)
                writers.append(f"font/{face.name}")
    return Rasters(images, np.array(labels), np.array(writers), unit, checksum)


def mnist_digits(folder: str | Path, test: bool) -> Rasters:
    """The MNIST test digits (``t10k``), or 10,000 others to train on (``cazala_mnist_subset.npz``)."""
    folder = Path(folder)
    path = folder / ("t10k-images-idx3-ubyte.gz" if test else "cazala_mnist_subset.npz")
    try:
        if test:
            images = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=16).reshape(
                -1, 28, 28
            )
            label_path = folder / "t10k-labels-idx1-ubyte.gz"
            labels = np.frombuffer(gzip.decompress(label_path.read_bytes()), np.uint8, offset=8)
        else:
            with np.load(path, allow_pickle=False) as file:
                images, labels = file["images"], file["labels"]
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path}: not readable as MNIST digits: {error}") from error
    factor = MNIST_ENLARGED
    large = [cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC) for image in images]
    return Rasters(
        large,
        labels.astype(str),
        np.full(len(labels), ""),
        20.0 * factor,
        hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def rewrite(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Turn, slant, stretch, bend and thicken or thin ``picture`` (H, W) uint8 0 paper, 255 ink."""
    height, width = picture.shape
    forward = random_affine(rng, 0.8)
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) @ forward.T
    low, size = corners.min(0), np.ptp(corners, axis=0)
    across, down = (np.ceil(size).astype(int) + 2 * _PAD).tolist()
    if rng.random() < 0.5:
        matrix = np.column_stack([forward, _PAD - low])
        ink = cv2.warpAffine(picture, matrix, (across, down), flags=cv2.INTER_LINEAR)
    else:
        backward = np.linalg.inv(forward)
        x = np.arange(across, dtype=np.float32) + np.float32(low[0] - _PAD)
        y = np.arange(down, dtype=np.float32)[:, None] + np.float32(low[1] - _PAD)
        wave, phase = rng.normal(0, 4.0 / max(size), (2, 2)), rng.uniform(0, 2 * np.pi, 2)
        sway = rng.normal(0, 0.025, 2) * max(size)
        maps = [
            (
                backward[i, 0] * x
                + backward[i, 1] * y
                + sway[i] * np.sin(wave[i, 0] * x + wave[i, 1] * y + phase[i])
            ).astype(np.float32)
            for i in (0, 1)
        ]
        ink = cv2.remap(picture, maps[0], maps[1], cv2.INTER_LINEAR)
    choice = rng.random()
    if choice < 0.4:
        side = int(rng.integers(2, max(3, min(8, height // 8))))
        ink = cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    elif choice < 0.55:
        thinner = cv2.erode(ink, np.ones((3, 3), np.uint8))
        if int(thinner.sum()) * 2 > int(ink.sum()):
            ink = thinner
    return ink
