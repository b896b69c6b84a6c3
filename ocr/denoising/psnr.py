"""How close a crop is to the clean one, by scikit-image, with a data range of 1: crops run from 0 to 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

DATA_RANGE = 1.0
HIGHEST = 60.0  # dB of two crops that are equal to within 8 bits; equal ones would give infinity


def psnr(clean: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float64]:
    """10 log10(1 / mean squared error) of each pair of crops (N, 32, 32), (N,) in dB, at most `HIGHEST`."""
    with np.errstate(divide="ignore"):
        each = [
            peak_signal_noise_ratio(a, b, data_range=DATA_RANGE) for a, b in zip(clean, other, strict=True)
        ]
    return np.minimum(np.array(each), HIGHEST)


def ssim(clean: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float64]:
    """Structural similarity (Z. Wang et al., 2004), windows of 7 pixels: (N,), 1 for equal crops."""
    return np.array(
        [structural_similarity(a, b, data_range=DATA_RANGE) for a, b in zip(clean, other, strict=True)]
    )
