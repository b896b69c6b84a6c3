"""Samples: checked, taken, relabelled, mixed and split."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.errors import DataError
from ocr.training.datasets import Samples, mix, split


def samples(
    labels: list[int],
    classes: tuple[str, ...] = ("A", "B"),
    writers: list[str] | None = None,
    name: str = "set",
) -> Samples:
    images = np.arange(len(labels), dtype=np.float32)[:, None, None] * np.ones((1, 32, 32), np.float32)
    return Samples(
        images, np.array(labels, np.int64), classes, np.array(writers or [""] * len(labels)), name, name
    )


def drawn(labels: list[int], first: int) -> Samples:
    """Samples whose artist draws number n as a picture of ``first + n``."""
    plain = samples(labels)

    def artist(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return (first + rows)[:, None, None] * np.ones((1, 32, 32), np.float32)

    return Samples(plain.images, plain.labels, plain.classes, plain.writers, "drawn", "", artist)


@pytest.mark.parametrize(
    ("shape", "labels", "message"),
    [
        ((2, 28, 28), [0, 1], r"images are \(2, 28, 28\)"),
        ((2, 32, 32), [0], "2 images, 1 labels"),
        ((2, 32, 32), [0, 2], "labels run from 0 to 2, but there are 2 classes"),
        ((2, 32, 32), [-1, 0], "labels run from -1"),
    ],
)
def test_what_does_not_fit_is_refused(shape: tuple[int, ...], labels: list[int], message: str) -> None:
    with pytest.raises(DataError, match=message):
        Samples(np.zeros(shape, np.float32), np.array(labels), ("A", "B"), np.full(2, ""), "set", "")


def test_other_classes_drop_what_they_lack() -> None:
    found = samples([0, 1, 2, 1], ("A", "B", "C")).with_classes(("C", "B"))
    assert found.labels.tolist() == [1, 0, 1]
    assert found.images[:, 0, 0].tolist() == [1, 2, 3]
    assert found.counts().tolist() == [1, 2]


def test_mixing_joins_class_lists() -> None:
    both = mix([samples([0, 1]), samples([0, 1], ("B", "C"), name="more")])
    assert both.classes == ("A", "B", "C")
    assert both.labels.tolist() == [0, 1, 1, 2]
    assert both.name == "set + more"
    assert both.checksum != mix([samples([0, 1], ("B", "C"), name="more"), samples([0, 1])]).checksum
    with pytest.raises(DataError, match="no training data"):
        mix([])


def test_grey_and_colour_do_not_mix() -> None:
    colour = Samples(
        np.zeros((1, 32, 32, 3), np.float32), np.zeros(1, np.int64), ("A",), np.full(1, ""), "rgb", ""
    )
    with pytest.raises(DataError, match="grey and colour"):
        mix([samples([0]), colour])


def test_artists_draw_the_right_ones_through_taking_and_mixing() -> None:
    both = mix([samples([0, 1]), drawn([0, 1, 0], first=100)]).take(np.array([0, 2, 4]))
    found = both.fresh(np.array([2, 0, 1]), np.random.default_rng(0))
    assert found[:, 0, 0].tolist() == [102, 0, 100]


def test_a_split_keeps_writers_apart() -> None:
    writers = [f"w{number % 10}" for number in range(200)]
    whole = samples([number % 2 for number in range(200)], writers=writers)
    training, validation = split(whole, 0.2, seed=1)
    assert not set(training.writers) & set(validation.writers)
    assert len(training) + len(validation) == 200 and 20 <= len(validation) <= 60
    again = split(whole, 0.2, seed=1)[1]
    np.testing.assert_array_equal(again.images, validation.images)


def test_unknown_writers_are_split_class_by_class() -> None:
    training, validation = split(samples([0] * 90 + [1] * 10), 0.2)
    assert validation.counts().tolist() == [18, 2]
    assert training.counts().tolist() == [72, 8]


def test_one_writer_cannot_be_split() -> None:
    with pytest.raises(DataError, match="cannot be split"):
        split(samples([0, 1], writers=["one", "one"]), 0.2)
