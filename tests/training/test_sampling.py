"""Which samples an epoch holds."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.training.datasets import Samples
from ocr.training.sampling import order, weights


def samples(labels: list[int], writers: list[str]) -> Samples:
    return Samples(
        np.zeros((len(labels), 32, 32), np.float32),
        np.array(labels),
        ("A", "B"),
        np.array(writers),
        "set",
        "",
    )


UNEVEN = samples([0] * 9 + [0] + [1, 1], ["much"] * 9 + ["little"] + ["", ""])


def test_none_sees_each_once() -> None:
    assert sorted(order(UNEVEN, "none", np.random.default_rng(0))) == list(range(12))


def test_class_makes_classes_alike() -> None:
    found = weights(UNEVEN, by_writer=False)
    np.testing.assert_allclose(found, [0.05] * 10 + [0.25] * 2)


def test_writer_tempers_those_who_wrote_most() -> None:
    found = weights(UNEVEN, by_writer=True)
    np.testing.assert_allclose(found, [0.5 * 3 / 4 / 9] * 9 + [0.5 / 4] + [0.25] * 2)


@pytest.mark.parametrize("balance", ["class", "writer"])
def test_an_epoch_follows_the_weights_and_the_seed(balance: str) -> None:
    many = samples([0] * 900 + [1] * 100, [""] * 1000)
    found = order(many, balance, np.random.default_rng(0))
    assert len(found) == 1000
    assert 420 < (many.labels[found] == 1).sum() < 580
    np.testing.assert_array_equal(found, order(many, balance, np.random.default_rng(0)))
