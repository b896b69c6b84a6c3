"""The sample pages: their files, how they are drawn, and that they are read."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

SAMPLES = Path(__file__).parents[1] / "samples"
PICTURES = sorted(SAMPLES.glob("*.jpg"))
FONTS = Path(__file__).parents[2] / "shared" / "data" / "fonts" / "ttf"
needs_fonts = pytest.mark.skipif(not FONTS.is_dir(), reason="the fonts are not beside the checkout")


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """samples/make_samples.py as a module."""
    monkeypatch.syspath_prepend(SAMPLES)
    yield importlib.import_module("make_samples")
    for name in ("make_samples", "hand", "surfaces", "camera"):
        sys.modules.pop(name, None)


def test_at_least_six_pages_and_each_is_drawn_by_the_script(maker: ModuleType) -> None:
    assert len(PICTURES) >= 6
    assert {picture.stem for picture in PICTURES} == set(maker.PAGES)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_files(picture: Path) -> None:
    assert picture.stat().st_size < 300_000
    height, width = cv2.imread(str(picture)).shape[:2]
    assert 1e6 <= height * width <= 13e6
    lines = picture.with_suffix(".gt.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    assert all(line == line.strip() != "" for line in lines)


@needs_fonts
def test_the_same_seed_draws_the_same_page(maker: ModuleType) -> None:
    first, text = maker.label(FONTS, np.random.default_rng(5))
    again, _ = maker.label(FONTS, np.random.default_rng(5))
    other, same_text = maker.label(FONTS, np.random.default_rng(6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert text == same_text


@needs_fonts
def test_a_line_that_does_not_fit_is_refused(maker: ModuleType) -> None:
    hand = maker.Hand(FONTS / "patrick-hand.ttf", np.random.default_rng(0))
    with pytest.raises(ValueError, match="ends at"):
        hand.write(np.zeros((200, 300), np.float32), "TOO LONG", 10, 150, 80)


@needs_fonts
def test_no_two_letters_alike_unless_the_hand_is_steady(maker: ModuleType) -> None:
    def two(unsteadiness: float) -> tuple[np.ndarray, np.ndarray]:
        hand = maker.Hand(FONTS / "patrick-hand.ttf", np.random.default_rng(0), unsteadiness=unsteadiness)
        page = np.zeros((200, 400), np.float32)
        for centre in (100, 300):
            hand.write_in_cell(page, "A", centre, 150, 80)
        return page[:, :200], page[:, 200:]

    assert np.array_equal(*two(0))
    assert not np.array_equal(*two(1))
    assert two(1)[0].max() == 1


def test_the_reader_reads_them() -> None:
    from ocr import read
    from ocr.scoring import score, total

    scores = [
        score(picture.with_suffix(".gt.txt").read_text(encoding="utf-8"), read(picture).text)
        for picture in PICTURES
    ]
    assert total(scores).letters.rate <= 0.01
