from __future__ import annotations

import math

import numpy as np
import pytest

from ocr.reading.classifier import Classifier
from tests.denoising.letters import drawn_crops

pytest.importorskip("torch")
pytest.importorskip("pywt")

from ocr.denoising import tables
from ocr.denoising.damage import DAMAGES
from ocr.denoising.pca import Pca
from ocr.denoising.psnr import psnr
from ocr.denoising.rivals import Rival, median
from ocr.denoising.score import (
    INPUT,
    OURS,
    Read,
    TestLetters,
    denoising,
    entries,
    reading,
    reconstruction,
)

CHARACTERS = "ABCEFHKT"
LETTERS = TestLetters("drawn", drawn_crops(CHARACTERS), np.arange(len(CHARACTERS)), tuple(CHARACTERS))


def test_every_damage_has_three_rows_and_doing_nothing_gains_nothing():
    rows = denoising(LETTERS, LETTERS, lambda crops: crops, [Rival("median", "side", (3,), median)])
    assert [(row.damage, row.level) for row in rows] == [
        (name, level) for name in DAMAGES for level in ("weak", "medium", "strong")
    ]
    assert all(row.quality[OURS] == row.quality[INPUT] for row in rows)
    salt = next(row for row in rows if row.damage == "salt and pepper" and row.level == "strong")
    assert salt.best == "median" and salt.settings == {"median": 3}


def test_reading_counts_what_cleaning_wins_back():
    classifier = Classifier("nist36-cnn")
    rows = reading(LETTERS, lambda crops: np.broadcast_to(LETTERS.crops, crops.shape), classifier)
    assert all(row.cleaned == row.clean for row in rows)
    lost = [row for row in rows if row.damaged < row.clean]
    assert lost and all(row.won_back == pytest.approx(1) for row in lost)


def test_reading_is_a_mean_over_draws_of_damage():
    classifier, seen = Classifier("nist36-cnn"), []

    def watched(crops: np.ndarray) -> np.ndarray:
        seen.append(crops)
        return crops

    rows = reading(LETTERS, watched, classifier, draws=2)
    assert len(seen) == 2 * len(rows) and not np.array_equal(seen[0], seen[1])
    labels = [classifier.classes.index(character) for character in CHARACTERS]
    right = [np.mean(classifier.logits(crops).argmax(1) == labels) for crops in seen[4:6]]
    assert rows[2].damaged == rows[2].cleaned == pytest.approx(np.mean(right))


def test_part_won_back():
    assert Read("blur", "strong", 0.9, 0.5, 0.8).won_back == pytest.approx(0.75)
    assert math.isnan(Read("blur", "weak", 0.9, 0.899, 0.9).won_back)


def test_letters_that_the_classifier_does_not_know_are_left_out():
    odd = TestLetters("odd", LETTERS.crops, LETTERS.labels, ("?", *CHARACTERS[1:]))
    known = TestLetters("known", LETTERS.crops[1:], LETTERS.labels[1:], LETTERS.classes)
    left, right = (
        reading(letters, lambda crops: crops, Classifier("nist36-cnn"))[0] for letters in (odd, known)
    )
    assert left.clean == right.clean


def test_reconstruction_is_a_mean_of_psnr():
    pca = Pca.fit(LETTERS.crops, 3)
    found = reconstruction([LETTERS], {"PCA": lambda crops: pca.rebuild(crops, 3)})
    assert found["PCA"]["drawn"] == pytest.approx(psnr(LETTERS.crops, pca.rebuild(LETTERS.crops, 3)).mean())


def test_entries_name_figure_set_and_value():
    rows = denoising(LETTERS, LETTERS, lambda crops: crops, [])
    found = entries(LETTERS, lambda crops: crops, rows, {"some": [Read("blur", "strong", 0.9, 0.5, 0.8)]})
    assert len(found) == 1 + 3 * len(DAMAGES) + 1 and {entry["test_set"] for entry in found} == {
        "drawn",
        "some",
    }
    assert all(entry["value"] == 0 for entry in found[1:-1]) and found[-1]["value"] == 0.8


def test_tables_line_up():
    rows = denoising(LETTERS, LETTERS, lambda crops: crops, [])
    text = tables.markdown(*tables.denoising_cells(rows))
    lines = text.splitlines()
    assert len(lines) == 2 + 3 * len(DAMAGES) and len({len(line) for line in lines}) == 1
    assert lines[0].split("|")[1].strip() == "damage" and "+0.00" in lines[2]
