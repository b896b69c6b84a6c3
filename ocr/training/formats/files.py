"""Opening the containers that data comes in: MATLAB files, NumPy archives, gzip; one line on failure."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr.errors import DataError


def checksum(paths: Iterable[Path]) -> str:
    """SHA-256 over the bytes of the files one after the other, in the order of their paths, as hex."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def read_bytes(path: Path) -> bytes:
    """The content of a file, decompressed when its name ends in ``.gz``."""
    try:
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error


def mat_keys(path: Path) -> frozenset[str]:
    """Names of the variables in a MATLAB file; empty when it is none, so that sniffing never fails."""
    from scipy.io import whosmat

    try:
        return frozenset(name for name, _, _ in whosmat(path))
    except Exception:  # scipy has no common base for what a damaged file makes it raise
        return frozenset()


def read_mat(path: Path) -> dict[str, Any]:
    """Variables of a MATLAB file up to version 7, structures as dicts.

    Raises DataError for a file that is missing, damaged or of version 7.3 (which is HDF5).
    """
    from scipy.io import loadmat

    try:
        return dict(loadmat(path, simplify_cells=True))
    except NotImplementedError as error:
        raise DataError(f"{path}: a MATLAB 7.3 file; save it again with save('-v7', ...)") from error
    except Exception as error:  # as in mat_keys
        raise DataError(f"{path}: cannot be read as a MATLAB file ({error})") from error


def npz_keys(path: Path) -> frozenset[str]:
    """Names of the arrays in an ``.npz`` archive; empty when it is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return frozenset(name.removesuffix(".npy") for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return frozenset()


def read_npz(path: Path, keys: Iterable[str]) -> dict[str, NDArray[Any]]:
    """The named arrays of an ``.npz`` archive. Pickled objects are refused: data is never code."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = [key for key in keys if key not in archive.files]
            if missing:
                held = ", ".join(sorted(archive.files))
                raise DataError(f"{path}: no array {missing[0]!r}; it holds {held}")
            return {key: archive[key] for key in keys}
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path}: cannot be read as a NumPy archive ({error})") from error
