"""UNIPEN pen strokes: read and smoothed, with the writer and the usual letter height of each glyph.

The arrays are those of a UNIPEN ``.npz``: ``steps`` (2, N) int32 whose cumulative sum gives tablet
coordinates, y up; ``stroke_len`` (strokes,); ``n_strokes`` (segments,); ``label``, ``contributor``,
``writer`` and ``source`` (segments,). Here y runs down, as in a picture.

Source: I. Guyon et al., "UNIPEN project of on-line data exchange and recognizer benchmarks", ICPR 1994.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr.errors import DataError
from ocr.training.writers import is_validation

KEYS = ("steps", "stroke_len", "n_strokes", "label", "contributor", "writer", "source")
STAIRCASES = ("apa", "apb", "app", "ibm")  # tablets so coarse that slanted lines come out as steps
SMALLEST_UNIT = 1e-3


@dataclass(frozen=True)
class Strokes:
    """Written characters as pen strokes.

    points:        (P, 2) float32, x right and y down, in tablet units
    stroke_starts: (S + 1,) int64, the strokes' bounds in ``points``
    glyph_starts:  (N + 1,) int64, the glyphs' bounds in ``stroke_starts``
    labels:        (N,) str
    writers:       (N,) str, "contributor/writer"
    units:         (N,) float32, usual letter height where the glyph was written, in tablet units
    """

    points: NDArray[np.float32]
    stroke_starts: NDArray[np.int64]
    glyph_starts: NDArray[np.int64]
    labels: NDArray[np.str_]
    writers: NDArray[np.str_]
    units: NDArray[np.float32]
    checksum: str

    def __len__(self) -> int:
        return len(self.labels)

    def bounds(self, glyph: int) -> NDArray[np.int64]:
        """(strokes + 1,) bounds in ``points`` of the strokes of one glyph."""
        return self.stroke_starts[self.glyph_starts[glyph] : self.glyph_starts[glyph + 1] + 1]


def read_unipen(path: str | Path) -> Strokes:
    """Read a UNIPEN ``.npz``; DataError names the file and the key that is missing or wrong."""
    path = Path(path)
    try:
        content = path.read_bytes()
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in KEYS if key in file}
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not readable as UNIPEN strokes (.npz): {error}") from error
    for key in KEYS:
        if key not in arrays:
            raise DataError(f"{path}: key {key!r} is missing; UNIPEN strokes have {', '.join(KEYS)}")
    stroke_starts = _starts(arrays["stroke_len"])
    glyph_starts = _starts(arrays["n_strokes"])
    points = arrays["steps"].cumsum(axis=1).T.astype(np.float32)
    if stroke_starts[-1] != len(points):
        raise DataError(
            f"{path}: key 'stroke_len' adds up to {stroke_starts[-1]} points, 'steps' has {len(points)}"
        )
    if glyph_starts[-1] != len(stroke_starts) - 1:
        raise DataError(
            f"{path}: key 'n_strokes' adds up to {glyph_starts[-1]} strokes, "
            f"'stroke_len' has {len(stroke_starts) - 1}"
        )
    points[:, 1] *= -1
    coarse = np.isin(arrays["contributor"], STAIRCASES)
    points = smooth(
        points, stroke_starts, np.repeat(np.repeat(coarse, arrays["n_strokes"]), arrays["stroke_len"])
    )
    unknown = arrays["writer"] == ""
    names = np.where(unknown, arrays["source"], arrays["writer"])
    writers = np.char.add(np.char.add(arrays["contributor"], "/"), names)
    heights = extents(points, stroke_starts[glyph_starts])[:, 1]
    return Strokes(
        points,
        stroke_starts,
        glyph_starts,
        arrays["label"],
        writers,
        letter_heights(heights, arrays["label"], arrays["source"]),
        hashlib.sha256(content).hexdigest(),
    )


def _starts(lengths: NDArray[np.int32]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])


def smooth(
    points: NDArray[np.float32], stroke_starts: NDArray[np.int64], where: NDArray[np.bool_], rounds: int = 3
) -> NDArray[np.float32]:
    """Average each point with its neighbours on the stroke (weights 1 2 1), ``rounds`` times.

    Ends of strokes stay where they are; points outside ``where`` (P,) bool stay untouched.
    """
    inner = where.copy()
    inner[stroke_starts[:-1][stroke_starts[:-1] < len(points)]] = False
    inner[stroke_starts[1:] - 1] = False
    middle = np.flatnonzero(inner)
    points = points.copy()
    for _ in range(rounds):
        points[middle] = (points[middle - 1] + 2 * points[middle] + points[middle + 1]) / 4
    return points


def extents(points: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """(N, 2) width and height of the runs of ``points`` that begin at ``starts`` (N + 1,)."""
    begin = starts[:-1]
    return np.maximum.reduceat(points, begin) - np.minimum.reduceat(points, begin)


def letter_heights(
    heights: NDArray[np.float32], labels: NDArray[np.str_], sources: NDArray[np.str_]
) -> NDArray[np.float32]:
    """(N,) usual height of capitals and digits in each glyph's source.

    Where a source has none, 1.4 times its small letters, the usual ratio; where it has no letters, the
    glyph's own height, so that nothing is known about its size.
    """
    _, source = np.unique(sources, return_inverse=True)
    capital = np.array([label.isalnum() and not label.islower() for label in labels.tolist()])
    tall = capital | np.isin(labels, list("bdfhklt"))
    small = np.isin(labels, list("acemnorsuvwxz"))
    units = np.maximum(heights, SMALLEST_UNIT).astype(np.float32)
    order = np.argsort(source, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(source[order])) + 1):
        if tall[members].any():
            units[members] = np.median(heights[members][tall[members]])
        elif small[members].any():
            units[members] = 1.4 * np.median(heights[members][small[members]])
    return np.maximum(units, SMALLEST_UNIT)


def validation_glyphs(writers: NDArray[np.str_]) -> NDArray[np.bool_]:
    """(N,) bool, True where the glyph's writer ("contributor/name") is held out for validation."""
    names, which = np.unique(writers, return_inverse=True)
    held_out = [is_validation(name.partition("/")[0], name.partition("/")[2], "") for name in names.tolist()]
    return np.array(held_out, bool)[which]
