from __future__ import annotations

import numpy as np
import pytest

from ocr.denoising.damage import DAMAGES
from ocr.denoising.psnr import psnr
from ocr.errors import ModelError
from ocr.reading.denoise import CropCleaner, broken, cleaning, needs_cleaning, noise
from ocr.reading.reader import read
from tests.denoising.letters import drawn_crops
from tests.drawn import blank, write

CROPS = drawn_crops()


@pytest.fixture(scope="module")
def cleaner() -> CropCleaner:
    return CropCleaner()


def damaged(name: str, strength: float) -> np.ndarray:
    return DAMAGES[name].at(strength, CROPS, np.random.default_rng(0))


def test_clean_crops_stay_as_they_are(cleaner: CropCleaner):
    kept = CROPS.copy()
    assert psnr(CROPS, cleaner.clean(CROPS)).mean() >= 25
    np.testing.assert_array_equal(CROPS, kept)


@pytest.mark.parametrize(("sigma", "gain"), [(0.1, 6), (0.2, 8), (0.3, 9)])
def test_gaussian_noise_goes(cleaner: CropCleaner, sigma: float, gain: float):
    noisy = damaged("gaussian noise", sigma)
    assert psnr(CROPS, cleaner.clean(noisy)).mean() > psnr(CROPS, noisy).mean() + gain


def test_batches_of_any_size_give_the_same(cleaner: CropCleaner):
    noisy = damaged("gaussian noise", 0.2)
    many = np.concatenate([noisy] * 4)
    np.testing.assert_allclose(cleaner.clean(many)[-len(noisy) :], cleaner.clean(noisy), atol=1e-5)
    assert cleaner.clean(noisy[:0]).shape == (0, 32, 32)


def test_threads_give_the_same(cleaner: CropCleaner):
    noisy = damaged("gaussian noise", 0.2)
    for crops in (noisy, noisy[:3], noisy[:0]):
        np.testing.assert_allclose(CropCleaner(threads=2).clean(crops), cleaner.clean(crops), atol=1e-5)


@pytest.mark.parametrize("sigma", [0.05, 0.1])
def test_noise_is_measured(sigma: float):
    grey = np.full((20, 32, 32), 0.5, np.float32)
    grey += sigma * np.random.default_rng(0).standard_normal(grey.shape, np.float32)
    assert noise(grey).mean() == pytest.approx(sigma, rel=0.1)


def test_only_noisy_and_broken_crops_need_cleaning():
    assert not needs_cleaning(CROPS).any()
    assert needs_cleaning(damaged("gaussian noise", 0.2)).all()


def test_a_gap_is_a_broken_stroke_and_two_strokes_far_apart_are_not():
    crops = np.zeros((3, 32, 32), np.float32)
    crops[:, 4:28, 14:18] = 1
    crops[1, 15:17] = 0
    crops[2, 12:22] = 0
    np.testing.assert_array_equal(broken(crops), [False, True, False])


def test_modes():
    some = CROPS.copy()
    some[0] = damaged("gaussian noise", 0.3)[0]
    always, auto = cleaning("always"), cleaning("auto")
    assert cleaning("never") is None and always is not None and auto is not None
    np.testing.assert_array_equal(auto(some)[1:], CROPS[1:])
    np.testing.assert_allclose(auto(some)[0], always(some)[0], atol=1e-5)
    with pytest.raises(ValueError, match="sometimes"):
        cleaning("sometimes")


def test_a_classifier_is_no_denoiser():
    with pytest.raises(ModelError, match="letters"):
        CropCleaner("nist36-cnn")


def test_a_reader_cleans_when_told(monkeypatch: pytest.MonkeyPatch):
    page = blank(200, 500)
    write(page, "HELLO", 40, 140, 70)
    seen = []
    clean = CropCleaner.clean

    def spy(self: CropCleaner, crops: np.ndarray) -> np.ndarray:
        seen.append(len(crops))
        return clean(self, crops)

    monkeypatch.setattr(CropCleaner, "clean", spy)
    texts = {mode: read(page, denoise=mode).text for mode in ("never", "always")}
    assert texts["never"] == texts["always"] == "HELLO"
    assert sum(seen) >= 5
    with pytest.raises(ValueError, match="sometimes"):
        read(page, denoise="sometimes")
