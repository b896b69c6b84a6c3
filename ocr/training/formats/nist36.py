"""NIST36: MATLAB files ``nist36_train.mat``, ``nist36_valid.mat``, ``nist36_test.mat``, or one of them.

Each holds ``<split>_data`` (N, 1024) float64 and ``<split>_labels`` (N, 36) one-hot, A-Z then 0-9. A row
is a 32x32 picture column by column, black (0) on white (1), some values slightly beyond. The 26-class
files of the same make (capitals only) have labels (N, 26).
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr.errors import DataError
from ocr.training.datasets import Samples
from ocr.training.formats.files import checksum, mat_keys, read_mat
from ocr.training.formats.pictures import Geometry, fit

LOOKS_LIKE = "NIST36: NAME_train.mat, NAME_valid.mat, NAME_test.mat with train_data, train_labels and so on"

_CAPITALS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = tuple("0123456789")
_CLASSES = {36: _CAPITALS + _DIGITS, 26: _CAPITALS, 10: _DIGITS}
_SPLITS = ("train", "valid", "test")


def recognises(path: Path) -> bool:
    """True for such a file, a folder that holds one, or ``FOLDER/nist36`` where FOLDER holds several sets."""
    return any(_splits_in(file) for file in _files(path))


def load(path: Path, geometry: Geometry) -> dict[str, Samples]:
    """The splits that are there. DataError names file and key."""
    files = [file for file in _files(path) if _splits_in(file)]
    splits: dict[str, Samples] = {}
    for file in files:
        variables = read_mat(file)
        for split in _splits_in(file):
            if split in splits:
                sets = sorted({re.sub(r"_?(train|valid|test)$", "", other.stem) for other in files})
                several = f"holds several sets ({', '.join(sets)})"
                raise DataError(f"{path}: {several}; name one, as in {path / sets[-1]}")
            splits[split] = _samples(file, variables, split, geometry)
    return splits


def upright(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 1024) rows of NIST36, black 0 on white 1, column by column -> (N, 32, 32), 0 = paper, 1 = ink."""
    return 1 - np.clip(rows, 0, 1).reshape(-1, 32, 32).transpose(0, 2, 1)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.glob("*.mat"))
    if path.is_file():
        return [path] if path.suffix == ".mat" else []
    return sorted(path.parent.glob(f"{path.name}_*.mat")) if path.parent.is_dir() else []


def _splits_in(file: Path) -> list[str]:
    keys = mat_keys(file)
    return [split for split in _SPLITS if f"{split}_data" in keys]


def _samples(
    file: Path, variables: dict[str, NDArray[np.float64]], split: str, geometry: Geometry
) -> Samples:
    data_key, label_key = f"{split}_data", f"{split}_labels"
    rows = np.atleast_2d(variables[data_key])
    if rows.ndim != 2 or rows.shape[1] != 1024:
        raise DataError(f"{file}: {data_key} has shape {rows.shape}, wanted (N, 1024)")
    if label_key not in variables:
        raise DataError(f"{file}: no variable {label_key!r} beside {data_key!r}")
    one_hot = np.atleast_2d(variables[label_key])
    if one_hot.ndim != 2 or one_hot.shape[1] not in _CLASSES or len(one_hot) != len(rows):
        raise DataError(
            f"{file}: {label_key} has shape {one_hot.shape}, wanted ({len(rows)}, 36) or ({len(rows)}, 26)"
        )
    if not ((one_hot == 0) | (one_hot == 1)).all() or not (one_hot.sum(1) == 1).all():
        raise DataError(f"{file}: {label_key} is not one-hot: every row needs a single 1 among zeros")
    pictures = upright(rows.astype(np.float64))
    images = pictures.astype(np.float32)
    if geometry == "letters":
        images = fit(list((pictures * 255).round().astype(np.uint8)), geometry)
    return Samples(
        images,
        one_hot.argmax(1).astype(np.int64),
        _CLASSES[one_hot.shape[1]],
        np.full(len(rows), ""),
        file.stem,
        checksum([file]),
    )
