"""UNIPEN pen strokes, thinned out for fast drawing: words and lines as they were written, and single letters.

Every array is flat (points of all strokes of all segments), so that it loads in seconds and that worker
processes share it. Source: UNIPEN train_r01_v07, doi:10.5281/zenodo.1195803, CC BY 4.0.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr.errors import DataError
from ocr.training.writers import is_validation, writer_id

CASE_UNKNOWN = frozenset(
    {"abm", "ibm", "phi", "art", "pcl", "sta"}
)  # contributors who transcribed in one case
_STAIRCASES = frozenset({"apa", "apb", "app", "ibm"})  # tablets whose points lie on a coarse grid
_STEP = 0.28  # spacing of the kept points, in spreads of the ink (2.1 pixels of the row picture)


@dataclass(frozen=True)
class Strokes:
    """Segments (a letter, a word, a line) of pen strokes.

    points:  (P, 2) float32, x right, y DOWN, tablet units, evenly spaced along each stroke.
    strokes: (K + 1,) int64, stroke k owns points[strokes[k]:strokes[k + 1]].
    segments: (S + 1,) int64, segment s owns strokes segments[s] .. segments[s + 1] - 1.
    labels:  (S,) str. writers: (S,) int64, number of the person. cased: (S,) bool, case is reliable.
    names: of the people by number, the same in every file.
    """

    points: NDArray[np.float32]
    strokes: NDArray[np.int64]
    segments: NDArray[np.int64]
    labels: NDArray[np.str_]
    writers: NDArray[np.int64]
    cased: NDArray[np.bool_]
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def get(self, segment: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """(points (n, 2), lengths of its strokes (k,)) of one segment; the points are a view."""
        ends = self.strokes[self.segments[segment] : self.segments[segment + 1] + 1]
        return self.points[ends[0] : ends[-1]], np.diff(ends)

    def select(self, keep: NDArray[np.bool_]) -> Strokes:
        """Only the segments where ``keep`` (S,) is true."""
        stroke_keep = np.repeat(keep, np.diff(self.segments))
        lengths = np.diff(self.strokes)
        return Strokes(
            self.points[np.repeat(stroke_keep, lengths)],
            _ends(lengths[stroke_keep]),
            _ends(np.diff(self.segments)[keep]),
            self.labels[keep],
            self.writers[keep],
            self.cased[keep],
            self.names,
        )


def load_strokes(path: Path) -> tuple[Strokes, Strokes]:
    """The segments of one UNIPEN file by (training, validation) writers; DataError when it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path}: not a UNIPEN archive ({error}); see the data README for where it comes from"
        ) from error
    missing = {"steps", "stroke_len", "n_strokes", "label", "contributor", "writer", "source"} - set(arrays)
    if missing:
        raise DataError(
            f"{path}: has no array {sorted(missing)[0]!r}; it is not a UNIPEN archive of this layout"
        )
    people = list(
        zip(arrays["contributor"].tolist(), arrays["writer"].tolist(), arrays["source"].tolist(), strict=True)
    )
    held = {person: is_validation(*person) for person in set(people)}
    names = [writer_id(*person) for person in people]
    known = tuple(sorted(set(names)))
    number = {name: index for index, name in enumerate(known)}
    points = arrays["steps"].cumsum(axis=1).T.astype(np.float32)
    points[:, 1] *= -1
    everyone = Strokes(
        points,
        _ends(arrays["stroke_len"]),
        _ends(arrays["n_strokes"]),
        arrays["label"],
        np.array([number[name] for name in names]),
        ~np.isin(arrays["contributor"], sorted(CASE_UNKNOWN)),
        known,
    )
    rough = np.isin(arrays["contributor"], sorted(_STAIRCASES))
    usable = np.array(
        [
            label.isascii() and label.isprintable() and label == label.strip() != ""
            for label in arrays["label"].tolist()
        ]
    )
    validation = np.array([held[person] for person in people])
    thin = _thin(_smooth(everyone, rough))
    return thin.select(usable & ~validation), thin.select(usable & validation)


def _ends(lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])


def _smooth(strokes: Strokes, rough: NDArray[np.bool_]) -> Strokes:
    """Take the staircases out of the ``rough`` (S,) segments: two passes of (1 2 1) / 4 along each stroke."""
    points = strokes.points.copy()
    inner = np.repeat(np.repeat(rough, np.diff(strokes.segments)), np.diff(strokes.strokes))
    inner[strokes.strokes[:-1][np.diff(strokes.strokes) > 0]] = False
    inner[strokes.strokes[1:][np.diff(strokes.strokes) > 0] - 1] = False
    inside = np.flatnonzero(inner)
    for _ in range(2):
        points[inside] = (points[inside - 1] + 2 * points[inside] + points[inside + 1]) / 4
    return replace(strokes, points=points)


def _thin(strokes: Strokes) -> Strokes:
    """Keep points about ``_STEP`` spreads of the segment's ink apart, and the ends of every stroke."""
    points, lengths = strokes.points, np.diff(strokes.strokes)
    starts = strokes.strokes[:-1]
    segment = np.repeat(np.repeat(np.arange(len(strokes)), np.diff(strokes.segments)), lengths)
    gap = np.zeros(len(points), np.float64)
    gap[1:] = np.hypot(*np.diff(points, axis=0).T)
    gap[starts[lengths > 0]] = 0
    step = np.maximum(_STEP * _segment_spread(points, gap, segment, np.char.str_len(strokes.labels)), 1e-3)
    way = np.cumsum(gap / step[segment])
    way -= np.repeat(way[np.minimum(starts, len(points) - 1)], lengths)
    count = np.floor(way + 1e-6)
    keep = np.ones(len(points), bool)
    keep[1:] = count[1:] > count[:-1]
    keep[starts[lengths > 0]] = True
    keep[strokes.strokes[1:][lengths > 0] - 1] = True
    stroke = np.repeat(np.arange(len(lengths)), lengths)
    ends = _ends(np.bincount(stroke[keep], minlength=len(lengths)))
    return replace(strokes, points=points[keep], strokes=ends)


def _segment_spread(
    points: NDArray[np.float32],
    gap: NDArray[np.float64],
    segment: NDArray[np.int64],
    characters: NDArray[np.int64],
) -> NDArray[np.float64]:
    """(S,) standard deviation of each segment's ink about its straight line of regression."""
    count = len(characters)
    weight = gap + 1e-3
    x, y = points.T.astype(np.float64)

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(segment, values, count).astype(np.float64)

    mass = np.maximum(total(weight), 1e-9)
    x = x - (total(weight * x) / mass)[segment]
    y = y - (total(weight * y) / mass)[segment]
    xx, xy, yy = total(weight * x * x), total(weight * x * y), total(weight * y * y)
    slope = np.clip(xy / np.maximum(xx, 1e-9), -0.3, 0.3)
    left = yy - 2 * slope * xy + slope * slope * xx
    wide = np.sqrt(xx / mass) / np.maximum(characters, 1)  # a dash has no height: its width stands in
    spread: NDArray[np.float64] = np.maximum(np.sqrt(np.maximum(left, 0) / mass), 0.1 * wide)
    return spread
