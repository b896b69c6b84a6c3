"""Street View House Numbers, cropped digits: ``train_32x32.mat``, ``test_32x32.mat``, ``extra_32x32.mat``.

``X`` (32, 32, 3, N) uint8 RGB and ``y`` (N, 1), 1..9 for themselves and 10 for zero (Netzer et al. 2011,
http://ufldl.stanford.edu/housenumbers). Photographs in colour have no ink: they stay RGB in 0..1.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ocr.errors import DataError
from ocr.training.datasets import Samples
from ocr.training.formats.files import checksum, mat_keys, read_mat
from ocr.training.formats.pictures import Geometry

LOOKS_LIKE = "SVHN: train_32x32.mat and test_32x32.mat with X and y"


def recognises(path: Path) -> bool:
    """True for such a file, or a folder that holds one."""
    return any({"X", "y"} <= mat_keys(file) for file in _files(path))


def load(path: Path, geometry: Geometry) -> dict[str, Samples]:
    """The splits that are there; ``extra`` is not taken unless named. DataError names file and key."""
    splits: dict[str, Samples] = {}
    for file in _files(path):
        if {"X", "y"} <= mat_keys(file):
            splits["test" if file.stem.startswith("test") else "train"] = _samples(file)
    return splits


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return [file for file in (path / "train_32x32.mat", path / "test_32x32.mat") if file.exists()]
    return [path] if path.suffix == ".mat" and path.is_file() else []


def _samples(file: Path) -> Samples:
    variables = read_mat(file)
    pictures = np.asarray(variables["X"])
    if pictures.ndim == 3:  # a single picture lost its last axis when MATLAB wrote it
        pictures = pictures[..., None]
    if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[:3] != (32, 32, 3):
        raise DataError(f"{file}: X is {pictures.dtype} {pictures.shape}, wanted uint8 (32, 32, 3, N)")
    labels = np.atleast_1d(variables["y"]).astype(np.int64)
    if labels.shape != pictures.shape[3:]:
        raise DataError(f"{file}: y has shape {labels.shape}, wanted ({pictures.shape[3]},)")
    if labels.min() < 1 or labels.max() > 10:
        raise DataError(f"{file}: y holds {labels.min()}..{labels.max()}, wanted 1..10 (10 is the digit 0)")
    images = pictures.transpose(3, 0, 1, 2).astype(np.float32) / np.float32(255)
    return Samples(
        images, labels % 10, tuple("0123456789"), np.full(len(labels), ""), file.stem, checksum([file])
    )
