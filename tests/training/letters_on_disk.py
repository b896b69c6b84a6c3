"""A folder of letters small enough to learn within a second."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np


def write_letters(folder: Path, classes: str = "LTOX", each: int = 12, seed: int = 0) -> Path:
    """``folder/L/00.png`` and so on: letters of OpenCV's font, turned and shifted, dark on light."""
    rng = np.random.default_rng(seed)
    for name in classes:
        (folder / name).mkdir(parents=True)
        for number in range(each):
            picture = np.full((64, 64), 240, np.uint8)
            cv2.putText(
                picture,
                name,
                (16, 48),
                cv2.FONT_HERSHEY_SIMPLEX,
                1.5,
                20,
                int(rng.integers(2, 6)),
                cv2.LINE_AA,
            )
            turn = cv2.getRotationMatrix2D((32, 32), float(rng.normal(0, 8)), float(rng.uniform(0.7, 1)))
            picture = cv2.warpAffine(picture, turn, (64, 64), borderValue=240)
            cv2.imwrite(str(folder / name / f"{number:02d}.png"), picture)
    return folder
