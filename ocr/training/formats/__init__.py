"""Data of every format: `load` looks at what a path holds and reads it.

One file for each format, with three names: ``LOOKS_LIKE`` says what it is, ``recognises(path)`` whether a
path holds it, ``load(path, geometry)`` reads the splits that are there, of ``train``, ``valid`` and ``test``.
"""

from __future__ import annotations

from pathlib import Path

from ocr.errors import DataError
from ocr.training.datasets import Samples
from ocr.training.formats import (
    emnist_mat,
    folder,
    idx,
    nist36,
    npz,
    pages,
    svhn,
    typefaces,
    unipen,
)
from ocr.training.formats.pictures import Geometry

# In the order of how sure a look at names and keys can be.
FORMATS = (nist36, emnist_mat, svhn, unipen, npz, idx, pages, typefaces, folder)


def load(
    path: Path, geometry: Geometry = "letters", characters: frozenset[str] | None = None
) -> dict[str, Samples]:
    """Read labelled pictures of any known format: ``train``, ``valid`` and ``test``, those that are there.

    ``characters``: the classes to take, all when None. DataError says what was looked for when nothing fits.
    """
    found = next((form for form in FORMATS if form.recognises(path)), None)
    if found is None:
        raise DataError(
            f"{path}: {_not_data(path)}; looked for " + "; ".join(form.LOOKS_LIKE for form in FORMATS)
        )
    if found is unipen or found is typefaces:
        splits = found.load(path, geometry, characters)
    else:
        splits = found.load(path, geometry)
    if characters is not None:
        splits = {
            name: samples.with_classes(tuple(c for c in samples.classes if c in characters))
            for name, samples in splits.items()
        }
    splits = {name: samples for name, samples in splits.items() if len(samples)}
    if not splits:
        raise DataError(f"{path}: no pictures of the wanted classes in it")
    return splits


def _not_data(path: Path) -> str:
    if not path.exists():
        return "no such file or folder"
    if path.is_dir():
        return "a folder without data of a known format"
    return "not data of a known format"
