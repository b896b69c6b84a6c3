"""Letters to damage, drawn without any data."""

from __future__ import annotations

import cv2
import numpy as np

from ocr.reading.crops import normalise
from tests.drawn import STROKES


def drawn_crops(characters: str = "ABCDEFGHKLMNOPRSTUVWXYZ") -> np.ndarray:
    """(N, 32, 32) float32 in reading's geometry, 0 = paper, 1 = ink."""
    patches = []
    for character in characters:
        patch = np.zeros((100, 80), np.uint8)
        for stroke in STROKES[character].split():
            corners = [
                (int(x) * 15 + 10, int(y) * 13 + 10) for x, y in zip(stroke[::2], stroke[1::2], strict=True)
            ]
            cv2.polylines(patch, [np.array(corners, np.int32)], False, 255, 9, cv2.LINE_AA)
        patches.append(patch)
    return normalise(patches)
