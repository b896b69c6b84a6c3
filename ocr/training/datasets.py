"""Fixed sets of labelled letters: the one type that every file format is read into, mixed and split by writer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ocr.errors import DataError


@dataclass(frozen=True)
class Samples:
    """Labelled pictures of single letters.

    images:   (N, 32, 32) or (N, 32, 32, 3) float32, 0 = paper, 1 = ink
    labels:   (N,) int64, index into ``classes``
    classes:  one string per class
    writers:  (N,) str, who wrote each letter, "" where that is not known
    name:     what to call the set in reports
    checksum: SHA-256 of the source files
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    writers: NDArray[np.str_]
    name: str
    checksum: str

    def __post_init__(self) -> None:
        count = len(self.images)
        if self.images.shape[1:3] != (32, 32) or self.images.ndim not in (3, 4):
            raise DataError(f"{self.name}: images are {self.images.shape}, not (N, 32, 32) or (N, 32, 32, 3)")
        if len(self.labels) != count or len(self.writers) != count:
            raise DataError(f"{self.name}: {count} images, {len(self.labels)} labels, {len(self.writers)} writers")
        if count and not 0 <= self.labels.min() <= self.labels.max() < len(self.classes):
            raise DataError(f"{self.name}: labels run from {self.labels.min()} to {self.labels.max()}, "
                            f"but there are {len(self.classes)} classes")

    def __len__(self) -> int:
        return len(self.images)

    def take(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> Samples:
        """The samples at ``which``, indices or a mask, with the same classes."""
        return replace(self, images=self.images[which], labels=self.labels[which], writers=self.writers[which])

    def counts(self) -> NDArray[np.int64]:
        """(C,) number of samples of each class."""
        return np.bincount(self.labels, minlength=len(self.classes))


def mix(sets: Sequence[Samples]) -> Samples:
    """All samples of ``sets`` over the union of their classes, in order of first appearance."""
    if not sets:
        raise DataError("no training data given")
    if len(sets) == 1:
        return sets[0]
    if len({samples.images.ndim for samples in sets}) > 1:
        raise DataError("grey and colour pictures cannot be mixed: "
                        + ", ".join(f"{s.name} {s.images.shape[1:]}" for s in sets))
    classes = tuple(dict.fromkeys(name for samples in sets for name in samples.classes))
    position = {name: index for index, name in enumerate(classes)}
    labels = [np.array([position[name] for name in s.classes], np.int64)[s.labels] for s in sets]
    return Samples(
        np.concatenate([s.images for s in sets]), np.concatenate(labels), classes,
        np.concatenate([s.writers for s in sets]), " + ".join(s.name for s in sets),
        hashlib.sha256("".join(s.checksum for s in sets).encode()).hexdigest())


def split(samples: Samples, share: float, seed: int = 0) -> tuple[Samples, Samples]:
    """(training, validation) with about ``share`` of the samples in validation.

    No writer is on both sides. Samples whose writer is unknown are split one by one, class by class.
    DataError when one side would stay empty.
    """
    rng = np.random.default_rng(seed)
    validation = np.zeros(len(samples), bool)
    known = samples.writers != ""
    for label in range(len(samples.classes)):
        members = rng.permutation(np.flatnonzero(~known & (samples.labels == label)))
        validation[members[:round(share * len(members))]] = True
    names, hand, sizes = np.unique(samples.writers[known], return_inverse=True, return_counts=True)
    order = rng.permutation(len(names))
    before = np.concatenate([[0], np.cumsum(sizes[order])[:-1]])
    chosen = np.zeros(len(names), bool)
    chosen[order[before + sizes[order] / 2 < share * sizes.sum()]] = True
    validation[known] = chosen[hand]
    if validation.all() or not validation.any():
        raise DataError(f"{samples.name}: {len(samples)} samples by {len(names)} writers cannot be split into "
                        "training and validation; give more data or a larger share")
    return samples.take(~validation), samples.take(validation)
