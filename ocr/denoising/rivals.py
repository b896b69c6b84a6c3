"""What anyone can clean crops with today: PCA, and the filters of scikit-image.

Each has one setting, and `tuned` chooses it for one damage at one strength. The denoiser is not told what was
done to a crop, its rivals are: if they lose, it is not for want of a well-chosen setting.

All take crops (N, 32, 32) float32, 0 = paper, 1 = ink, and return crops of that shape in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle, denoise_wavelet

from ocr.denoising.damage import SIZE, Crops
from ocr.denoising.pca import Pca
from ocr.denoising.psnr import psnr
from ocr.errors import MissingExtra

_PATCH, _REACH = 5, 6  # pixels: what non-local means compares, and how far away it looks for its like


@dataclass(frozen=True)
class Rival:
    """``clean(crops, setting)``; ``settings`` are those worth trying, ``meaning`` what they are."""

    name: str
    meaning: str
    settings: tuple[float, ...]
    clean: Callable[[Crops, float], Crops]

    def tuned(self, damaged: Crops, clean: Crops) -> float:
        """The setting that reaches the highest mean PSNR on these pairs."""
        reached = [float(psnr(clean, self.clean(damaged, setting)).mean()) for setting in self.settings]
        return self.settings[int(np.argmax(reached))]


def median(crops: Crops, size: float) -> Crops:
    """The median of ``size`` x ``size`` pixels."""
    return median_filter(crops, (1, int(size), int(size)))


def total_variation(crops: Crops, weight: float) -> Crops:
    """L. Rudin, S. Osher and E. Fatemi (1992), by A. Chambolle's algorithm (2004)."""
    return _each(lambda crop: denoise_tv_chambolle(crop, weight=weight), crops)


def non_local_means(crops: Crops, strength: float) -> Crops:
    """A. Buades, B. Coll and J.-M. Morel (2005); ``strength`` is their h."""
    return _each(
        lambda crop: denoise_nl_means(
            crop, patch_size=_PATCH, patch_distance=_REACH, h=strength, fast_mode=True
        ),
        crops,
    )


def wavelet(crops: Crops, sigma: float) -> Crops:
    """Soft thresholds on coefficients (S. Chang, B. Yu and M. Vetterli, 2000), for noise of ``sigma``."""
    return _each(lambda crop: denoise_wavelet(crop, sigma=sigma, wavelet="db2", rescale_sigma=True), crops)


def rivals(pca: Pca) -> tuple[Rival, ...]:
    """All of them. MissingExtra without PyWavelets, which scikit-image needs for its wavelets."""
    try:
        import pywt  # type: ignore[import-untyped]  # noqa: F401
    except ImportError:
        raise MissingExtra("the comparison with wavelets", "train") from None
    strengths = (0.05, 0.1, 0.2, 0.4, 0.8)
    return (
        Rival("PCA", "components", (16, 32, 64, 128), pca.rebuild),
        Rival("median", "side of the window, pixels", (3, 5), median),
        Rival("total variation", "weight", strengths, total_variation),
        Rival("non-local means", "h", strengths, non_local_means),
        Rival("wavelet", "sigma", strengths, wavelet),
    )


def _each(function: Callable[[NDArray[np.float32]], NDArray[Any]], crops: Iterable[Any]) -> Crops:
    return _crops(np.stack([function(crop) for crop in crops]))


def _crops(values: NDArray[Any]) -> Crops:
    return np.clip(values, 0, 1).astype(np.float32).reshape(-1, SIZE, SIZE)
