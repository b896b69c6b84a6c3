"""EMNIST in its MATLAB form: one file with a structure ``dataset``.

``dataset.train`` and ``dataset.test`` have ``images`` (N, 784) uint8, each picture column by column,
255 = ink, ``labels`` (N, 1) and ``writers`` (N, 1); ``dataset.mapping`` (K, 2 or 3) holds a label and the
code points of its characters, capital first (Cohen et al. 2017, https://arxiv.org/abs/1702.05373).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ocr.errors import DataError
from ocr.training.datasets import Samples
from ocr.training.formats.files import checksum, mat_keys, read_mat
from ocr.training.formats.idx import classes_from_mapping, relabel
from ocr.training.formats.pictures import Geometry, fit

LOOKS_LIKE = "EMNIST: a .mat file with a structure 'dataset'"


def recognises(path: Path) -> bool:
    """True for a MATLAB file with a variable ``dataset``."""
    return path.suffix == ".mat" and path.is_file() and "dataset" in mat_keys(path)


def load(path: Path, geometry: Geometry) -> dict[str, Samples]:
    """Both splits, with the writers' numbers. DataError names file and key."""
    dataset = read_mat(path)["dataset"]
    digest = checksum([path])
    characters = classes_from_mapping(np.atleast_2d(_field(path, dataset, "dataset", "mapping")))
    splits: dict[str, Samples] = {}
    for split in ("train", "test"):
        part = _field(path, dataset, "dataset", split)
        rows = np.atleast_2d(_field(path, part, f"dataset.{split}", "images"))
        labels = np.atleast_1d(_field(path, part, f"dataset.{split}", "labels")).astype(np.int64)
        if rows.dtype != np.uint8 or rows.ndim != 2 or rows.shape[1] != 784:
            raise DataError(
                f"{path}: dataset.{split}.images is {rows.dtype} {rows.shape}, wanted uint8 (N, 784)"
            )
        if labels.shape != rows.shape[:1]:
            raise DataError(f"{path}: dataset.{split}.labels has shape {labels.shape}, wanted ({len(rows)},)")
        writers = np.atleast_1d(part.get("writers", np.full(len(rows), ""))).astype(str)
        indices, classes = relabel(path, labels, characters)
        images = fit(rows.reshape(-1, 28, 28).transpose(0, 2, 1), geometry)
        splits[split] = Samples(images, indices, classes, writers, f"{path.stem}-{split}", digest)
    return splits


def _field(path: Path, structure: Any, name: str, key: str) -> Any:
    if not isinstance(structure, dict) or key not in structure:
        raise DataError(f"{path}: {name} has no field {key!r}")
    return structure[key]
