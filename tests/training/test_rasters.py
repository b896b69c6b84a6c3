"""Pictures of letters written again."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr.errors import DataError
from ocr.training.fonts import Face
from ocr.training.rasters import font_letters, mnist_digits, rewrite
from tests.training.handwriting import digit, write_data


def test_digits_of_training_and_test(tmp_path: Path) -> None:
    folder = write_data(tmp_path) / "mnist"
    for test in (False, True):
        found = mnist_digits(folder, test)
        assert found.labels.tolist() == list("0123456789")
        assert found.images[4].shape == (112, 112)
        small = cv2.resize(found.images[4], (28, 28), interpolation=cv2.INTER_AREA)
        assert np.corrcoef(small.ravel(), digit("4").ravel())[0, 1] > 0.95


def test_damaged_digits_are_named(tmp_path: Path) -> None:
    folder = write_data(tmp_path) / "mnist"
    np.savez(folder / "cazala_mnist_subset.npz", images=np.zeros((1, 28, 28)))
    with pytest.raises(DataError, match=r"cazala_mnist_subset\.npz: not readable"):
        mnist_digits(folder, test=False)
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(b"no gzip")
    with pytest.raises(DataError, match="t10k-images"):
        mnist_digits(folder, test=True)


def test_faces_that_repeat_their_capitals_give_no_small_letters() -> None:
    capital, small = cv2.resize(digit("4"), (40, 60)), cv2.resize(digit("2"), (40, 40))
    own = Face("own", {"A": capital, "a": small}, {})
    copied = Face("copied", {"A": capital, "a": cv2.resize(capital, (30, 45))}, {})
    found = font_letters([own, copied], "Aa5", 64.0, "")
    assert list(zip(found.labels.tolist(), found.writers.tolist(), strict=True)) == [
        ("A", "font/own"),
        ("a", "font/own"),
        ("A", "font/copied"),
    ]


def test_rewriting_changes_but_does_not_destroy() -> None:
    picture = cv2.resize(digit("5"), (112, 112), interpolation=cv2.INTER_CUBIC)
    again = [rewrite(picture, np.random.default_rng(seed)) for seed in (1, 1)]
    np.testing.assert_array_equal(*again)
    ink = np.count_nonzero(picture > 127)
    rng = np.random.default_rng(0)
    for _ in range(40):
        drawn = rewrite(picture, rng)
        assert drawn.dtype == np.uint8
        assert 0.3 * ink < np.count_nonzero(drawn > 127) < 3 * ink
        edge = np.concatenate([drawn[0], drawn[-1], drawn[:, 0], drawn[:, -1]])
        assert not (edge > 127).any()
