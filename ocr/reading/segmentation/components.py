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
        mask if faint is None else faint | mask, connectivity=8, ltype=cv2.CV_32S
    )
    count, labels, stats = _relabel(labels, mask)
    boxes = stats[1:, :4].astype(np.int32)
    boxes[:, 2:] += boxes[:, :2]
    area = stats[1:, cv2.CC_STAT_AREA].astype(np.float64)
    if count == 1:
        nothing = np.zeros(0)
        return Components(labels, boxes, nothing, nothing, nothing)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_3)
    ink = np.flatnonzero(labels)
    owner = labels.ravel()[ink]
    # Across a stroke of width w the distance to its edge runs 1 .. w/2 .. 1, (w/2 + 1) / 2 on average.
    mean_depth = np.bincount(owner, depth.ravel()[ink], count)[1:] / area
    mean_contrast = np.bincount(owner, contrast.ravel()[ink], count)[1:] / area
    return Components(labels, boxes, area, np.maximum(4 * mean_depth - 2, 1), mean_contrast)


def _relabel(
    labels: NDArray[np.int32], mask: NDArray[np.uint8]
) -> tuple[int, NDArray[np.int32], NDArray[np.int32]]:
    """Keep of ``labels`` what is in ``mask``, numbered without gaps: (count with paper, labels, stats)."""
    rows, columns = np.nonzero(mask)
    owner = labels[rows, columns]
    present = np.unique(owner)
    number = np.zeros(int(labels.max()) + 1, np.int32)
    number[present] = np.arange(1, len(present) + 1)
    owner = number[owner]
    labels = np.zeros_like(labels)
    labels[rows, columns] = owner
    count = len(present) + 1
    stats = np.zeros((count, 5), np.int32)
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(1, count))
    if count > 1:
        for column, values, reduce in (
            (0, columns, np.minimum),
            (1, rows, np.minimum),
            (2, columns, np.maximum),
            (3, rows, np.maximum),
        ):
            stats[1:, column] = reduce.reduceat(values[order], starts)
    stats[1:, 2] += 1 - stats[1:, 0]
    stats[1:, 3] += 1 - stats[1:, 1]
    stats[1:, 4] = np.bincount(owner, minlength=count)[1:]
    return count, labels, stats
