"""Setting the search's weights: drawn rows and what is counted on them, alignment, calibration."""

from __future__ import annotations

import string
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("fontTools")

from ocr.page import Box
from ocr.reading.decoding.context import Anything
from ocr.reading.decoding.lattice import plain_lattice
from ocr.reading.decoding.words import Decoder
from ocr.training.context_effect import effect, kinds
from ocr.training.context_rows import ROWS, Source
from ocr.training.context_weights import (
    ValidationRow,
    error_rate,
    isotonic,
    legible_error_rate,
    matches,
)
from ocr.training.row_texts import load_texts
from tests.training.row_material import write_material

ALPHABET = string.ascii_uppercase


def row_read_as(read: str, text: str) -> ValidationRow:
    logs = np.full((len(read), len(ALPHABET)), -20, np.float32)
    logs[np.arange(len(read)), [ALPHABET.index(letter) for letter in read]] = 0
    boxes = tuple(Box(20 * k, 0, 20 * k + 10, 20) for k in range(len(read)))
    return ValidationRow(text, (plain_lattice(boxes, logs, np.full(len(read) + 1, -20, np.float32)),))


def test_a_hopeless_row_counts_no_more_than_a_part_of_its_length() -> None:
    rows = [row_read_as("HAND", "HAND"), row_read_as("ZZZZZZ", "JOINED")]
    search = Decoder(ALPHABET)
    assert error_rate(rows, search) == pytest.approx(6 / 10)
    assert legible_error_rate(rows, search) == pytest.approx(0.35 * 6 / 10)
    assert legible_error_rate(rows[:1], search) == 0


@pytest.mark.parametrize(
    ("read", "text", "hits"),
    [("OUR", "OCR", "101"), ("AB", "AXB", "11"), ("AXB", "AB", "101"), ("", "A", "")],
)
def test_letters_are_aligned_with_the_text(read: str, text: str, hits: str) -> None:
    assert matches(read, text) == [hit == "1" for hit in hits]


def test_calibration_ascends_whatever_the_sample() -> None:
    rng = np.random.default_rng(0)
    said = rng.random(500)
    table = isotonic(said, (rng.random(500) < said**2).astype(float))
    values, shares = zip(*table, strict=True)
    assert list(values) == sorted(set(values)) and list(shares) == sorted(shares)
    assert (values[0], values[-1]) == (0.0, 1.0)
    assert np.interp(0.5, values, shares) == pytest.approx(0.25, abs=0.15)


def test_pages_hold_rows_of_every_kind_kept_to_the_characters(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    characters = string.ascii_letters + string.digits + "_().,:="
    source = Source(write_material(tmp_path), characters)
    rng = np.random.default_rng(3)
    texts = [source.text(rng) for _ in range(300)]
    assert all(set(text) <= {*characters, " "} and len(text) <= 30 for text in texts)
    for kind in ("(", "_", *"09", "OCR", "pack my box"):  # code and identifiers, numbers, what people wrote
        assert any(kind in text for text in texts), kind
    pages = list(source.pages(2, 5))
    assert all(len(page.texts) == len(page.baselines) == ROWS for page in pages)
    assert all(page.gray.dtype == np.uint8 and page.gray.min() < 140 < page.gray.max() for page in pages)
    assert [page.texts for page in source.pages(2, 5)] == [page.texts for page in pages]
    capitals = Source(tmp_path, ALPHABET)
    assert not any(character.islower() for _ in range(50) for character in capitals.text(rng))


def test_words_that_context_changes_are_counted() -> None:
    rows = [row_read_as("OCR", "OCR"), row_read_as("HAMD", "HAND")]

    class OUR(Anything):
        """A language that knows no letter C and prefers N to M by far."""

        def scores(self, state: object) -> np.ndarray:
            scores = super().scores(state).copy()
            scores[[ALPHABET.index("C"), ALPHABET.index("M")]] = -60
            scores[[ALPHABET.index("U"), ALPHABET.index("N")]] = 60
            return scores

    found = effect(rows, Decoder(ALPHABET), Decoder(ALPHABET, [OUR(len(ALPHABET))]))
    assert (found.words, found.clear) == (2, 1)
    assert (found.changed, found.mended, found.alone) == (1, 0, pytest.approx(1 / 7))


def test_kinds_of_words_are_what_they_say(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    write_material(tmp_path)
    made = kinds(load_texts(tmp_path / "text"))
    rng = np.random.default_rng(0)
    say = {kind: [text(rng) for _ in range(20)] for kind, text in made.items()}
    assert all(text.replace(" ", "").isupper() for text in say["acronyms"])
    assert all(text.replace(" ", "").isdigit() for text in say["numbers"])
    assert all("_" in text or not text.islower() for text in say["identifiers"])
