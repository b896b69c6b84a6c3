"""What little a page costs to tell which way up it is: how its letters look when turned, and how they stand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocr.reading.classifier import Classifier
from ocr.reading.crops import normalise
from ocr.reading.ink import Ink
from ocr.reading.letters import Letters

_LETTERS = 32  # letters that are looked at in four turns
_NEIGHBOURS = 64  # letters whose nearest neighbour is looked for
_UNLIKELY = -4.0  # log-probability below which it does not matter any more how unlikely a letter is


def likeness(
    classifier: Classifier, allowed: NDArray[np.bool_] | None, ink: Ink, letters: Letters
) -> tuple[dict[int, float], int]:
    """How much like letters some letters of the page look when turned clockwise by 0, 90, 180 and 270 degrees.

    Returns for each turn the mean log-probability of the likeliest class, and of how many letters.
    allowed: (C,) bool, the classes that may occur; None for all.
    """
    chosen = well_shaped(letters)
    if not chosen:
        return dict.fromkeys((0, 90, 180, 270), 0.0), 0
    crops = normalise([letters.patch(index, ink) for index in chosen])
    turns = np.concatenate([np.rot90(crops, -quarter, (1, 2)) for quarter in range(4)])
    chances = classifier.probabilities(turns)
    if allowed is not None:
        chances = chances[:, allowed]
    logs = np.log(np.maximum(chances.max(axis=1), np.exp(_UNLIKELY)))
    means = logs.reshape(4, -1).mean(axis=1)
    return {90 * quarter: float(mean) for quarter, mean in enumerate(means)}, len(chosen)


def well_shaped(letters: Letters) -> list[int]:
    """At most `_LETTERS` from all over the page, of a letter's size and one piece, which are the same any way up."""
    if not len(letters):
        return []
    sides = letters.boxes[:, 2:] - letters.boxes[:, :2]
    longer, shorter = sides.max(axis=1), sides.min(axis=1)
    sized = (longer >= 0.45 * letters.height) & (longer <= 2.2 * letters.height) & (shorter >= 0.3 * longer)
    whole = [index for index in np.flatnonzero(sized).tolist() if len(letters.pieces[index]) == 1]
    return whole[:: max(1, -(-len(whole) // _LETTERS))]


def column_share(letters: Letters) -> float:
    """Share of the letters whose nearest neighbour stands above or below and not beside; 0 where none has any."""
    boxes = letters.boxes[~letters.mark].astype(np.float32)
    if len(boxes) < 2:
        return 0.0
    some = boxes[:: -(-len(boxes) // _NEIGHBOURS), None]
    # (N, M, 2) paper between each of some and each of all, in x and in y; negative where they share a stretch.
    apart = np.maximum(some[..., :2] - boxes[:, 2:], boxes[:, :2] - some[..., 2:])
    sides = np.minimum(some[..., 2:] - some[..., :2], boxes[:, 2:] - boxes[:, :2])
    share = (apart < -0.3 * sides) & ~(some == boxes).all(axis=2, keepdims=True)
    beside = np.where(share[..., 1], np.maximum(apart[..., 0], 0), np.inf).min(axis=1)
    above = np.where(share[..., 0], np.maximum(apart[..., 1], 0), np.inf).min(axis=1)
    known = np.isfinite(beside) | np.isfinite(above)
    return float(np.mean(above[known] < beside[known])) if known.any() else 0.0
