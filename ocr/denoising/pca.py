"""Principal components of crops: a rival, and where the narrow autoencoder starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.denoising.damage import SIZE, Crops

Dense = tuple[NDArray[np.float64], NDArray[np.float64]]  # W: (inputs, outputs) and b: (outputs,) of x W + b
_AWAKE = 2.5  # standard deviations between the mean of a unit and where it falls silent
_FLAT = 0.05  # of the largest deviation: smaller ones are not scaled up further


@dataclass(frozen=True)
class Pca:
    """Principal components of crops (K. Pearson, 1901): the best linear way through a bottleneck.

    mean: (1024,); components: (K, 1024), orthonormal rows, the one of most variance first;
    spreads: (K,), the standard deviation along each.
    """

    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    spreads: NDArray[np.float64]

    @classmethod
    def fit(cls, crops: Crops, components: int = 128) -> Pca:
        """The first ``components`` of crops (N, 32, 32)."""
        flat = crops.reshape(len(crops), -1).astype(np.float64)  # (N, 1024)
        mean = flat.mean(0)
        flat -= mean
        squares, axes = np.linalg.eigh(flat.T @ flat)  # columns of ``axes``, least variance first
        first = slice(None, -components - 1, -1)
        return cls(mean, axes[:, first].T, np.sqrt(squares[first].clip(0) / len(flat)))

    def rebuild(self, crops: Crops, components: float = 32) -> Crops:
        """Crops drawn again from their first ``components`` coordinates."""
        axes = self.components[: int(components)]  # (K, 1024)
        code = (crops.reshape(len(crops), -1) - self.mean) @ axes.T  # (N, K)
        return np.clip(self.mean + code @ axes, 0, 1).astype(np.float32).reshape(-1, SIZE, SIZE)

    def as_layers(self) -> tuple[Dense, Dense, Dense, Dense]:
        """The same as 1024-K-K-K-1024 with ReLU, ReLU, ReLU, sigmoid, as near as these layers come to it.

        Each unit of the first layer is one coordinate, scaled to a deviation of 1 and raised until hardly a crop
        silences it, so that the ReLUs pass everything on; training finds what better use to make of them.
        """
        scale = np.maximum(self.spreads, _FLAT * self.spreads.max() + 1e-6)
        encode = self.components.T / scale  # (1024, K)
        # The sigmoid has a slope of 1/4 in its middle.
        decode = 4 * scale[:, None] * self.components  # (K, 1024)
        level = self.mean.clip(0.01, 0.99)
        same = np.eye(len(scale)), np.zeros(len(scale))
        return (
            (encode, _AWAKE - self.mean @ encode),
            same,
            same,
            (decode, np.log(level / (1 - level)) - _AWAKE * decode.sum(0)),
        )
