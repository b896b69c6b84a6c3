"""The character model: distributions that sum to one, words and codes in their place, damage told."""

from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path

import numpy as np
import pytest

from ocr import store
from ocr.errors import ModelError
from ocr.reading.decoding import language
from ocr.reading.decoding.language import PROBABILITIES, SYMBOL_OF, SYMBOLS, CharacterModel, load_language
from ocr.reading.decoding.unknown import mixed


@pytest.fixture(scope="module")
def english() -> CharacterModel:
    return load_language("english")


def after(model: CharacterModel, text: str) -> dict[str, float]:
    state = model.start()
    for character in text:
        state = model.step(state, SYMBOL_OF[character])
    return dict(zip(SYMBOLS, state.probs.tolist(), strict=True))


@pytest.mark.parametrize("text", ["", "T", "REFRIGER", "A1B2", "03/11/19", "qxzv;#", "def main(", "TO DO L"])
def test_every_distribution_sums_to_one_and_leaves_nothing_out(english: CharacterModel, text: str) -> None:
    probabilities = after(english, text)
    assert sum(probabilities.values()) == pytest.approx(1, abs=1e-4)
    assert min(probabilities.values()) > 0


def test_knows_words_to_their_end(english: CharacterModel) -> None:
    assert after(english, "refriger")["a"] > 0.95
    assert after(english, "REFRIGER") == after(english, "refriger")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("TO DO", "T0 D0"),
        ("REALIZE", "REAL1ZE"),
        ("100", "1OO"),
        ("A1B2", "A1BZ"),
        ("90210", "9O210"),
        ("ID 45", "ID 4S"),
        ("03/11/1998", "O3/II/I998"),
        ("555-0199", "S55-OI99"),
        ("$19.50", "S19.50"),
        ("REFRIGERATOR", "REFRI GERATOR"),
        ("IS A", "ISA"),
        ("return x", "retum x"),
    ],
)
def test_prefers_what_people_write(english: CharacterModel, right: str, wrong: str) -> None:
    assert english.log_probability(right + " ") > english.log_probability(wrong + " ")


def test_digits_are_all_as_likely(english: CharacterModel) -> None:
    assert english.log_probability("90210") == pytest.approx(english.log_probability("13579"))


def test_small_trie_by_hand() -> None:
    """Unigrams a and b, and b after a: what a context does not know comes from the shorter one, scaled."""
    a, b, half, third = SYMBOL_OF["a"], SYMBOL_OF["b"], 127, 118
    model = CharacterModel(
        np.array([a, b, b], np.uint8),
        np.array([third, third, half], np.uint8),
        np.array([2, 1, 0, 0], np.uint8),
    )
    root = model.root.probs
    assert root[a] == pytest.approx(float(PROBABILITIES[third]), rel=1e-5)
    state = model.step(model.root, a)
    assert state.probs[b] == pytest.approx(0.5, rel=1e-5)
    assert state.probs[a] == pytest.approx(0.5 * root[a] / (1 - root[b]), rel=1e-4)
    assert model.step(state, b) is model.root


def test_states_of_equal_contexts_are_one_object(english: CharacterModel) -> None:
    def state(text: str) -> object:
        place = english.start()
        for character in text:
            place = english.step(place, SYMBOL_OF[character])
        return place

    assert state("ZQ XJ WHERE") is state("KW VF WHERE")


@pytest.mark.parametrize(("symbols", "children"), [([1, 2], [1, 0, 0]), ([1, 99], [2, 0, 0]), ([1], [1])])
def test_a_trie_that_does_not_hold_together_is_refused(symbols: list[int], children: list[int]) -> None:
    with pytest.raises(ValueError, match=r"hold together|not one of"):
        CharacterModel(
            np.array(symbols, np.uint8), np.full(len(symbols), 127, np.uint8), np.array(children, np.uint8)
        )


def test_damage_is_told_with_file_and_reason(tmp_path: Path) -> None:
    source = store.find("english")
    card = json.loads(source.with_suffix(".json").read_text("utf-8"))
    weights = tmp_path / "mine.safetensors"

    def write(content: bytes, **changes: object) -> None:
        weights.write_bytes(content)
        digest = {"sha256": store.sha256(weights)}
        weights.with_suffix(".json").write_text(json.dumps({**card, **digest, **changes}), "utf-8")

    content = source.read_bytes()
    write(content[:5000])
    with pytest.raises(ModelError, match=r"mine\.safetensors: not a safetensors file"):
        load_language(weights)
    write(content, symbols="abc")
    with pytest.raises(ModelError, match="'symbols'"):
        load_language(weights)
    write(content, kind="letters")
    with pytest.raises(ModelError, match="language"):
        load_language(weights)
    write(content)
    assert after(load_language(weights), "th")["e"] > 0.2


def test_size_as_shipped() -> None:
    assert store.find("english").stat().st_size < 2.5e6


def test_states_are_forgotten_between_rows_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_KEPT", 300)
    model = load_language("english")
    first = model.start()
    seen = []
    for row in range(20):
        state = model.start()
        assert state.probs.tolist() == first.probs.tolist()
        for character in f"row {row} of many " + "".join(
            np.random.default_rng(row).permutation(list(SYMBOL_OF))
        ):
            state = model.step(state, SYMBOL_OF[character])
            seen.append(weakref.ref(state.probs))
    assert model.start() is not first
    del first, state
    gc.collect()
    assert sum(probs() is not None for probs in seen) < 0.4 * len(seen)


def test_arbitrary_strings_have_their_share_where_no_word_is_known(english: CharacterModel) -> None:
    def chance(text: str, following: str, unknown: float) -> float:
        state = english.start()
        for character in text:
            state = english.step(state, SYMBOL_OF[character])
        logs = mixed(state, unknown)
        assert np.exp(logs).sum() == pytest.approx(1, abs=1e-4)
        return float(np.exp(logs[SYMBOL_OF[following]]))

    assert chance("xqzv", "h", 0.3) > 0.008 > 0.0001 > chance("xqzv", "h", 0.0)
    assert chance("refriger", "a", 0.3) > 0.94  # a word that is known stays as likely
    assert chance("ab1", "7", 1.0) > chance("ab1", "q", 1.0) * 10  # any digit against one letter
    assert chance("", "t", 0.0) == pytest.approx(after(english, "")["t"])
