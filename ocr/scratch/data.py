"""Arrays in the form a network wants: one-hot targets, flat and standardised inputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocr.scratch.initialisers import Floats


def one_hot(labels: NDArray[np.integer], classes: int) -> NDArray[np.float32]:
    """labels: (N,) in 0 .. classes - 1 -> (N, classes), 1 at each row's label; ValueError for others."""
    if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(f"labels run from {labels.min()} to {labels.max()}, not from 0 to {classes - 1}")
    return np.eye(classes, dtype=np.float32)[labels]


def flatten(images: Floats) -> Floats:
    """(N, height, width) or (N, height, width, channels) -> (N, inputs)."""
    return images.reshape(len(images), -1)


class Standardiser:
    """(x - mean) / deviation: mean 0 and variance 1 for each input, measured on the training set alone."""

    def __init__(self, training: Floats) -> None:
        self.mean = training.mean(axis=0)  # (inputs,)
        deviation = training.std(axis=0)
        self.deviation = np.where(deviation > 0, deviation, 1)  # an input that never changes stays at 0

    def __call__(self, x: Floats) -> Floats:
        """(N, inputs) -> (N, inputs)."""
        return (x - self.mean) / self.deviation
