"""UNIPEN files read: what belongs to whom, which way is down, and what is said about damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ocr.errors import DataError
from ocr.training import strokes
from ocr.training.writers import is_validation, writer_id
from tests.training.handwriting import SHARED, hands, unipen_arrays


def write(folder: Path, **changes: np.ndarray | None) -> Path:
    arrays = {**unipen_arrays("AL", ["one", "two"]), **changes}
    path = folder / "chars.npz"
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    return path


def test_glyphs_have_their_strokes_upright(tmp_path: Path) -> None:
    found = strokes.read_unipen(write(tmp_path))
    assert found.labels.tolist() == ["A", "L", "A", "L"]
    assert found.writers.tolist() == ["abc/one", "abc/one", "abc/two", "abc/two"]
    assert [len(found.bounds(glyph)) - 1 for glyph in range(4)] == [2, 1, 2, 1]
    bounds = found.bounds(1)
    points = found.points[bounds[0] : bounds[-1]]
    corner = np.array([points[:, 0].min(), points[:, 1].max()])  # y runs down: an L's corner is lowest
    assert np.abs(points - corner).sum(1).min() < 1
    assert bounds[-1] == found.bounds(2)[0]


def test_the_unit_is_the_height_of_capitals_in_the_source(tmp_path: Path) -> None:
    found = strokes.read_unipen(write(tmp_path))
    np.testing.assert_allclose(found.units, [120, 120, 150, 150])  # hands write 6 x 20 and 6 x 25 high


def test_a_writer_without_a_name_is_the_source(tmp_path: Path) -> None:
    found = strokes.read_unipen(write(tmp_path, writer=np.array(["", "", "x", "x"])))
    assert found.writers.tolist() == ["abc/file-one", "abc/file-one", "abc/x", "abc/x"]
    assert writer_id("abc", "", "file-one") == found.writers[0]


def test_letter_heights_fall_back_on_small_letters() -> None:
    heights = np.array([10, 30, 20, 7, 0], np.float32)
    labels = np.array(["a", "B", "c", ".", ","])
    found = strokes.letter_heights(heights, labels, np.array(["s", "t", "s", "u", "u"]))
    np.testing.assert_allclose(found, [1.4 * 15, 30, 1.4 * 15, 7, strokes.SMALLEST_UNIT], rtol=1e-6)


def test_smoothing_flattens_steps_and_keeps_ends() -> None:
    stairs = np.array([[x, x // 2 * 2] for x in range(20)], np.float32)
    starts = np.array([0, 10, 20])
    where = np.arange(20) < 10
    found = strokes.smooth(stairs, starts, where)
    np.testing.assert_array_equal(found[[0, 9]], stairs[[0, 9]])
    np.testing.assert_array_equal(found[10:], stairs[10:])
    bent = np.abs(np.diff(found[:10, 1], 2)).sum()
    assert bent < 0.4 * np.abs(np.diff(stairs[:10, 1], 2)).sum()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": None}, "key 'label' is missing"),
        ({"stroke_len": np.array([3, 3], np.int32)}, "key 'stroke_len' adds up to 6 points"),
        ({"n_strokes": np.array([1, 1, 1, 1], np.int32)}, "key 'n_strokes' adds up to 4 strokes"),
    ],
)
def test_damage_is_named(tmp_path: Path, changes: dict[str, np.ndarray | None], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        strokes.read_unipen(write(tmp_path, **changes))
    assert "chars.npz" in str(caught.value)


def test_no_archive_at_all(tmp_path: Path) -> None:
    (tmp_path / "chars.npz").write_bytes(b"strokes")
    with pytest.raises(DataError, match=r"chars\.npz: not readable"):
        strokes.read_unipen(tmp_path / "chars.npz")
    with pytest.raises(DataError, match=r"absent\.npz"):
        strokes.read_unipen(tmp_path / "absent.npz")


def test_validation_is_decided_by_the_writer_alone() -> None:
    names = hands(training=3, held_out=2)
    writers = np.array([f"abc/{name}" for name in names * 2])
    assert strokes.validation_glyphs(writers).tolist() == [False, False, False, True, True] * 2
    held_out = sum(is_validation("any", str(number), "") for number in range(2000))
    assert 140 < held_out < 260  # one in ten


@pytest.mark.skipif(not (SHARED / "unipen" / "chars.npz").exists(), reason="needs ../shared/data")
def test_the_real_file() -> None:
    found = strokes.read_unipen(SHARED / "unipen" / "chars.npz")
    assert len(found) == 121_083
    assert len(set(found.labels.tolist())) == 94
    side = strokes.validation_glyphs(found.writers)
    assert not set(found.writers[side]) & set(found.writers[~side])
