"""The page: whole, self-contained, escaped; its pictures and figures beside it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from ocr.errors import OutputError
from ocr.training.metrics import softmax
from ocr.training.report.assessment import Assessment
from ocr.training.report.classifier import Results, write_report
from ocr.training.report.html import Document, percent

VOID = {"meta", "img", "br"}


class Balance(HTMLParser):
    """Fails on a tag that closes what was not opened; collects what is loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def results(classes: tuple[str, ...], colour: bool = False) -> Results:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, len(classes), 300)
    logits = rng.normal(0, 1, (300, len(classes)))
    logits[np.arange(300), labels] += 2.5
    images = rng.random((300, 32, 32, 3) if colour else (300, 32, 32)).astype(np.float32)
    history = [
        {
            "epoch": n,
            "train_loss": 1 / n,
            "train_accuracy": 1 - 0.5 / n,
            "valid_loss": 1.1 / n,
            "valid_accuracy": 1 - 0.6 / n,
        }
        for n in range(1, 6)
    ]
    tiles = rng.normal(0, 1, (16, 5, 5)).astype(np.float32)
    return Results(
        "Letters <of> one & all",
        "test set",
        Assessment(softmax(logits), labels, classes),
        images,
        history,
        4,
        tiles,
        tiles * 2,
        1234.0,
        "one thread",
        {"rate": 0.001, "data": ["a", "b"], "resume": False},
        [{"name": "letters", "use": "training", "samples": 10, "sha256": "ab" * 32}],
    )


@pytest.mark.parametrize("classes, colour", [(tuple("AB<"), False), (tuple("0123456789"), True)])
def test_report(tmp_path: Path, classes: tuple[str, ...], colour: bool) -> None:
    page = write_report(tmp_path / "report", results(classes, colour))
    text = page.read_text(encoding="utf-8")
    parser = Balance()
    parser.feed(text)
    assert parser.open == []
    assert all(source.startswith(("data:image/png;base64,", "#s")) for source in parser.sources)
    assert "Letters &lt;of&gt; one &amp; all" in text and "<of>" not in text
    assert not re.search(r"https?://", text)
    for name in ("learning", "confusion", "reliability", "rejection", "first-layer"):
        assert (tmp_path / "report" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    figures = json.loads((tmp_path / "report" / "report.json").read_text())
    assert (
        figures["best_epoch"] == 4 and len(figures["history"]) == 5 and figures["settings"]["rate"] == 0.001
    )
    assert percent(figures["accuracy"]) in text


def test_without_training_and_without_mistakes(tmp_path: Path) -> None:
    found = Assessment(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 1]), ("A", "B"))
    page = write_report(
        tmp_path, Results("Evaluation", "two letters", found, np.zeros((2, 32, 32), np.float32))
    )
    text = page.read_text(encoding="utf-8")
    assert "Nothing was read wrong." in text and "Learning" not in text and "First layer" not in text


def test_no_room(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OutputError, match="the report cannot be written"):
        Document("Nothing").write(tmp_path / "taken", {})
