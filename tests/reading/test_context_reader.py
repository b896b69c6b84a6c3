"""The reader in context on drawn rows: text, boxes, confidences, constraints."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.page import Line
from ocr.reading.classifier import Classifier
from ocr.reading.context_reader import MARKS, ContextReader, alphabet_of, context_reader
from ocr.reading.ink import Ink, find_ink
from ocr.reading.letters import Letters, find_letters
from ocr.reading.lines import Row, find_rows

ROWS = ("TO DO LIST", "REALIZE 100", "CALL 555-0100")
Found = tuple[Ink, Letters, list[Row]]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier("nist36-cnn")


@pytest.fixture(scope="module")
def found() -> Found:
    gray = np.full((330, 620), 230, np.uint8)
    rng = np.random.default_rng(4)
    for number, text in enumerate(ROWS):
        x = 30.0
        for character in text:
            # As by hand, no two letters stand on exactly one line: such lines are taken for ruling.
            at = (int(x), 90 + 90 * number + int(rng.integers(-4, 5)))
            size = 1.6 + float(rng.uniform(-0.12, 0.12))
            cv2.putText(gray, character, at, cv2.FONT_HERSHEY_SIMPLEX, size, 40, 4, cv2.LINE_AA)
            x += cv2.getTextSize(character, cv2.FONT_HERSHEY_SIMPLEX, size, 4)[0][0] + 3
    ink = find_ink(cv2.GaussianBlur(gray, (0, 0), 0.7))
    letters = find_letters(ink)
    return ink, letters, find_rows(letters)


def texts(reader: ContextReader, found: Found) -> list[str]:
    return [line.text for line in reader.read(*found)]


def test_reads_rows_in_context(classifier: Classifier, found: Found) -> None:
    assert texts(context_reader(classifier), found) == list(ROWS)


def test_letters_come_with_boxes_confidences_and_alternatives(classifier: Classifier, found: Found) -> None:
    lines: list[Line] = context_reader(classifier, alternatives=2).read(*found)
    for line in lines:
        lefts = [letter.box.left for word in line.words for letter in word.letters]
        assert lefts == sorted(lefts)
        for word in line.words:
            assert 0 <= word.confidence <= 1
            for letter in word.letters:
                assert letter.box.width > 0 and letter.box.height > 0
                assert 0 < letter.confidence <= 1
                assert len(letter.alternatives) <= 2
                assert letter.text not in dict(letter.alternatives)
                chances = [chance for _, chance in letter.alternatives]
                assert chances == sorted(chances, reverse=True)
                assert letter.confidence + sum(chances) <= 1.01


def test_charset_and_pattern_hold(classifier: Classifier, found: Found) -> None:
    digits = texts(context_reader(classifier, charset="0123456789"), found)
    assert set("".join(digits)) <= set("0123456789 ")
    ink, letters, rows = found
    number = context_reader(classifier, pattern="AAAA 999-9999").readings(ink, letters, rows, 3)
    assert number[2][0].text == ROWS[2] and number[2][0].lawful
    assert not number[0][0].lawful
    scores = [reading.score for reading in number[2]]
    assert scores == sorted(scores, reverse=True)


def test_without_language_every_component_is_one_letter(classifier: Classifier, found: Found) -> None:
    ink, letters, rows = found
    reader = context_reader(classifier, language=None)
    for row, lattice in zip(rows, reader.lattices(ink, letters, rows), strict=True):
        assert lattice.nodes - 1 == len(lattice.starts) <= len(row.items)


def test_no_rows_no_text(classifier: Classifier, found: Found) -> None:
    ink, letters, _ = found
    assert context_reader(classifier).read(ink, letters, []) == []


def test_alphabet_has_marks_once(classifier: Classifier) -> None:
    alphabet = alphabet_of(classifier)
    assert len(set(alphabet)) == len(alphabet) == 36 + len(MARKS)
