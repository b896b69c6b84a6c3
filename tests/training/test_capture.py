"""What the camera leaves: patches of the expected size and sort, and damage of the expected amount."""

from __future__ import annotations

import numpy as np

from ocr.training import capture


def ring(side: int = 80) -> np.ndarray:
    y, x = np.mgrid[:side, :side]
    radius = np.hypot(x - side / 2, y - side / 2)
    return np.where((radius < side * 0.45) & (radius > side * 0.33), 255, 0).astype(np.uint8)


def test_one_seed_gives_one_patch() -> None:
    shots = [capture.capture(ring(), 80.0, np.random.default_rng(seed), [ring()]) for seed in (5, 5, 6)]
    np.testing.assert_array_equal(shots[0], shots[1])
    assert shots[0].shape != shots[2].shape or (shots[0] != shots[2]).any()


def test_patches_hold_ink_at_a_cameras_resolution() -> None:
    rng = np.random.default_rng(0)
    sizes, binary = [], 0
    for _ in range(200):
        ink = ring()
        patch = capture.capture(ink, 80.0, rng, [ring()])
        assert patch.dtype == np.uint8 and (patch > 127).any()
        sizes.append(max(patch.shape))
        binary += set(np.unique(patch).tolist()) <= {0, 255}
    assert min(sizes) < 20 and max(sizes) <= 80 + 4 + 0.25 * 80
    assert 100 < binary < 170  # about two in three


def test_a_sliver_of_the_neighbour_stands_beside_the_letter() -> None:
    ink, other = ring(60), np.full((40, 30), 255, np.uint8)
    wide = capture.beside(ink, other, np.random.default_rng(1))
    added = wide.shape[1] - ink.shape[1]
    assert wide.shape[0] == 60 and 1 <= added <= 6
    assert np.count_nonzero(wide) == np.count_nonzero(ink) + 40 * added


def test_breaks_take_ink_away_and_rules_add_it() -> None:
    broken = ring()
    capture.break_stroke(broken, np.random.default_rng(0))
    assert 0.5 * np.count_nonzero(ring()) < np.count_nonzero(broken) < np.count_nonzero(ring())
    ruled = ring()
    for seed in range(5):
        capture.rule(ruled, np.random.default_rng(seed))
    assert np.count_nonzero(ruled) > np.count_nonzero(ring())
    capture.break_stroke(np.zeros((5, 5), np.uint8), np.random.default_rng(0))  # nothing to break, no error


def test_noise_is_centred() -> None:
    rng = np.random.default_rng(0)
    grey = np.full((80, 80), 128, np.uint8)
    noisy = np.stack([capture.add_noise(grey, rng) for _ in range(20)]).astype(float)
    assert abs(noisy.mean() - 128) < 3
    assert 5 < noisy.std() < 40
