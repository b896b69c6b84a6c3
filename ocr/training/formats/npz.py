"""NumPy archives of pictures and labels.

Three sets of names are known: those of MedMNIST (``train_images``, ``train_labels``, ``val_...``,
``test_...``; Yang et al. 2023, https://medmnist.com), those of Keras' MNIST (``x_train``, ``y_train``,
``x_test``, ``y_test``), and ``images`` with ``labels``. Pictures are (N, H, W) or (N, H, W, 3) uint8,
255 = ink; labels (N,) or (N, 1) integers. A further array ``classes`` names them, otherwise they are named
by their numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr.errors import DataError
from ocr.training.datasets import Samples
from ocr.training.formats.files import checksum, npz_keys, read_npz
from ocr.training.formats.pictures import Geometry, fit

LOOKS_LIKE = "an .npz with train_images, train_labels (MedMNIST), x_train, y_train, or images, labels"

_KEYS = (
    ("train", "train_images", "train_labels"),
    ("valid", "val_images", "val_labels"),
    ("test", "test_images", "test_labels"),
    ("train", "x_train", "y_train"),
    ("test", "x_test", "y_test"),
    ("train", "images", "labels"),
)


def recognises(path: Path) -> bool:
    """True for an archive that holds pictures under one of the known names."""
    return path.suffix == ".npz" and bool(npz_keys(path) & {images for _, images, _ in _KEYS})


def load(path: Path, geometry: Geometry) -> dict[str, Samples]:
    """The splits that are there, all with the same classes. DataError names file and key."""
    present = npz_keys(path)
    keys = [row for row in _KEYS if row[1] in present]
    arrays = read_npz(path, [key for _, *pair in keys for key in pair])
    digest = checksum([path])
    for _, images, labels in keys:
        _check(path, images, arrays[images], labels, arrays[labels])
    highest = max(int(arrays[labels].max(initial=0)) for _, _, labels in keys)
    names = [str(name) for name in read_npz(path, ["classes"])["classes"]] if "classes" in present else []
    classes = tuple(names or map(str, range(highest + 1)))
    if highest >= len(classes):
        raise DataError(f"{path}: label {highest} is beyond the {len(classes)} names in 'classes'")
    return {
        split: Samples(
            fit(arrays[images], geometry),
            arrays[labels].reshape(-1).astype(np.int64),
            classes,
            np.full(len(arrays[images]), ""),
            f"{path.stem}-{split}",
            digest,
        )
        for split, images, labels in keys
    }


def _check(path: Path, image_key: str, images: NDArray[Any], label_key: str, labels: NDArray[Any]) -> None:
    if images.dtype != np.uint8 or images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[3] != 3):
        raise DataError(
            f"{path}: {image_key} is {images.dtype} {images.shape}, wanted uint8 (N, H, W) or (N, H, W, 3)"
        )
    if labels.ndim == 2 and labels.shape[1] > 1:
        raise DataError(f"{path}: {label_key} has shape {labels.shape}, wanted one label for each picture")
    if labels.dtype.kind not in "iu" or labels.size != len(images):
        raise DataError(
            f"{path}: {label_key} is {labels.dtype} {labels.shape}, wanted {len(images)} integers"
        )
    if labels.size and labels.min() < 0:
        raise DataError(f"{path}: {label_key} holds the negative label {labels.min()}")
