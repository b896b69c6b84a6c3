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


def find_components(mask: NDArray[np.uint8], contrast: NDArray[np.uint8]) -> Components:
    """Label ``mask`` (H, W) uint8 (0 = paper) and measure each component; ``contrast`` is (H, W) uint8."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_32S)
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
