from __future__ import annotations

import numpy as np
import pytest

from ocr.denoising.damage import DAMAGES
from ocr.denoising.pca import Pca
from ocr.denoising.psnr import psnr
from ocr.denoising.rivals import Rival, rivals
from tests.denoising.letters import drawn_crops

pytest.importorskip("pywt")
CROPS = drawn_crops()


def test_pca_gives_back_what_its_components_span():
    pca = Pca.fit(CROPS, components=len(CROPS) - 1)
    np.testing.assert_allclose(pca.components @ pca.components.T, np.eye(len(CROPS) - 1), atol=1e-9)
    np.testing.assert_allclose(pca.rebuild(CROPS, len(CROPS) - 1), CROPS, atol=1e-5)
    few, more = (psnr(CROPS, pca.rebuild(CROPS, number)).mean() for number in (4, 12))
    assert few < more


def test_pca_is_the_singular_value_decomposition():
    flat = CROPS.reshape(len(CROPS), -1).astype(np.float64)
    flat -= flat.mean(0)
    axes = np.linalg.svd(flat, full_matrices=False)[2][:5]
    overlap = np.abs(Pca.fit(CROPS, 5).components @ axes.T)
    np.testing.assert_allclose(overlap, np.eye(5), atol=1e-6)


@pytest.mark.parametrize("rival", rivals(Pca.fit(CROPS)), ids=lambda rival: rival.name)
def test_rivals_take_noise_away(rival: Rival):
    noisy = DAMAGES["gaussian noise"].at(0.3, CROPS, np.random.default_rng(0))
    setting = rival.tuned(noisy, CROPS)
    cleaned = rival.clean(noisy, setting)
    assert cleaned.shape == CROPS.shape and cleaned.dtype == np.float32
    assert cleaned.min() >= 0 and cleaned.max() <= 1
    assert psnr(CROPS, cleaned).mean() > psnr(CROPS, noisy).mean() + 0.5
    others = [psnr(CROPS, rival.clean(noisy, other)).mean() for other in rival.settings]
    assert psnr(CROPS, cleaned).mean() == pytest.approx(max(others))
