"""Fixed sets of labelled letters: the one type that every format is read into, mixed and split by writer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ocr.errors import DataError

Artist = Callable[[NDArray[np.int64], np.random.Generator], NDArray[np.float32]]
"""Draws the samples with the given numbers anew: (n,) int64 -> (n, 32, 32) float32."""


@dataclass(frozen=True)
class Samples:
    """Labelled pictures of single letters.

    images:   (N, 32, 32) or (N, 32, 32, 3) float32, 0 = paper, 1 = ink
    labels:   (N,) int64, index into ``classes``
    classes:  one string per class
    writers:  (N,) str, who wrote each letter, "" where that is not known
    name:     what to call the set in reports
    checksum: SHA-256 of the source files
    artist:   draws the letters anew, where they come from strokes or fonts
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    writers: NDArray[np.str_]
    name: str
    checksum: str
    artist: Artist | None = None

    def __post_init__(self) -> None:
        count = len(self.images)
        if self.images.shape[1:3] != (32, 32) or self.images.ndim not in (3, 4):
            raise DataError(f"{self.name}: images are {self.images.shape}, not (N, 32, 32) or (N, 32, 32, 3)")
        if len(self.labels) != count or len(self.writers) != count:
            raise DataError(
                f"{self.name}: {count} images, {len(self.labels)} labels, {len(self.writers)} writers"
            )
        if count and not 0 <= self.labels.min() <= self.labels.max() < len(self.classes):
            raise DataError(
                f"{self.name}: labels run from {self.labels.min()} to {self.labels.max()}, "
                f"but there are {len(self.classes)} classes"
            )

    def __len__(self) -> int:
        return len(self.images)

    def take(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> Samples:
        """The samples at ``which``, indices or a mask, with the same classes."""
        numbers = np.arange(len(self))[which]
        artist = self.artist
        part = None if artist is None else lambda rows, rng: artist(numbers[rows], rng)
        return replace(
            self,
            images=self.images[which],
            labels=self.labels[which],
            writers=self.writers[which],
            artist=part,
        )

    def fresh(self, rows: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float32]:
        """(n, 32, 32) or (n, 32, 32, 3), the pictures of ``rows``, drawn anew where that is possible."""
        return self.images[rows] if self.artist is None else self.artist(rows, rng)

    def with_classes(self, classes: tuple[str, ...]) -> Samples:
        """The same samples labelled by another list of classes, without those whose class is not in it."""
        place = {name: index for index, name in enumerate(classes)}
        labels = np.array([place.get(name, -1) for name in self.classes], np.int64)[self.labels]
        return replace(self.take(labels >= 0), labels=labels[labels >= 0], classes=classes)

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
        raise DataError(
            "grey and colour pictures cannot be mixed: "
            + ", ".join(f"{s.name} {s.images.shape[1:]}" for s in sets)
        )
    classes = tuple(dict.fromkeys(name for samples in sets for name in samples.classes))
    position = {name: index for index, name in enumerate(classes)}
    labels = [np.array([position[name] for name in s.classes], np.int64)[s.labels] for s in sets]
    return Samples(
        np.concatenate([s.images for s in sets]),
        np.concatenate(labels),
        classes,
        np.concatenate([s.writers for s in sets]),
        " + ".join(s.name for s in sets),
        hashlib.sha256("".join(s.checksum for s in sets).encode()).hexdigest(),
        _artists(sets),
    )


def _artists(sets: Sequence[Samples]) -> Artist | None:
    """One artist for the samples of several sets end to end."""
    if all(samples.artist is None for samples in sets):
        return None
    starts = np.cumsum([0, *map(len, sets)])

    def artist(rows: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float32]:
        images = np.empty((len(rows), *sets[0].images.shape[1:]), np.float32)
        owner = np.searchsorted(starts, rows, side="right") - 1
        for number, samples in enumerate(sets):
            images[owner == number] = samples.fresh(rows[owner == number] - starts[number], rng)
        return images

    return artist


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
        validation[members[: round(share * len(members))]] = True
    names, hand, sizes = np.unique(samples.writers[known], return_inverse=True, return_counts=True)
    order = rng.permutation(len(names))
    before = np.concatenate([[0], np.cumsum(sizes[order])[:-1]])
    chosen = np.zeros(len(names), bool)
    chosen[order[before + sizes[order] / 2 < share * sizes.sum()]] = True
    validation[known] = chosen[hand]
    if validation.all() or not validation.any():
        raise DataError(
            f"{samples.name}: {len(samples)} samples by {len(names)} writers cannot be split into "
            "training and validation; give more data or a larger share"
        )
    return samples.take(~validation), samples.take(validation)
