"""Prefix beam search: exact where the beam holds every text, lawful always."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pytest
from numpy.typing import NDArray

from ocr.reading.decoding.constraints import LexiconContext, PatternContext
from ocr.reading.decoding.context import Context
from ocr.reading.rows import ctc
from ocr.reading.rows.align import log_likelihood
from ocr.reading.rows.search import PrefixSearch, RowReading
from tests.reading.ctc_paths import likelihoods, random_logs

EVERYTHING = {"beam": 5000, "width": np.inf, "reach": np.inf}


class Bigrams:
    """A context that remembers one symbol and has random likes and dislikes."""

    def __init__(self, size: int, seed: int) -> None:
        self._scores = np.random.default_rng(seed).normal(0, 1.5, (size + 2, size + 2)).astype(np.float32)

    def start(self) -> Hashable:
        return -1

    def scores(self, state: int) -> NDArray[np.float32]:
        return self._scores[state]

    def step(self, state: int, symbol: int) -> Hashable:
        return symbol


def all_texts(
    logs: NDArray[np.float64], alphabet: str, contexts: list[Context], letter: float
) -> dict[str, float]:
    """The score of every lawful text, by the definition."""
    size, found = len(alphabet), {}
    for symbols, chance in likelihoods(logs).items():
        text = "".join((*alphabet, " ")[k] for k in symbols)
        if text.startswith(" ") or "  " in text:
            continue
        score = np.log(chance) + letter * sum(k < size for k in symbols)
        for context in contexts:
            state = context.start()
            for k in symbols:
                score += context.scores(state)[k]
                state = context.step(state, k)
            score += context.scores(state)[size + 1]
        if score > -np.inf:
            found[text.rstrip()] = np.logaddexp(found.get(text.rstrip(), -np.inf), score)
    return found


def check(readings: list[RowReading], expected: dict[str, float]) -> None:
    assert {reading.text: pytest.approx(reading.score, abs=1e-5) for reading in readings} == expected
    scores = [reading.score for reading in readings]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("letter", [0.0, 1.3])
def test_every_text_gets_the_sum_of_its_paths(seed: int, letter: float) -> None:
    logs = random_logs(seed, 5, 3)  # a, b, space; blank
    found = PrefixSearch("ab", letter=letter, **EVERYTHING).read(logs, 5000)
    check(found, all_texts(logs, "ab", [], letter))


@pytest.mark.parametrize("seed", range(3))
def test_a_context_is_added_symbol_by_symbol(seed: int) -> None:
    logs = random_logs(seed, 5, 3)
    context = Bigrams(2, seed)
    found = PrefixSearch("ab", [context], letter=0.4, **EVERYTHING).read(logs, 5000)
    check(found, all_texts(logs, "ab", [context], 0.4))


def test_patterns_and_lexicons_allow_nothing_else() -> None:
    logs = random_logs(7, 5, 4)  # A, B, 1, space; blank
    pattern = PatternContext("AB1", "A9")
    found = PrefixSearch("AB1", [Bigrams(3, 1), pattern], **EVERYTHING).read(logs, 5000)
    check(found, all_texts(logs, "AB1", [Bigrams(3, 1), pattern], 0.0))
    assert {reading.text for reading in found} == {"A1", "B1", "A1 B1", "B1 A1", "A1 A1", "B1 B1"}
    words = LexiconContext("AB1", ["ab", "bab"], closed=True)
    texts = {reading.text for reading in PrefixSearch("AB1", [words], **EVERYTHING).read(logs, 5000)}
    assert {"AB", "BAB", "AB AB"} <= texts and not texts & {"A", "B", "ABA", "A B"}


def test_a_narrow_beam_finds_what_the_wide_one_does() -> None:
    for seed in range(20):
        logs = random_logs(seed, 6, 3)
        wide = PrefixSearch("ab", [Bigrams(2, seed)], **EVERYTHING).read(logs)[0]
        narrow = PrefixSearch("ab", [Bigrams(2, seed)], beam=24).read(logs)[0]
        assert (narrow.text, narrow.score) == (wide.text, pytest.approx(wide.score, abs=0.02))


def test_what_no_context_allows_is_read_with_the_first_alone() -> None:
    logs = random_logs(3, 2, 3)  # two columns cannot hold three letters
    search = PrefixSearch("ab", [Bigrams(2, 0), PatternContext("ab", "aaa")], **EVERYTHING)
    found = search.read(logs, 5000)
    check(found, all_texts(logs, "ab", [Bigrams(2, 0)], 0.0))
    assert not any(reading.lawful for reading in found)


def test_no_columns_say_nothing() -> None:
    assert [reading.text for reading in PrefixSearch("ab").read(np.zeros((0, 4)))] == [""]


def test_a_long_row_through_the_whole_way() -> None:
    """A sure network is read as it is; where it wavers, the lexicon decides."""
    text, rng = "Say HELLO 4 times.", np.random.default_rng(0)
    logits = rng.normal(0, 0.5, (4 * len(text), ctc.CLASSES))
    logits[:, ctc.BLANK] += 9
    for place, number in enumerate(ctc.encode(text)):
        logits[4 * place + 1 : 4 * place + 3, number] += 17
    alphabet = ctc.ALPHABET[1:]
    logs = ctc.log_probabilities(logits, alphabet)
    plain = PrefixSearch(alphabet)
    best, *others = plain.read(logs, 5)
    assert best.text == text and best.lawful and len(others) == 4
    assert best.optical == pytest.approx(log_likelihood(logs, best.symbols), abs=0.01)
    wrong, right = ctc.encode("FE")
    place = 4 * text.index("E") + 1
    logits[place : place + 2, wrong] = logits[place, right] + 1
    logs = ctc.log_probabilities(logits, alphabet)
    assert plain.read(logs)[0].text == "Say HFLLO 4 times."
    lexicon = LexiconContext(alphabet, ["say", "hello", "times"], closed=False)
    assert PrefixSearch(alphabet, [lexicon]).read(logs)[0].text == text
