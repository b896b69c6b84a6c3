"""Two readers and one decision, with a rows reader that is told what it sees."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.errors import ModelError
from ocr.page import Page
from ocr.reading.beliefs import BELIEFS, beliefs, shared
from ocr.reading.classifier import Classifier
from ocr.reading.context_reader import ContextReader, context_reader
from ocr.reading.decide import DecidingReader, DecisionWeights
from ocr.reading.decoding.constraints import PatternContext
from ocr.reading.decoding.context import Anything
from ocr.reading.proposals import text_of
from ocr.reading.rows.ctc import ALPHABET
from ocr.reading.rows.reader import RowsReader
from tests.reading.rows.told import Found, ToldNetwork, drawn

ASCII = ALPHABET[1:]
DOUBT = DecisionWeights(certain=1.01)  # every row is shown to both


@pytest.fixture(scope="module")
def letters() -> ContextReader:
    return context_reader(Classifier("nist36-cnn"))


@pytest.fixture(scope="module")
def page() -> Found:
    return drawn("TO DO LIST", "MAKE TEA")


def deciding(
    letters: ContextReader, *texts: str, sure: float = 8.0, weights: DecisionWeights = DOUBT
) -> tuple[DecidingReader, ToldNetwork]:
    network = ToldNetwork(texts, sure)
    rows = RowsReader(network, ASCII, [Anything(len(ASCII))])  # type: ignore[arg-type]
    return DecidingReader(letters, rows, weights), network


def test_where_both_agree_the_letters_boxes_are_kept(letters: ContextReader, page: Found) -> None:
    lines = deciding(letters, "TO DO LIST", "MAKE TEA")[0].read(*page)
    assert [line.text for line in lines] == ["TO DO LIST", "MAKE TEA"]
    assert {word.reader for line in lines for word in line.words} == {"letters"}
    alone = letters.read(*page)
    for line, other in zip(lines, alone, strict=True):
        assert [letter.box for word in line.words for letter in word.letters] == [
            letter.box for word in other.words for letter in word.letters
        ]


def test_one_word_may_be_the_rows_readers(letters: ContextReader, page: Found) -> None:
    rows = DecisionWeights(features=(0.02, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0), certain=1.01)
    lines = deciding(letters, "TO DO LIST", "MIKE TEA", sure=12.0, weights=rows)[0].read(*page)
    assert [(word.text, word.reader) for word in lines[1].words] == [("MIKE", "rows"), ("TEA", "letters")]
    data = Page(tuple(lines), 700, 400).to_dict()
    assert [word["reader"] for word in data["lines"][1]["words"]] == ["rows", "letters"]
    assert Page.from_dict(data).lines == tuple(lines)


def test_what_the_letters_say_outweighs_an_unsure_row(letters: ContextReader, page: Found) -> None:
    lines = deciding(letters, "TO DO LIST", "MIKE TEA", sure=3.0)[0].read(*page)
    assert lines[1].text == "MAKE TEA"


def test_certain_rows_are_not_shown_to_the_rows_reader(letters: ContextReader, page: Found) -> None:
    reader, network = deciding(letters, "X", "X", weights=DecisionWeights(certain=0.0))
    lines = reader.read(*page)
    assert network.asked == 0 and lines == letters.read(*page)


def test_a_page_that_is_all_doubt_is_not_shown_as_a_whole(
    letters: ContextReader, page: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = [len(lattice.starts) for lattice in letters.lattices(*page)]
    for bound, most, shown in (("_MOST", sum(sizes) - 1, 1), ("_LONGEST", min(sizes) - 1, 0)):
        with monkeypatch.context() as patched:
            patched.setattr(f"ocr.reading.decide.{bound}", most)
            reader, network = deciding(letters, "TO DO LIST")
            assert len(reader.read(*page)) == 2
            assert network.asked == 2 * shown  # each row is looked at twice


def test_confidences_are_probabilities_and_the_same_twice(letters: ContextReader, page: Found) -> None:
    one, two = (deciding(letters, "TO DO LIST", "MIKE TEA", sure=5.0)[0].read(*page) for _ in range(2))
    assert one == two
    for word in (word for line in one for word in line.words):
        assert 0 <= word.confidence <= 1
        for letter in word.letters:
            shares = [letter.confidence, *(chance for _, chance in letter.alternatives)]
            assert shares == sorted(shares, reverse=True) and sum(shares) <= 1 + 1e-6


def test_a_law_binds_both(page: Found) -> None:
    pattern = "AA AA AAAA"
    bound = context_reader(Classifier("nist36-cnn"), pattern=pattern)
    network = ToldNetwork(["TO DO 1IST", "12 34 5678"])
    rows = RowsReader(network, ASCII, [Anything(len(ASCII)), PatternContext(ASCII, pattern)])  # type: ignore[arg-type]
    lines = DecidingReader(bound, rows, DOUBT).read(*page)
    assert lines[0].text == "TO DO LIST"
    assert all(letter.confidence >= 0 for line in lines for word in line.words for letter in word.letters)


def test_beliefs_speak_of_every_letter(letters: ContextReader, page: Found) -> None:
    reader, _network = deciding(letters, "TO DO LIST", "MIKE TEA")
    ink, found, rows = page
    lattices = letters.lattices(ink, found, rows)
    evidence = reader._rows.evidence(ink, found, rows)[0]
    proposals = reader.propose(lattices[0], letters.decoder.decode(lattices[0], 2), evidence)
    scores = proposals.features @ np.array(DOUBT.features)
    said = beliefs(proposals, reader.words(proposals, int(scores.argmax())), scores)
    assert said.shape == (8, len(BELIEFS)) and np.isfinite(said).all() and said[:, 2].all()
    for number, text in enumerate(proposals.texts):
        assert text_of(reader.words(proposals, number)) == text


def test_shared_characters() -> None:
    assert shared("MAKE", "MIKE").tolist() == [1, 0, 1, 1]
    assert shared("MAKE", "MAKE").tolist() == [1, 1, 1, 1]
    assert shared("TEA", "").tolist() == [0, 0, 0] and len(shared("", "TEA")) == 0
    assert shared("AAA", "AA").sum() == 2


def test_weights_come_from_the_card() -> None:
    weights = DecisionWeights.from_card({"features": [1, 2, 3, 4, 5, 6, 7], "certain": 0.7, "validation": {}})
    assert weights.features == (1, 2, 3, 4, 5, 6, 7) and weights.certain == 0.7
    assert DecisionWeights.from_card({}) == DecisionWeights()
    with pytest.raises(ModelError, match="2 features, this version 7"):
        DecisionWeights.from_card({"features": [1, 2]})
