"""The supply of letters: whose they are, how often each comes, and what they look like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ocr.training.letters import Letters, _balance
from ocr.training.recipes import NIST36, RECIPES
from tests.training.handwriting import hands, write_data

CNN = RECIPES["nist36-cnn"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


def test_one_seed_gives_one_block(data: Path) -> None:
    letters = Letters(data, CNN)
    first, again = (letters.draw(40, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first.images, again.images)
    np.testing.assert_array_equal(first.labels, again.labels)
    assert first.images.shape == (40, 32, 32) and first.images.dtype == np.uint8
    assert first.placements.shape == (40, 6)
    assert (first.images.reshape(40, -1).max(1) > 200).all()


def test_training_and_validation_share_no_writer(data: Path) -> None:
    training, held_out = Letters(data, CNN), Letters(data, CNN, held_out=True)
    sides = [
        set(letters.strokes.writers[letters.members[letters.kinds == 0]]) for letters in (training, held_out)
    ]
    assert sides[0] == {f"abc/{name}" for name in hands(4, 0)}
    assert sides[1] == {f"abc/{name}" for name in hands(0, 2)}
    assert set(training.checksums) == {"unipen", "mnist"}


def test_an_original_keeps_its_label_and_its_shape(data: Path) -> None:
    letters = Letters(data, CNN)
    wanted = np.flatnonzero((letters.kinds == 0) & (letters.labels == NIST36.index("L")))[:1]
    drawn = letters.draw(60, np.random.default_rng(0), np.repeat(wanted, 60))
    assert set(drawn.labels.tolist()) == {NIST36.index("L")}
    mean = drawn.images.mean(0)
    assert mean[:, :16].sum() > 1.3 * mean[:, 16:].sum()  # an L stands at the left and on the ground
    assert mean[16:].sum() > 1.3 * mean[:16].sum()


def test_classes_come_as_often_as_the_recipe_says(data: Path) -> None:
    letters = Letters(data, CNN)
    each = np.diff(letters.cumulative, prepend=0)
    total = np.bincount(letters.labels, each)
    weights = np.array([CNN.weights.get(name, 1.0) for name in NIST36])
    np.testing.assert_allclose(total / total.sum(), weights / weights.sum())
    digits = letters.kinds == 3
    assert each[digits].sum() / total[26:].sum() == pytest.approx(0.35 / (0.35 + 0.72))


def test_a_hand_that_wrote_more_counts_by_the_root() -> None:
    writers = np.array(["a"] * 9 + ["b"] + ["", ""])
    weights = _balance(np.zeros(12, np.int64), writers)
    assert weights.sum() == pytest.approx(1)
    assert weights[:9].sum() / weights[9] == pytest.approx(3)
    assert weights[10] == weights[11] == pytest.approx(weights[9])  # nobody known: each for itself


def test_what_is_no_letter_has_the_last_class(data: Path) -> None:
    letters = Letters(data, RECIPES["print94"])
    drawn = letters.draw(300, np.random.default_rng(0))
    nothing = drawn.glyphs < 0
    assert 10 < nothing.sum() < 60
    assert set(drawn.labels[nothing].tolist()) == {94}
    assert (drawn.labels[~nothing] < 94).all()
    assert np.isfinite(drawn.placements).all()
