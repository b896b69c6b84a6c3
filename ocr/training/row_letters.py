"""Single UNIPEN letters brought to one scale, so that any text can be written with one person's letters.

A tablet segment knows neither its baseline nor its scale. The scale is found per person: the factor that
makes the median of their letters as high as `ZONES` says; a letter keeps its own size relative to that.
Then its lower edge is put where the zone of the character begins. Unit: the height of a capital.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ocr.training.row_strokes import Strokes

PROFILE = np.linspace(-1.1, 0.45, 12)  # y of the bands in which a letter's left and right edges are kept

_WIDEST = 1.8  # a "letter" wider or higher than this is a segmentation error


def _zones() -> dict[str, tuple[float, float, float]]:
    """character -> (bottom above the baseline, height, usual width), in heights of a capital."""
    groups = {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789&#": (0, 1, 0.75),
        "acemnorsuvwxz": (0, 0.6, 0.6),
        "bdfhkl": (0, 1, 0.5),
        "t": (0, 0.9, 0.5),
        "i": (0, 0.9, 0.2),
        "gpqy": (-0.4, 1, 0.55),
        "j": (-0.4, 1.3, 0.4),
        ".": (-0.02, 0.07, 0.07),
        ",": (-0.2, 0.28, 0.12),
        ":": (0.02, 0.52, 0.1),
        ";": (-0.18, 0.7, 0.15),
        "!?": (0, 1, 0.3),
        "'`": (0.7, 0.3, 0.12),
        '"': (0.7, 0.3, 0.3),
        "-": (0.38, 0.05, 0.4),
        "_": (-0.08, 0.05, 0.7),
        "=": (0.25, 0.3, 0.5),
        "+": (0.15, 0.6, 0.6),
        "*": (0.3, 0.55, 0.5),
        "/\\": (-0.1, 1.2, 0.5),
        "|": (-0.15, 1.25, 0.05),
        "()[]{}": (-0.12, 1.2, 0.35),
        "<>": (0.15, 0.6, 0.5),
        "$": (-0.1, 1.2, 0.6),
        "%": (0, 1, 0.8),
        "@": (-0.1, 1, 1),
        "^": (0.6, 0.35, 0.4),
        "~": (0.3, 0.2, 0.6),
    }
    return {character: zone for characters, zone in groups.items() for character in characters}


ZONES = _zones()


@dataclass(frozen=True)
class Letters:
    """Letters of many people at one scale; the baseline is y = 0, y runs down, x begins at 0.

    strokes: their points, in heights of a capital. width: (S,). left, right: (S, len(PROFILE)) edges of
    the ink per band of height; where a band is empty, left = +9 and right = -9.
    by_writer: for every person, character -> segments.
    """

    strokes: Strokes
    width: NDArray[np.float32]
    left: NDArray[np.float32]
    right: NDArray[np.float32]
    by_writer: list[dict[str, NDArray[np.int64]]]


def scale_letters(strokes: Strokes) -> Letters:
    """Put every single-character segment of ``strokes`` to the common scale."""
    single = np.isin(strokes.labels, list(ZONES))
    strokes = strokes.select(single)
    count = len(strokes)
    sizes = np.diff(strokes.strokes[strokes.segments])
    starts = strokes.strokes[strokes.segments[:-1]]
    segment = np.repeat(np.arange(count), sizes)
    low = np.minimum.reduceat(strokes.points, starts, axis=0)
    high = np.maximum.reduceat(strokes.points, starts, axis=0)
    zones = np.array([ZONES[label] for label in strokes.labels.tolist()])
    extent = (high - low).astype(np.float64)
    # The longer side of the zone is the yardstick: a dash is measured by its width.
    tall = zones[:, 1] >= zones[:, 2]
    ratio = np.where(tall, extent[:, 1] / zones[:, 1], extent[:, 0] / zones[:, 2])
    big = np.maximum(zones[:, 1], zones[:, 2]) > 0.45
    unit = np.zeros(int(strokes.writers.max()) + 1)
    for writer in np.unique(strokes.writers):
        mine = strokes.writers == writer
        unit[writer] = np.median(ratio[mine & big]) if (mine & big).any() else np.median(ratio[mine])
    own = np.maximum(ratio / np.maximum(unit[strokes.writers], 1e-6), 1e-3)
    factor = np.clip(own, 0.7, 1.35) / np.maximum(ratio, 1e-6)
    # A full stop may be one sample: it has no size, and keeps the writer's scale.
    factor = np.where(extent.max(axis=1) < 1e-6, 1.0, factor)
    shift = np.stack([low[:, 0], high[:, 1]], axis=1)
    points = ((strokes.points - shift[segment]) * factor[segment, None]).astype(np.float32)
    points[:, 1] -= zones[segment, 0].astype(np.float32)
    band = np.clip(np.searchsorted(PROFILE, points[:, 1]), 0, len(PROFILE) - 1)
    left = np.full((count, len(PROFILE)), 9, np.float32)
    right = np.full((count, len(PROFILE)), -9, np.float32)
    np.minimum.at(left, (segment, band), points[:, 0])
    np.maximum.at(right, (segment, band), points[:, 0])
    width = (extent[:, 0] * factor).astype(np.float32)
    scaled = replace(strokes, points=points)
    return Letters(
        scaled, width, left, right, _by_writer(scaled, (extent * factor[:, None]).max(axis=1) < _WIDEST)
    )


def _by_writer(strokes: Strokes, usable: NDArray[np.bool_]) -> list[dict[str, NDArray[np.int64]]]:
    people: list[dict[str, NDArray[np.int64]]] = []
    order = np.lexsort((strokes.labels, strokes.writers))
    order = order[usable[order]]
    keys = np.char.add(np.char.mod("%d ", strokes.writers), strokes.labels)[order]
    cuts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    writer = -1
    for group in np.split(order, cuts[1:]):
        if strokes.writers[group[0]] != writer:
            writer = int(strokes.writers[group[0]])
            people.append({})
        people[-1][str(strokes.labels[group[0]])] = group
    return people
