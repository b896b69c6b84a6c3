"""The page on a reader of rows: whole, escaped, with and without what may be missing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("fontTools")

from ocr.errors import DataError
from ocr.training.row_errors import ReadRow
from ocr.training.row_report import read_log, write_rows_report
from tests.training.report.test_report import Balance

PICTURE = np.zeros((40, 900), np.uint8)
ROWS = [
    ReadRow(
        PICTURE, "if a < b && c: # a row of code", "if a < b & c: # a row of code", True, "code", "abc/1"
    ),
    ReadRow(PICTURE, "WORDS IN CAPITALS, SET APART", "WORDS IN CAPITALS, SET", True, "capitals", "font Hand"),
]
LINE = {"rows": 1000, "loss": 1.5, "cer": {"code": 0.1, "capitals": 0.2, "all": 0.15}}


def page(folder: Path, rows: list[ReadRow], history: list[dict[str, object]]) -> str:
    path = write_rows_report(folder, "Rows <1>", rows, history, {"steps": 7, "block": 3, "error_rates": {}})
    text = path.read_text("utf-8")
    parser = Balance()
    parser.feed(text)
    assert parser.open == [] and all(source.startswith(("data:image/png", "#s")) for source in parser.sources)
    return text


def test_the_page_tells_of_kinds_writers_and_mistakes(tmp_path: Path) -> None:
    writers = {
        "count": 2,
        "lower_quartile": 0.1,
        "median": 0.2,
        "upper_quartile": 0.3,
        "worst_tenth_from": 0.5,
    }
    text = page(tmp_path, ROWS, [LINE, {**LINE, "rows": 2000, "writers": writers}])
    assert "if a &lt; b &amp;&amp; c: # a row of code" in text and "Rows &lt;1&gt;" in text
    assert "font Hand" in text and "The ten that are read worst." in text
    assert "<dt>steps</dt>" in text and "<dt>block</dt>" not in text
    found = json.loads((tmp_path / "report.json").read_text())
    assert found["cer"]["code"] == round(1 / 30, 5) and found["writers"]["count"] == 2
    assert {"written": "&", "read": "", "count": 1} in found["confusions"]
    assert (tmp_path / "learning.png").exists() and (tmp_path / "kinds.png").exists()


def test_without_a_log_and_with_nothing_wrong(tmp_path: Path) -> None:
    perfect = [ReadRow(PICTURE, "abc", "abc", True, "words", "abc/1")]
    text = page(tmp_path, perfect, [])
    assert "Learning" not in text and "Writers" not in text
    assert read_log(tmp_path / "log.jsonl") == []


@pytest.mark.parametrize("text", ["{", "[]", '{"rows": 1}', '{"rows": "x", "cer": {}}'])
def test_what_is_no_log_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "log.jsonl").write_text(text)
    with pytest.raises(DataError, match=r"log\.jsonl: not the log of a training of rows"):
        read_log(tmp_path / "log.jsonl")
