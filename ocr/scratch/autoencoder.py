"""The reference autoencoder: 1024-32-32-32-1024, a crop drawn again from 32 numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from ocr.scratch.activations import ReLU, Sigmoid
from ocr.scratch.initialisers import he
from ocr.scratch.layers import Dense
from ocr.scratch.losses import SquaredError
from ocr.scratch.network import Network

PIXELS = 1024  # 32 x 32, flat
BOTTLENECK = 32


def bottleneck32(*, seed: int = 0, dtype: DTypeLike = np.float32) -> Network:
    """ReLU, ReLU, ReLU, sigmoid, squared error; trained with `Momentum` 0.9 to give back its input.

    x: (N, 1024), 0 = paper, 1 = ink -> y: (N, 1024) in (0, 1). The loss sums over pixels, so rates
    are small: ``network.train(x, x, Momentum(0.002), ...)``.
    """
    layers = [
        Dense(PIXELS, BOTTLENECK, he), ReLU(),
        Dense(BOTTLENECK, BOTTLENECK, he), ReLU(),
        Dense(BOTTLENECK, BOTTLENECK, he), ReLU(),
        Dense(BOTTLENECK, PIXELS), Sigmoid(),
    ]  # fmt: skip
    return Network(layers, SquaredError(), seed=seed, dtype=dtype)
