"""Forms with one letter in each box: their sides stand at equal distances, so those not seen are known too."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.segmentation.components import Blob, blobs

_FEWEST = 4  # sides that must be seen before a pitch is believed
_SLACK = 0.09  # of the pitch: how far from its place a side may stand
_PITCH = (0.5, 5.0)  # letter heights


@dataclass(frozen=True, slots=True)
class Comb:
    """A row of boxes: sides at ``first`` + k * ``pitch``, within the bounds given, all in pixels."""

    left: float
    top: int
    right: float
    bottom: int
    first: float
    pitch: float

    def stands_in(self, boxes: NDArray[np.int32]) -> NDArray[np.bool_]:
        """(N,) bool: which boxes (N, 4) are no more than a side or a piece of one."""
        left, top, right, bottom = boxes.T
        slack = _SLACK * self.pitch
        inside = (left > self.left - self.pitch / 2) & (right < self.right + self.pitch / 2)
        side = self.first + np.round(((left + right) / 2 - self.first) / self.pitch) * self.pitch
        return (
            inside
            & (left >= side - slack - 1)
            & (right <= side + slack + 1)
            & (top < self.bottom)
            & (bottom > self.top)
        )

    def cells(self, boxes: NDArray[np.number]) -> NDArray[np.float64]:
        """(N,) number of the form box in which each of ``boxes`` (N, 4) stands, NaN for those in none."""
        x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        within = (x > self.left) & (x < self.right) & (y > self.top) & (y < self.bottom)
        return np.where(within, np.floor((x - self.first) / self.pitch), np.nan)


def find_combs(rules: NDArray[np.uint8], letter_height: float) -> list[Comb]:
    """The rows of boxes whose sides are among ``rules``, (H, W) uint8, 0 = none; letter height in pixels."""
    if not cv2.countNonZero(rules):
        return []
    tall = max(5, round(0.6 * letter_height))
    upright = cv2.morphologyEx(rules, cv2.MORPH_OPEN, np.ones((tall, 1), np.uint8))
    upright = cv2.dilate(upright, np.ones((tall | 1, 3), np.uint8))  # one side, though crossings part it
    seen = [
        blob
        for blob in blobs(np.asarray(upright, np.uint8))
        if blob.box[2] - blob.box[0] < 0.6 * letter_height
    ]
    # From the top, as rows are read.
    seen.sort(key=lambda blob: blob.box[1::-1])
    boxes = np.array([blob.box for blob in seen], np.int32).reshape(-1, 4)
    centres = np.array([_centre(blob) for blob in seen])
    sides = list(range(len(seen)))
    combs = []
    while len(sides) >= _FEWEST:
        row, sides = _same_row(sides, boxes)
        comb = _comb(centres[row], boxes[row], letter_height)
        if comb is not None:
            combs.append(comb)
    return combs


def _same_row(sides: list[int], boxes: NDArray[np.int32]) -> tuple[list[int], list[int]]:
    """Those of ``sides`` that stand beside the first, and the others."""
    top, bottom = boxes[sides[0], [1, 3]].tolist()
    beside: list[int] = []
    others: list[int] = []
    for side in sides:
        above, below = boxes[side, [1, 3]].tolist()
        shared = min(bottom, below) - max(top, above)
        (beside if shared > 0.5 * min(bottom - top, below - above) else others).append(side)
    return beside, others


def _centre(side: Blob) -> float:
    """The mean x of its pixels."""
    columns = np.count_nonzero(side.own(), axis=0)
    return side.box[0] + float((columns * np.arange(len(columns))).sum() / columns.sum())


def _comb(centres: NDArray[np.float64], boxes: NDArray[np.int32], letter_height: float) -> Comb | None:
    """The comb that sides with these centres and boxes belong to, if most stand at multiples of one pitch."""
    x = np.sort(centres)
    steps = np.diff(x)
    steps = steps[steps > _PITCH[0] * letter_height]
    if len(x) < _FEWEST or len(steps) == 0:
        return None
    best = None
    for guess in np.unique(np.round(steps)):
        if guess > _PITCH[1] * letter_height:
            continue
        places = np.round((x - x[0]) / guess)
        if len(np.unique(places)) < _FEWEST:
            continue
        pitch, first = np.polyfit(places, x, 1)
        misses = np.abs((x - first) / pitch - np.round((x - first) / pitch))
        fit = float((misses < _SLACK).mean())
        # A pitch so short that anything fits is no pitch: its places must mostly be taken.
        taken = len(np.unique(places)) / (places.max() + 1)
        if fit >= 0.75 and taken >= 0.3 and (best is None or fit * taken > best[0]):
            best = (fit * taken, first, pitch)
    if best is None:
        return None
    top, bottom = int(boxes[:, 1].min()), int(boxes[:, 3].max())
    return Comb(float(x[0]), top, float(x[-1]), bottom, float(best[1]), float(best[2]))
