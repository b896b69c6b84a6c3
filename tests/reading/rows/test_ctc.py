"""What the columns of a row reader's output mean."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.rows import ctc


@pytest.mark.parametrize("text", ["", "A", "Hello, World 42!", " ~", ctc.ALPHABET])
def test_greedy_reads_what_encode_wrote(text: str) -> None:
    columns = [column for number in ctc.encode(text) for column in (number, number, ctc.BLANK)]
    assert ctc.greedy(np.array(columns, np.int64)) == text


def test_a_letter_is_repeated_only_after_a_blank() -> None:
    letter = ctc.encode("l")[0]
    assert ctc.greedy(np.array([letter, letter, letter])) == "l"
    assert ctc.greedy(np.array([letter, ctc.BLANK, letter])) == "ll"


def test_a_character_outside_the_alphabet_is_refused() -> None:
    with pytest.raises(ValueError, match="substring"):
        ctc.encode("\u00e9")


def test_log_probabilities_are_those_of_the_alphabet_alone() -> None:
    logits = np.random.default_rng(0).normal(0, 3, (7, ctc.CLASSES))
    logs = ctc.log_probabilities(logits, "BA0")
    assert logs.shape == (7, 5)
    assert np.allclose(np.exp(logs).sum(axis=1), 1)
    odds = logs - logs[:, -1:]
    assert np.allclose(odds[:, 0], logits[:, ctc.encode("B")[0]] - logits[:, ctc.BLANK])
    assert np.allclose(odds[:, 3], logits[:, ctc.encode(" ")[0]] - logits[:, ctc.BLANK])


def test_temperature_makes_less_sure() -> None:
    logits = np.random.default_rng(1).normal(0, 3, (5, ctc.CLASSES))
    cold, warm = (ctc.log_probabilities(logits, ctc.ALPHABET[1:], heat) for heat in (1.0, 3.0))
    assert (warm.max(axis=1) < cold.max(axis=1)).all()
    assert np.array_equal(warm.argmax(axis=1), cold.argmax(axis=1))
