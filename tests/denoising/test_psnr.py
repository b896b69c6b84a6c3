from __future__ import annotations

import numpy as np
import pytest

from ocr.denoising.psnr import HIGHEST, psnr, ssim


def test_psnr_is_what_a_hand_computes():
    clean = np.zeros((3, 32, 32), np.float32)
    other = clean.copy()
    other[0] = 0.1  # mean squared error 0.01: 20 dB
    other[1, 0, 0] = 1.0  # 1 / 1024: 10 log10(1024) dB
    assert psnr(clean, other) == pytest.approx([20.0, 30.103, HIGHEST], abs=1e-3)


def test_each_crop_has_its_own_figure():
    rng = np.random.default_rng(0)
    clean, other = rng.random((2, 5, 32, 32), np.float32)
    expected = -10 * np.log10(((clean - other) ** 2).mean((1, 2)))
    np.testing.assert_allclose(psnr(clean, other), expected, rtol=1e-5)


def test_ssim_of_equal_crops_is_one_and_falls_with_noise():
    clean = np.kron(np.eye(4, dtype=np.float32), np.ones((8, 8), np.float32))[None]
    noisy = np.clip(clean + 0.3 * np.random.default_rng(0).standard_normal(clean.shape), 0, 1).astype(
        np.float32
    )
    assert ssim(clean, clean) == pytest.approx([1.0])
    assert ssim(clean, noisy)[0] < 0.8
