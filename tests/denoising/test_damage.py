from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.denoising.damage import DAMAGES, damage_at_random
from ocr.denoising.psnr import psnr


def letters(count: int = 24) -> np.ndarray:
    """Rings and crosses, 0 = paper, 1 = ink."""
    drawn = np.zeros((count, 32, 32), np.uint8)
    for index, crop in enumerate(drawn):
        if index % 2:
            cv2.circle(crop, (16, 16), 10, 255, 4, cv2.LINE_AA)
        else:
            cv2.line(crop, (5, 5), (26, 26), 255, 4, cv2.LINE_AA)
            cv2.line(crop, (26, 5), (5, 26), 255, 4, cv2.LINE_AA)
    return drawn.astype(np.float32) / 255


@pytest.mark.parametrize("name", list(DAMAGES))
def test_damage_grows_with_its_strength_and_stays_in_range(name):
    clean, reached = letters(), []
    for strength in DAMAGES[name].levels.values():
        kept = clean.copy()
        damaged = DAMAGES[name].at(strength, clean, np.random.default_rng(1))
        assert damaged.shape == clean.shape and damaged.dtype == np.float32
        assert damaged.min() >= 0 and damaged.max() <= 1
        np.testing.assert_array_equal(clean, kept)  # the caller's crops are left alone
        reached.append(psnr(clean, damaged).mean())
    assert reached[0] > reached[1] > reached[2]
    assert reached[0] < 35


@pytest.mark.parametrize("name", list(DAMAGES))
def test_the_same_seed_gives_the_same_damage(name):
    damage = DAMAGES[name]
    generators = [np.random.default_rng(seed) for seed in (3, 3, 4)]
    first, second, other = (damage.at(damage.medium, letters(), rng) for rng in generators)
    np.testing.assert_array_equal(first, second)
    if name not in ("blur", "low resolution"):
        assert not np.array_equal(first, other)


def test_salt_and_pepper_touches_its_share():
    crops = np.full((50, 32, 32), 0.5, np.float32)
    damaged = DAMAGES["salt and pepper"].at(0.1, crops, np.random.default_rng(0))
    assert np.mean(damaged == 0) == pytest.approx(0.05, abs=0.005)
    assert np.mean(damaged == 1) == pytest.approx(0.05, abs=0.005)


def test_noise_has_its_deviation():
    crops = np.full((50, 32, 32), 0.5, np.float32)
    damaged = DAMAGES["gaussian noise"].at(0.1, crops, np.random.default_rng(0))
    assert (damaged - crops).std() == pytest.approx(0.1, rel=0.03)


def test_random_damage_leaves_some_crops_clean():
    clean = letters(400)
    damaged = damage_at_random(clean, np.random.default_rng(0), clean=0.25, twice=0.0)
    untouched = np.mean([np.array_equal(a, b) for a, b in zip(clean, damaged, strict=True)])
    assert 0.18 < untouched < 0.35
