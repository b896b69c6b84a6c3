"""The reader that workers use."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from ocr.batch.page_reader import PageReader
from ocr.errors import ModelError, SettingError
from ocr.reading.reader import read

SAMPLE = Path(__file__).parents[2] / "samples" / "label.jpg"


def test_it_reads_as_the_reader_does_with_the_same_options() -> None:
    options = {"pattern": "99", "denoise": "never", "context": False}
    (page,) = PageReader(**options).pages(SAMPLE.read_bytes())
    assert page.text == read(SAMPLE, **options).text


@pytest.mark.parametrize("options", [{"charset": "@"}, {"pattern": "9@"}, {"lexicon": ["@"]}])
def test_what_no_model_can_write_is_a_wrong_setting(options: dict[str, object]) -> None:
    with pytest.raises(SettingError, match=r"@|spell"):
        PageReader(model="nist36-cnn", **options)


def test_a_model_of_rows_counts_where_there_is_one(tmp_path: Path) -> None:
    without = PageReader.models(rows_model=str(tmp_path / "mine.onnx"))
    (tmp_path / "mine.onnx").write_bytes(b"weights")
    card = {"format_version": 1, "kind": "rows", "sha256": hashlib.sha256(b"weights").hexdigest()}
    (tmp_path / "mine.json").write_text(json.dumps(card))
    first = PageReader.models(rows_model=str(tmp_path / "mine.onnx"))
    (tmp_path / "mine.json").write_text(json.dumps(card | {"decisions": {"print94": {"margin": 1}}}))
    trusted_otherwise = PageReader.models(rows_model=str(tmp_path / "mine.onnx"))
    assert len({without, first, trusted_otherwise}) == 3


def test_a_model_of_another_kind_is_refused() -> None:
    with pytest.raises(ModelError, match="'denoiser'"):
        PageReader.models("denoiser")
