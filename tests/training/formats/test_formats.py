"""Each format is written as its makers lay it out, read back through `load`, and damaged."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.io import savemat

from ocr.errors import DataError
from ocr.training.formats import load

RNG = np.random.default_rng(5)
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letter_l(side: int) -> np.ndarray:
    """An L as (side, side) uint8, 255 = ink: strokes at the left and the bottom, so no flip goes unseen."""
    picture = np.zeros((side, side), np.uint8)
    picture[side // 5 : -side // 5, side // 4 : side // 4 + 4] = 255
    picture[-side // 5 - 4 : -side // 5, side // 4 : -side // 5] = 255
    return picture


def is_upright_l(picture: np.ndarray) -> bool:
    """Whether ink (1) stands at the left and at the bottom."""
    ink = picture > 0.5
    left, right = ink[:, :16].sum(), ink[:, 16:].sum()
    top, bottom = ink[:16].sum(), ink[16:].sum()
    return bool(left > right and bottom > top)


def write_nist36(folder: Path, prefix: str, split: str, classes: int, each: int = 1) -> None:
    labels = np.repeat(np.arange(classes), each)
    upright = 1 - letter_l(32).astype(np.float64) / 255 * 1.08  # black 0 on white 1, overshooting
    rows = np.tile(upright.T.reshape(1, 1024), (len(labels), 1))  # column by column
    savemat(
        folder / f"{prefix}_{split}.mat", {f"{split}_data": rows, f"{split}_labels": np.eye(classes)[labels]}
    )


def write_idx(path: Path, array: np.ndarray) -> None:
    content = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def test_nist36(tmp_path: Path) -> None:
    for split, each in (("train", 3), ("valid", 2), ("test", 1)):
        write_nist36(tmp_path, "nist36", split, 36, each)
    splits = load(tmp_path, "kept")
    assert {name: len(samples) for name, samples in splits.items()} == {"train": 108, "valid": 72, "test": 36}
    assert splits["train"].classes == tuple(CAPITALS + "0123456789")
    assert splits["test"].labels.tolist() == list(range(36))
    assert is_upright_l(splits["train"].images[0])
    assert splits["train"].images.min() >= 0 and splits["train"].images.max() <= 1
    assert is_upright_l(load(tmp_path, "letters")["train"].images[0])


def test_nist26_and_one_file_of_several_sets(tmp_path: Path) -> None:
    write_nist36(tmp_path, "nist26", "valid", 26)
    assert load(tmp_path / "nist26_valid.mat")["valid"].classes == tuple(CAPITALS)
    write_nist36(tmp_path, "nist36", "valid", 36)
    with pytest.raises(DataError, match="several sets"):
        load(tmp_path)
    assert len(load(tmp_path / "nist36")["valid"].classes) == 36


def test_nist36_says_which_key_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "nist36_train.mat"
    savemat(file, {"train_data": np.zeros((4, 1000)), "train_labels": np.eye(36)[:4]})
    with pytest.raises(DataError, match=r"nist36_train.mat: train_data has shape \(4, 1000\)"):
        load(tmp_path)
    savemat(file, {"train_data": np.zeros((4, 1024))})
    with pytest.raises(DataError, match="no variable 'train_labels'"):
        load(tmp_path)
    savemat(file, {"train_data": np.zeros((4, 1024)), "train_labels": np.ones((4, 36))})
    with pytest.raises(DataError, match="not one-hot"):
        load(tmp_path)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_mnist(tmp_path: Path, suffix: str) -> None:
    for split, count in (("train", 6), ("t10k", 4)):
        write_idx(tmp_path / f"{split}-images-idx3-ubyte{suffix}", np.stack([letter_l(28)] * count))
        write_idx(tmp_path / f"{split}-labels-idx1-ubyte{suffix}", np.arange(count, dtype=np.uint8))
    splits = load(tmp_path, "kept")
    assert len(splits["train"]) == 6 and len(splits["test"]) == 4
    assert splits["test"].classes == tuple("0123456789")
    np.testing.assert_array_equal(splits["train"].images[0][2:30, 2:30] * 255, letter_l(28))


def test_emnist_idx_is_transposed_and_mapped(tmp_path: Path) -> None:
    write_idx(tmp_path / "emnist-letters-train-images-idx3-ubyte", np.stack([letter_l(28).T] * 2))
    write_idx(tmp_path / "emnist-letters-train-labels-idx1-ubyte", np.array([1, 26], np.uint8))
    with pytest.raises(DataError, match=r"emnist-letters-mapping\.txt"):
        load(tmp_path)
    mapping = "".join(f"{label} {label + 64} {label + 96}\n" for label in range(1, 27))
    (tmp_path / "emnist-letters-mapping.txt").write_text(mapping)
    train = load(tmp_path, "kept")["train"]
    assert [train.classes[label] for label in train.labels] == ["A", "Z"]
    assert is_upright_l(train.images[0])


def test_idx_damage(tmp_path: Path) -> None:
    images = tmp_path / "train-images-idx3-ubyte"
    write_idx(images, np.stack([letter_l(28)] * 3))
    with pytest.raises(DataError, match="no labels beside it"):
        load(tmp_path)
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.array([1, 2], np.uint8))
    with pytest.raises(DataError, match="2 labels for the 3 pictures"):
        load(tmp_path)
    images.write_bytes(images.read_bytes()[:-1])
    with pytest.raises(DataError, match="its header announces"):
        load(tmp_path)
    images.write_bytes(b"GIF89a")
    with pytest.raises(DataError, match="not an idx file"):
        load(tmp_path)


def test_emnist_mat(tmp_path: Path) -> None:
    rows = np.tile(letter_l(28).T.reshape(1, 784), (4, 1))  # each picture column by column
    part = {
        "images": rows,
        "labels": np.array([[0], [1], [2], [1]], np.uint8),
        "writers": np.array([[7], [7], [8], [9]], np.uint16),
    }
    mapping = np.array([[0, 48], [1, 65], [2, 97]], np.uint8)
    savemat(tmp_path / "emnist-byclass.mat", {"dataset": {"train": part, "test": part, "mapping": mapping}})
    splits = load(tmp_path / "emnist-byclass.mat", "kept")
    train = splits["train"]
    assert train.classes == ("0", "A", "a") and train.labels.tolist() == [0, 1, 2, 1]
    assert train.writers.tolist() == ["7", "7", "8", "9"]
    assert is_upright_l(train.images[0]) and len(splits["test"]) == 4
    savemat(tmp_path / "emnist-byclass.mat", {"dataset": {"train": part, "mapping": mapping}})
    with pytest.raises(DataError, match="dataset has no field 'test'"):
        load(tmp_path / "emnist-byclass.mat")


def test_svhn(tmp_path: Path) -> None:
    pictures = RNG.integers(0, 256, (32, 32, 3, 4)).astype(np.uint8)
    savemat(tmp_path / "train_32x32.mat", {"X": pictures, "y": np.array([[1], [9], [10], [2]], np.uint8)})
    train = load(tmp_path)["train"]
    assert train.images.shape == (4, 32, 32, 3) and train.labels.tolist() == [1, 9, 0, 2]
    np.testing.assert_allclose(train.images[2] * 255, pictures[..., 2], atol=1e-3)
    savemat(tmp_path / "train_32x32.mat", {"X": pictures, "y": np.array([[1], [9], [0], [2]], np.uint8)})
    with pytest.raises(DataError, match=r"y holds 0\.\.9"):
        load(tmp_path)


def test_npz_layouts(tmp_path: Path) -> None:
    picture = np.stack([letter_l(28)] * 3)
    labels = np.array([[0], [2], [1]], np.uint8)
    path = tmp_path / "medmnist.npz"
    np.savez(
        path,
        train_images=picture,
        train_labels=labels,
        val_images=picture[:1],
        val_labels=labels[:1],
        test_images=picture[:2],
        test_labels=labels[:2],
    )
    splits = load(path)
    assert {name: len(samples) for name, samples in splits.items()} == {"train": 3, "valid": 1, "test": 2}
    assert splits["test"].classes == ("0", "1", "2")
    np.savez(path, images=picture, labels=labels.reshape(-1))
    assert load(path)["train"].labels.tolist() == [0, 2, 1]
    np.savez(path, images=picture)
    with pytest.raises(DataError, match="no array 'labels'"):
        load(path)
    np.savez(path, images=picture, labels=np.zeros((3, 14), np.uint8))
    with pytest.raises(DataError, match=r"labels has shape \(3, 14\)"):
        load(path)
    np.savez(path, images=picture.astype(object), labels=labels)
    with pytest.raises(DataError, match="cannot be read as a NumPy archive"):
        load(path)


def test_folder_of_classes(tmp_path: Path) -> None:
    for folder in ("upper_A", "lower_a", "U+002F", "7", "ship"):
        (tmp_path / folder).mkdir()
        dark = 255 - cv2.resize(letter_l(40), (60, 50))
        cv2.imwrite(str(tmp_path / folder / "dark.png"), dark)  # dark on light
        cv2.imwrite(str(tmp_path / folder / "light.png"), 255 - dark)  # light on dark
        cv2.imwrite(str(tmp_path / folder / "grey.png"), (dark // 3 + 90))  # little contrast
    train = load(tmp_path)["train"]
    assert train.classes == ("/", "7", "A", "a", "ship") and train.counts().tolist() == [3] * 5
    assert all(is_upright_l(image) for image in train.images)
    (tmp_path / "7" / "damaged.png").write_bytes(b"\x89PNG nothing more")
    with pytest.raises(DataError, match=r"damaged.png: not a readable picture"):
        load(tmp_path)


def test_folder_with_splits(tmp_path: Path) -> None:
    for split in ("train", "val", "test"):
        for name in ("A", "B") if split != "test" else ("B",):
            (tmp_path / split / name).mkdir(parents=True)
            cv2.imwrite(str(tmp_path / split / name / "1.png"), letter_l(32))
    splits = load(tmp_path)
    assert set(splits) == {"train", "valid", "test"}
    assert splits["test"].classes == ("A", "B") and splits["test"].labels.tolist() == [1]


def test_pages(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name, text in (("good", "LIT\nHOLE"), ("bad", "LIT")):
        page = np.full((300, 420), 245, np.uint8)
        for row, word in enumerate(("LIT", "HOLE")):
            cv2.putText(page, word, (40, 110 + 120 * row), cv2.FONT_HERSHEY_SIMPLEX, 2.6, 30, 6, cv2.LINE_AA)
        cv2.imwrite(str(tmp_path / f"{name}.png"), page)
        (tmp_path / f"{name}.gt.txt").write_text(text)
    train = load(tmp_path)["train"]
    assert [train.classes[label] for label in train.labels] == list("LITHOLE")
    assert is_upright_l(train.images[0])
    assert set(train.writers) == {"good"}
    assert "bad.png: left out, 7 letters found for 3 in bad.gt.txt" in caplog.text


def write_unipen(path: Path, writers: list[str]) -> None:
    """A vertical stroke with a foot, for each writer labelled L and l."""
    stroke = np.array([[0, 0, 0, 0, 0, 20, 20], [80, -20, -20, -20, -20, 0, 0]], np.int32)
    count = 2 * len(writers)
    names = np.repeat(writers, 2)
    np.savez(
        path,
        steps=np.tile(stroke, count),
        stroke_len=np.full(count, 7, np.int32),
        n_strokes=np.ones(count, np.int32),
        label=np.array(["L", "l"] * len(writers)),
        contributor=np.full(count, "abc"),
        writer=names,
        source=np.array([f"abc/{name}.dat" for name in names]),
    )


def test_unipen_is_drawn_anew(tmp_path: Path) -> None:
    path = tmp_path / "chars.npz"
    write_unipen(path, [f"writer{number}" for number in range(40)])
    splits = load(path, characters=frozenset("L"))
    train, valid = splits["train"], splits["valid"]
    assert train.classes == valid.classes == ("L",)
    assert not set(train.writers) & set(valid.writers) and len(train) + len(valid) == 40
    first = train.fresh(np.arange(8), np.random.default_rng(1))
    again = train.fresh(np.arange(8), np.random.default_rng(1))
    other = train.fresh(np.arange(8), np.random.default_rng(2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 0.01
    assert np.mean([is_upright_l(image) for image in first]) > 0.8


def test_nothing_fits(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file or folder; looked for NIST36"):
        load(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(DataError, match="known format; looked for NIST36"):
        load(tmp_path)
    (tmp_path / "broken_train.mat").write_bytes(b"MATLAB 5.0 MAT-file" + bytes(40))
    with pytest.raises(DataError, match="looked for"):
        load(tmp_path)


def test_unknown_classes(tmp_path: Path) -> None:
    write_nist36(tmp_path, "nist26", "train", 26)
    assert load(tmp_path, characters=frozenset("QX"))["train"].classes == ("Q", "X")
    with pytest.raises(DataError, match="no pictures of the wanted classes"):
        load(tmp_path, characters=frozenset("7"))
