"""Faces measured and cut into letters."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr.errors import DataError
from ocr.training.fonts import CAPITAL, Face, fonts_checksum, read_face, read_fonts
from tests.training.handwriting import digit

matplotlib = pytest.importorskip("matplotlib")
SANS = (
    Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
)  # a face that is there with [train]


def test_a_face_is_measured_in_capitals() -> None:
    face = read_face(SANS, ("H", "x", "g", ".", "\u4e00"))
    assert face is not None and face.name == "DejaVuSans"
    assert sorted(face.ink) == [".", "H", "g", "x"]  # the face lacks the Chinese one
    assert abs(face.ink["H"].shape[0] - CAPITAL) <= 1
    left, top, right, bottom, advance = face.boxes["H"]
    assert (top, bottom) == pytest.approx((-1, 0), abs=0.04)
    assert 0 < left < right < advance
    assert face.boxes["g"][3] > 0.15  # hangs below the line
    assert -0.85 < face.boxes["x"][1] < -0.6
    for ink in face.ink.values():  # cut to the box
        assert cv2.boundingRect((ink > 127).view(np.uint8)) == (0, 0, ink.shape[1], ink.shape[0])


def test_small_letters_of_their_own() -> None:
    face = read_face(SANS)
    assert face is not None and face.has_small_letters
    shape = np.kron(digit("4"), np.ones((2, 2), np.uint8))
    shouting = {**dict.fromkeys("AEFGHNRT", shape), **{c: cv2.resize(shape, (40, 40)) for c in "aefghnrt"}}
    assert not Face("capitals twice", shouting, {}).has_small_letters
    assert not Face("none", {}, {}).has_small_letters


def test_a_folder_of_faces_and_its_checksum(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no \.ttf or \.otf fonts"):
        read_fonts(tmp_path)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.ttf").write_bytes(SANS.read_bytes())
    before = fonts_checksum(tmp_path)
    (tmp_path / "LICENCE.txt").write_text("free", encoding="utf-8")
    assert fonts_checksum(tmp_path) == before
    assert [face.name for face in read_fonts(tmp_path, ("H",))] == ["b"]
    (tmp_path / "a.otf").write_bytes(b"broken")
    assert fonts_checksum(tmp_path) != before
    with pytest.raises(DataError, match=r"a\.otf: not readable as a font"):
        read_fonts(tmp_path, ("H",))
