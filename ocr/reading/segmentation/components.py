"""Connected components of an ink mask, measured once, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Components:
    """N connected components (8-connected). Row i of every array describes the component labelled i + 1.

    labels:  (H, W) int32, 0 = paper.
    boxes:   (N, 4) int32, left, top, right, bottom, in pixels of the mask.
    area:    (N,) float64, ink pixels.
    stroke:  (N,) float64, mean stroke width in pixels.
    contrast:(N,) float64, mean contrast of the ink, 0 .. 255.
    """

    labels: NDArray[np.int32]
    boxes: NDArray[np.int32]
    area: NDArray[np.float64]
    stroke: NDArray[np.float64]
    contrast: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def width(self) -> NDArray[np.int32]:
        return self.boxes[:, 2] - self.boxes[:, 0]

    @property
    def height(self) -> NDArray[np.int32]:
        return self.boxes[:, 3] - self.boxes[:, 1]


def find_components(
    mask: NDArray[np.uint8], contrast: NDArray[np.uint8], faint: NDArray[np.uint8] | None = None
) -> Components:
    """Label the ink and measure each component.

    mask:     (H, W) uint8, 1 = ink, 0 = paper.
    contrast: (H, W) uint8.
    faint:    optional (H, W) uint8, 1 where there is at least a trace of ink. Strokes that a trace connects are one
              component (hysteresis); the trace itself is not counted as its ink.
    """
    _, labels = cv2.connectedComponents(
        mask if faint is None else cv2.bitwise_or(faint, mask), connectivity=8, ltype=cv2.CV_32S
    )
    ink = np.flatnonzero(mask > 0)
    owner = labels.ravel()[ink]
    if faint is None:
        count = int(owner.max(initial=0)) + 1
    else:
        labels, owner, count = _renumbered(labels, owner, ink)
    if count == 1:
        nothing = np.zeros(0)
        return Components(labels, np.zeros((0, 4), np.int32), nothing, nothing, nothing)
    area = np.bincount(owner, minlength=count)[1:].astype(np.float64)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_3)
    # Across a stroke of width w the distance to its edge runs 1 .. w/2 .. 1, (w/2 + 1) / 2 on average.
    mean_depth = np.bincount(owner, depth.ravel()[ink], count)[1:] / area
    mean_contrast = np.bincount(owner, contrast.ravel()[ink], count)[1:] / area
    boxes = _boxes(ink, owner, mask.shape[1], count - 1)
    return Components(labels, boxes, area, np.maximum(4 * mean_depth - 2, 1), mean_contrast)


class Blob:
    """One 8-connected component of a mask that has few and large ones: its outline is found, not each pixel labelled.

    box: left, top, right, bottom in pixels of the mask. part: the same as an index into arrays.
    """

    def __init__(self, mask: NDArray[np.uint8], outline: NDArray[np.int32]) -> None:
        left, top, wide, high = cv2.boundingRect(outline)
        self.box = left, top, left + wide, top + high
        self.part = slice(top, top + high), slice(left, left + wide)
        self._mask, self._first = mask, (int(outline[0, 0, 1]) - top, int(outline[0, 0, 0]) - left)

    def own(self) -> NDArray[np.bool_]:
        """(h, w) bool, the component within its box."""
        _, labels = cv2.connectedComponents(self._mask[self.part], connectivity=8)
        return np.asarray(labels == labels[self._first], np.bool_)


def blobs(mask: NDArray[np.uint8]) -> list[Blob]:
    """The components of ``mask`` (H, W) uint8, 0 = none."""
    outlines, levels = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    # The last number is the outline around: none around a component, one around a hole.
    return [
        Blob(mask, np.asarray(outline, np.int32))
        for outline, level in zip(outlines, levels[0] if outlines else (), strict=True)
        if level[3] < 0
    ]


def _renumbered(
    labels: NDArray[np.int32], owner: NDArray[np.int32], ink: NDArray[np.intp]
) -> tuple[NDArray[np.int32], NDArray[np.int32], int]:
    """``labels`` and ``owner`` without those that own no ink, numbered without gaps, and their count with paper."""
    present = np.zeros(int(labels.max()) + 1, np.int32)
    present[owner] = 1
    owner = np.cumsum(present, dtype=np.int32)[owner]
    labels = np.zeros_like(labels)
    labels.ravel()[ink] = owner
    return labels, owner, int(present.sum()) + 1


def _boxes(ink: NDArray[np.intp], owner: NDArray[np.int32], width: int, count: int) -> NDArray[np.int32]:
    """(count, 4) int32 boxes of components 1 .. count, from the places of their ink in reading order."""
    # The ends of each run along a row tell as much as all of its pixels, and are far fewer.
    begins = ink % width == 0
    begins[:1] = True
    begins[1:] |= np.diff(ink) != 1
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(ink))[: len(first)] - 1
    of = owner[first].astype(np.intp) - 1
    rows = ink[first] // width
    left, top = np.full((2, count), np.iinfo(np.intp).max)
    right, bottom = np.zeros((2, count), np.intp)
    np.minimum.at(left, of, ink[first] - rows * width)
    np.maximum.at(right, of, ink[last] - rows * width + 1)
    np.minimum.at(top, of, rows)
    np.maximum.at(bottom, of, rows + 1)
    return np.column_stack([left, top, right, bottom]).astype(np.int32)
