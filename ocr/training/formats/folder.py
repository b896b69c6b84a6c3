"""A folder with one sub-folder of pictures for each class.

    letters/
      upper_A/  0001.png 0002.png ...      A        a sub-folder of one character is that character
      lower_a/  0001.png ...               a        upper_ and lower_ where the file system knows no case
      U+002F/   0001.png ...               /        what no folder can be called, by code point
      airplane/ ...                        airplane other names are classes as they are

Pictures may have any size and either polarity: paper is what the border shows. With sub-folders ``train``,
``valid`` (or ``val``) and ``test``, each holding sub-folders of classes, the splits are taken as they are.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ocr.training.datasets import Samples
from ocr.training.formats.files import checksum
from ocr.training.formats.pictures import SUFFIXES, Geometry, fit, read_letter

LOOKS_LIKE = "a folder with one sub-folder of pictures for each class"

_SPLITS = {"train": "train", "valid": "valid", "val": "valid", "test": "test"}


def recognises(path: Path) -> bool:
    """True for a folder whose sub-folders, or those of its splits, hold pictures."""
    return any(_pictures(folder) for root in _roots(path).values() for folder in _folders(root))


def load(path: Path, geometry: Geometry) -> dict[str, Samples]:
    """The splits, all with the same classes in order of their code points. DataError names the picture."""
    roots = _roots(path)
    named = {
        split: {folder: class_name(folder.name) for folder in _folders(root) if _pictures(folder)}
        for split, root in roots.items()
    }
    classes = tuple(sorted({name for names in named.values() for name in names.values()}))
    return {split: _samples(path, split, names, classes, geometry) for split, names in named.items() if names}


def class_name(folder: str) -> str:
    """``upper_A`` -> ``A``, ``lower_a`` -> ``a``, ``U+002F`` -> ``/``, anything else unchanged."""
    if found := re.fullmatch(r"upper_(\w)", folder):
        return found[1].upper()
    if found := re.fullmatch(r"lower_(\w)", folder):
        return found[1].lower()
    if found := re.fullmatch(r"U\+([0-9A-Fa-f]{4,6})", folder):
        return chr(int(found[1], 16))
    return folder


def _roots(path: Path) -> dict[str, Path]:
    if not path.is_dir():
        return {}
    splits = {_SPLITS[folder.name]: folder for folder in _folders(path) if folder.name in _SPLITS}
    return splits if "train" in splits or "test" in splits else {"train": path}


def _folders(path: Path) -> list[Path]:
    return sorted(folder for folder in path.iterdir() if folder.is_dir() and not folder.name.startswith("."))


def _pictures(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)


def _samples(
    path: Path, split: str, names: dict[Path, str], classes: tuple[str, ...], geometry: Geometry
) -> Samples:
    files = [(file, classes.index(name)) for folder, name in names.items() for file in _pictures(folder)]
    images = fit([read_letter(file) for file, _ in files], geometry)
    labels = np.array([label for _, label in files], np.int64)
    name = path.name if split == "train" else f"{path.name}-{split}"
    return Samples(
        images, labels, classes, np.full(len(files), ""), name, checksum(file for file, _ in files)
    )
