from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import ocr
from ocr.errors import ModelError
from ocr.reading.image import open_pictures
from ocr.reading.reader import Reader
from tests.drawn import blank, write
from tests.reading.rows.tiny import tiny_model

WORDS = "PEN AND PAPER"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def drawn(height: int = 60) -> np.ndarray:
    picture = blank(5 * height, 18 * height)
    write(picture, WORDS, height, 2 * height, height, pitch=1.2)
    write(picture, "MAKE TEA", height, 4 * height, height, pitch=1.2)
    return picture


def read(reader: Reader, picture: object) -> ocr.Page:
    return reader.read(next(iter(open_pictures(picture))))


def test_text_boxes_and_confidences(reader: Reader) -> None:
    picture = drawn()
    page = read(reader, picture)
    assert page.text == f"{WORDS}\nMAKE TEA"
    assert (page.width, page.height) == (picture.shape[1], picture.shape[0])
    for letter in page.letters:
        left, top, right, bottom = letter.box
        assert 0 <= left < right <= page.width and 0 <= top < bottom <= page.height
        assert (picture[top:bottom, left:right] < 100).any()
        assert 0 < letter.confidence <= 1
        assert len(letter.alternatives) <= 3
        shares = [letter.confidence, *(p for _, p in letter.alternatives)]
        assert shares == sorted(shares, reverse=True) and sum(shares) <= 1 + 1e-6


def test_a_page_survives_its_dict(reader: Reader) -> None:
    page = read(reader, drawn())
    assert ocr.Page.from_dict(page.to_dict()) == page


@settings(max_examples=8, deadline=None)
@given(st.tuples(*[st.integers(0, 200)] * 4))
def test_a_white_margin_changes_nothing(margins: tuple[int, int, int, int]) -> None:
    top, bottom, left, right = margins
    picture = np.pad(drawn(), ((top, bottom), (left, right)), constant_values=225)
    assert ocr.read(picture).text == f"{WORDS}\nMAKE TEA"


@pytest.mark.parametrize("scale", [0.35, 0.5, 2.0, 3.3])
def test_resolution_changes_nothing(reader: Reader, scale: float) -> None:
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    picture = cv2.resize(drawn(), None, fx=scale, fy=scale, interpolation=way)
    assert read(reader, picture).text == f"{WORDS}\nMAKE TEA"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_changes_nothing(reader: Reader, orientation: int) -> None:
    upright = Image.fromarray(drawn())
    undo = {
        2: 0,
        3: 3,
        4: 1,
        5: 5,
        6: 2,
        7: 6,
        8: 4,
    }  # Image.Transpose values that store the picture so turned
    stored = upright.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    stored.save(file, "JPEG", exif=exif, quality=95)
    page = read(reader, file.getvalue())
    assert page.text == f"{WORDS}\nMAKE TEA"
    assert (page.width, page.height) == upright.size


def test_charset_is_a_constraint_not_a_filter() -> None:
    page = read(Reader("nist36-cnn", charset="digits", context=False), drawn())
    assert page.text.replace(" ", "").replace("\n", "").isdigit()
    assert len(list(page.letters)) == len((WORDS + "MAKE TEA").replace(" ", ""))


def test_bad_options() -> None:
    with pytest.raises(ValueError, match="none of the characters"):
        Reader(charset="€")
    with pytest.raises(ModelError, match="no-such-model"):
        Reader(model="no-such-model")
    with pytest.raises(ValueError, match="reader 'lines' is none of auto, letters, rows"):
        Reader(reader="lines")
    with pytest.raises(ModelError, match="no-such-model"):
        Reader(reader="rows", rows_model="no-such-model")


@pytest.mark.parametrize("kind", ["rows", "auto"])
def test_rows_are_read_with_a_model_given_by_its_path(kind: str, tmp_path: Path) -> None:
    page = read(Reader(reader=kind, rows_model=tiny_model(tmp_path)), drawn())
    assert page.model == {"rows": "rows", "auto": "print94+rows"}[kind]
    assert {word.reader for word in page.words} <= {"letters", "rows"}
    assert ocr.Page.from_dict(page.to_dict()) == page
    for letter in page.letters:
        left, top, right, bottom = letter.box
        assert 0 <= left < right <= page.width and 0 <= top < bottom <= page.height
    with pytest.raises(ValueError, match="none of the characters"):
        Reader(reader=kind, rows_model=tmp_path / "rows.onnx", charset="€")


def test_without_a_model_of_rows_auto_reads_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr.store.names", lambda: [])
    page = read(Reader(), drawn())
    assert page.model == "print94" and {word.reader for word in page.words} == {"letters"}


def test_blank_paper_reads_as_nothing(reader: Reader) -> None:
    page = read(reader, blank(400, 300))
    assert page.lines == () and page.text == ""
