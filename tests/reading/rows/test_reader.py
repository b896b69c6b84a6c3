"""The rows reader around its network: texts, boxes, confidences."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

import numpy as np
import pytest

from ocr.page import Box
from ocr.reading.decoding.constraints import LexiconContext
from ocr.reading.decoding.context import Anything
from ocr.reading.rows.align import log_likelihood
from ocr.reading.rows.ctc import ALPHABET
from ocr.reading.rows.reader import RowsReader, RowWeights
from tests.reading.rows.told import ToldNetwork, drawn

ASCII = ALPHABET[1:]


def reader(*texts: str, sure: float = 8.0, alphabet: str = ASCII, **options: object) -> RowsReader:
    return RowsReader(ToldNetwork(texts, sure), alphabet, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("join", [False, True])
def test_texts_and_boxes(join: bool) -> None:
    texts = ("TO DO LIST", "MAKE TEA")
    ink, letters, rows = drawn(*texts, join=join)
    found = reader(*texts).readings(ink, letters, rows, 2)
    for text, row, readings in zip(texts, rows, found, strict=True):
        assert readings[0].text == text and len(readings) == 2
        boxes = [letter.box for letter in readings[0].letters]
        own = letters.boxes[list(row.items)]
        lefts = [box.left for box in boxes]
        assert lefts == sorted(lefts) and len(set(lefts)) == len(lefts)
        around = Box.around(boxes)
        assert around.left >= own[:, 0].min() and around.right <= own[:, 2].max()
        assert around.top >= own[:, 1].min() and around.bottom <= own[:, 3].max()
        if not join:  # a letter that stands alone has its component's box
            assert sorted(map(tuple, own.tolist())) == sorted(map(tuple, boxes))
        else:
            assert all(box.width < 1.6 * 44 for box in boxes)


def test_rows_in_several_strips_are_joined_by_a_space() -> None:
    ink, letters, rows = drawn("NAME      TEL", "DATE")
    lines = reader("NAME", "TEL", "DATE").read(ink, letters, rows)
    assert [line.text for line in lines] == ["NAME TEL", "DATE"]
    assert {word.reader for line in lines for word in line.words} == {"rows"}
    assert lines[0].words[1].box.left > lines[0].words[0].box.right


def test_confidences_tell_sure_from_unsure() -> None:
    found = drawn("TEA")
    sure, unsure = (reader("TEA", sure=much).readings(*found, 1)[0][0] for much in (12.0, 5.0))
    for certain, doubtful in zip(sure.letters, unsure.letters, strict=True):
        assert 0 < doubtful.confidence < certain.confidence <= 1
        for letter in (certain, doubtful):
            shares = [letter.confidence, *(chance for _, chance in letter.alternatives)]
            assert sum(shares) <= 1 + 1e-6 and len(shares) <= 4
    table = ((0.0, 0.0), (1.0, 0.5))
    weights = RowWeights(letter_table=table, word_table=table)
    assert all(
        letter.confidence <= 0.5
        for letter in reader("TEA", weights=weights).readings(*found, 1)[0][0].letters
    )


def test_the_same_page_is_read_the_same_twice() -> None:
    found = drawn("TO DO LIST")
    one, two = (reader("TO DO LIST", sure=4.0).readings(*found, 3) for _ in range(2))
    assert one == two


def test_contexts_and_alphabet_are_laws() -> None:
    found = drawn("TEA")
    assert set(reader("TEA", sure=3.0, alphabet="0123456789").readings(*found, 1)[0][0].text) <= set(
        "0123456789 "
    )
    capitals = ascii_uppercase
    closed = [Anything(len(capitals)), LexiconContext(capitals, ["PEA"], True)]
    best = reader("TEA", alphabet=capitals, contexts=closed).readings(*found, 1)[0][0]
    assert best.text == "PEA" and best.lawful


def test_weights_come_from_the_card() -> None:
    weights = RowWeights.from_card({"language": 0.3, "letter_table": [[0, 0], [1, 0.9]], "unheard of": 1})
    assert weights.language == 0.3 and weights.letter_table == ((0, 0), (1, 0.9))
    assert RowWeights.from_card({}) == RowWeights()


class TwoMinded(ToldNetwork):
    """Says one text at the first look, and at the second another."""

    def logits(self, pictures: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [self._said(next(self.texts), picture.shape[1]) for picture in pictures]


@pytest.mark.parametrize("texts", [("TEA", "PEA"), ("PEA", "TEA")])
def test_a_text_is_as_likely_as_both_looks_say(texts: tuple[str, str]) -> None:
    found = RowsReader(TwoMinded(texts), ASCII)  # type: ignore[arg-type]
    (evidence,) = found.evidence(*drawn("TEA"))
    read = found.texts(evidence, 4)
    assert {text.text for text in read[:2]} == {"TEA", "PEA"}
    for text in read:
        both = [log_likelihood(logs, text.symbols) for logs in (evidence.logs, evidence.closer)]
        assert text.optical == pytest.approx(np.mean(both), abs=1e-6)
    assert read[0].score == pytest.approx(read[1].score, abs=0.5)


def test_what_contexts_give_a_text() -> None:
    contexts = [Anything(len(ASCII)), LexiconContext(ASCII, ["tea"], True)]
    scores = reader("", contexts=contexts).context_scores(["tea", "Tea tea", "tee", ""]).tolist()
    assert np.isfinite(scores[:2]).all() and scores[2] == -np.inf
