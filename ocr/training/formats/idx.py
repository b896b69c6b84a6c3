"""MNIST and EMNIST idx files, compressed or not.

An idx file is: two zero bytes, a type byte (8 = uint8), the number of dimensions, each dimension as a
big-endian 32-bit integer, then the values in C order (http://yann.lecun.com/exdb/mnist). Pictures are
28x28, 255 = ink. EMNIST's are transposed and come with ``<name>-mapping.txt``, whose lines hold a label and
the code points of its characters, capital first (Cohen et al. 2017, https://arxiv.org/abs/1702.05373).
"""

from __future__ import annotations

import math
import re
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr.errors import DataError
from ocr.training.datasets import Samples
from ocr.training.formats.files import checksum, read_bytes
from ocr.training.formats.pictures import Geometry, fit

LOOKS_LIKE = "MNIST or EMNIST: ...-images-idx3-ubyte and ...-labels-idx1-ubyte, .gz or not"

_IMAGES = re.compile(r"(?P<set>.*?)-?(?P<split>train|t10k|test)-images[-.]idx3-ubyte(\.gz)?$")
_SPLIT = {"train": "train", "t10k": "test", "test": "test"}


def recognises(path: Path) -> bool:
    """True for a file of pictures, or a folder that holds one."""
    return bool(_image_files(path))


def load(path: Path, geometry: Geometry) -> dict[str, Samples]:
    """The splits that are there (``t10k`` is the test set). DataError names file and reason."""
    splits: dict[str, Samples] = {}
    for file in _image_files(path):
        found = _IMAGES.match(file.name)
        assert found is not None
        split = _SPLIT[found["split"]]
        if split in splits:
            raise DataError(f"{path}: holds several sets of {split} pictures; name one file, as in {file}")
        splits[split] = _samples(file, found["set"], split, geometry)
    return splits


def read_idx(file: Path) -> NDArray[np.uint8]:
    """The array in an idx file of bytes. DataError when it is no such file or is cut off."""
    content = read_bytes(file)
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        start = content[:4].hex() or "nothing"
        raise DataError(f"{file}: not an idx file of bytes: it begins with {start}, wanted 000008..")
    dimensions = content[3]
    header = 4 + 4 * dimensions
    if len(content) < header:
        raise DataError(f"{file}: cut off within its header")
    shape = struct.unpack(f">{dimensions}I", content[4:header])
    if len(content) - header != math.prod(shape):
        raise DataError(f"{file}: {len(content) - header:,} values, its header announces {shape}")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def classes_from_mapping(codes: NDArray[np.int64] | list[list[int]]) -> dict[int, str]:
    """Rows (label, code point, ...) -> the first character of each label."""
    return {int(row[0]): chr(int(row[1])) for row in codes}


def relabel(
    file: Path, labels: NDArray[np.int64], characters: dict[int, str]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Labels as stored -> (indices into the classes, classes in order of their labels).

    ``characters``: label -> character. DataError names the file and a label that is not among them.
    """
    unknown = sorted(set(np.unique(labels).tolist()) - characters.keys())
    if unknown:
        raise DataError(f"{file}: label {unknown[0]} stands for no character; known are {sorted(characters)}")
    known = sorted(characters)
    return np.searchsorted(known, labels).astype(np.int64), tuple(characters[label] for label in known)


def _image_files(path: Path) -> list[Path]:
    files = sorted(path.iterdir()) if path.is_dir() else [path] if path.is_file() else []
    found = [file for file in files if _IMAGES.match(file.name)]
    plain = {file for file in found if file.suffix != ".gz"}
    return [file for file in found if file in plain or file.with_suffix("") not in plain]


def _samples(file: Path, name: str, split: str, geometry: Geometry) -> Samples:
    label_file = _partner(file)
    images, labels = read_idx(file), read_idx(label_file).astype(np.int64)
    if images.ndim != 3:
        raise DataError(f"{file}: pictures of shape {images.shape}, wanted (N, height, width)")
    if labels.shape != images.shape[:1]:
        raise DataError(f"{label_file}: {len(labels)} labels for the {len(images)} pictures of {file.name}")
    emnist = name.startswith("emnist")
    if emnist:
        images = images.transpose(0, 2, 1)
    indices, classes = relabel(label_file, labels, _characters(file, name))
    return Samples(
        fit(images, geometry),
        indices,
        classes,
        np.full(len(labels), ""),
        f"{name or 'mnist'}-{split}",
        checksum([file, label_file]),
    )


def _partner(file: Path) -> Path:
    name = re.sub(r"-images([-.])idx3", r"-labels\1idx1", file.name)
    plain = file.with_name(name.removesuffix(".gz"))
    for label_file in (plain, plain.with_name(plain.name + ".gz")):
        if label_file.exists():
            return label_file
    raise DataError(f"{file}: no labels beside it; looked for {plain.name} and {plain.name}.gz")


def _characters(file: Path, name: str) -> dict[int, str]:
    mapping = file.with_name(f"{name}-mapping.txt")
    if not name.startswith("emnist") or name in ("emnist-mnist", "emnist-digits"):
        return {digit: str(digit) for digit in range(10)}
    if not mapping.exists():
        raise DataError(f"{file}: needs {mapping.name} beside it, which says what its labels stand for")
    try:
        lines = [line for line in mapping.read_text(encoding="ascii").splitlines() if line]
        return classes_from_mapping([[int(code) for code in line.split()] for line in lines])
    except (ValueError, IndexError) as error:
        raise DataError(f"{mapping}: every line needs a label and a code point ({error})") from error
