"""The search: equal to brute force on short rows, linear in time, true to codes and constraints."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from ocr.page import Box
from ocr.reading.decoding.constraints import LexiconContext, PatternContext
from ocr.reading.decoding.context import Anything, Context, LanguageContext
from ocr.reading.decoding.language import CharacterModel, load_language
from ocr.reading.decoding.lattice import Lattice, plain_lattice
from ocr.reading.decoding.words import Decoder, Reading, Weights, calibrated

CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
LIKE = {
    "0": "OD",
    "O": "0DQ",
    "1": "I7",
    "I": "1L",
    "5": "S",
    "S": "5",
    "2": "Z",
    "Z": "2",
    "B": "8",
    "8": "B",
}
WEIGHTS = Weights(letter=2.0)


@pytest.fixture(scope="module")
def english() -> CharacterModel:
    return load_language("english")


def lattice(text: str, doubt: float = 0.5, alphabet: str = CAPITALS) -> Lattice:
    """A row whose letters look like ``text``, and ``doubt`` times as much like what resembles them."""
    letters = text.replace(" ", "")
    chances = np.full((len(letters), len(alphabet)), 1e-5)
    for row, letter in zip(chances, letters, strict=True):
        row[alphabet.index(letter)] = 1
        for other in LIKE.get(letter, ""):
            if other in alphabet:
                row[alphabet.index(other)] = doubt * (0.5 if other in "DQL" else 1)
    chances /= chances.sum(1, keepdims=True)
    spaces = [-6.0]
    for character in text:
        if character == " ":
            spaces[-1] = 4.0
        else:
            spaces.append(-6.0)
    boxes = tuple(Box(10 * k, 0, 10 * k + 8, 12) for k in range(len(letters)))
    return plain_lattice(boxes, np.log(chances).astype(np.float32), np.array(spaces, np.float32))


def read(row: Lattice, *contexts: Context, alphabet: str = CAPITALS) -> Reading:
    return Decoder(alphabet, contexts, WEIGHTS).decode(row)[0]


def random_lattice(rng: np.random.Generator, nodes: int, size: int) -> Lattice:
    arcs = [(start, end) for start in range(nodes - 1) for end in range(start + 1, min(start + 3, nodes))]
    count = len(arcs)
    starts, ends = np.array(arcs).T
    logs = np.log(rng.dirichlet(np.ones(size), count)).astype(np.float32)
    noise = np.where(rng.random(count) < 0.5, np.log(rng.uniform(0.01, 0.5, count)), -np.inf).astype(
        np.float32
    )
    return Lattice(
        starts,
        ends,
        tuple(Box(10 * s, 0, 10 * e, 10) for s, e in arcs),
        logs,
        noise,
        rng.normal(0, 1, count).astype(np.float32),
        rng.normal(0, 2, nodes).astype(np.float32),
    )


def every_reading(row: Lattice, alphabet: str, context: Context, weights: Weights) -> dict[str, float]:
    """The best score of every text, by trying all paths, characters and spaces."""
    size = len(alphabet)
    best: dict[str, float] = {}

    def go(node: int, state: object, text: str, score: float) -> None:
        scores = context.scores(state)
        if node == row.nodes - 1:
            total = score + float(scores[size + 1])
            best[text] = max(best.get(text, -np.inf), total)
            return
        for arc in np.flatnonzero(row.starts == node).tolist():
            shape = weights.shape * float(row.bias[arc])
            steps = [(k, float(row.logs[arc, k] + scores[k]) + weights.letter + shape) for k in range(size)]
            for k, gain in steps:
                part(int(row.ends[arc]), context.step(state, k), text + alphabet[k], score + gain)
            if np.isfinite(row.noise[arc]):
                part(int(row.ends[arc]), state, text, score + float(row.noise[arc]) + weights.noise + shape)

    def part(node: int, state: object, text: str, score: float) -> None:
        if node == row.nodes - 1:
            go(node, state, text, score)
            return
        odds = float(row.spaces[node])
        go(node, state, text, score - weights.space * np.logaddexp(0, odds))
        space = float(context.scores(state)[size])
        go(
            node,
            context.step(state, size),
            text + " ",
            score + space - weights.space * np.logaddexp(0, -odds),
        )

    go(0, context.start(), "", 0.0)
    return best


@pytest.mark.parametrize("seed", range(6))
def test_finds_what_brute_force_finds(english: CharacterModel, seed: int) -> None:
    alphabet = "TO1"
    row = random_lattice(np.random.default_rng(seed), 5, len(alphabet))
    context = LanguageContext(alphabet, english, weight=0.7)
    everything = every_reading(row, alphabet, context, WEIGHTS)
    found = Decoder(alphabet, [context], WEIGHTS, beam=10_000, width=1e9).decode(row, 3)
    assert found[0].score == pytest.approx(max(everything.values()), abs=1e-3)
    assert [reading.score for reading in found] == sorted((r.score for r in found), reverse=True)
    narrow = Decoder(alphabet, [context], WEIGHTS).decode(row)[0]
    assert narrow.text.strip() == found[0].text.strip()


def test_confidences_are_those_of_all_readings(english: CharacterModel) -> None:
    """Without pruning, at sharpness 1 and without recombination, posteriors are sums over every reading."""
    alphabet = "TO"
    row = lattice("TOT", alphabet=alphabet)
    rng = np.random.default_rng(1)
    row = plain_lattice(
        row.boxes, np.log(rng.dirichlet([1, 1], 3)).astype(np.float32), np.full(4, -np.inf, np.float32)
    )
    context = LanguageContext(alphabet, english)
    weights = Weights(letter=0.0, sharpness=1.0)
    reading = Decoder(alphabet, [context], weights, beam=1000, width=1e9).decode(row)[0]
    scores = {}
    for choice in itertools.product(range(2), repeat=3):
        state, total = context.start(), 0.0
        for position, symbol in enumerate(choice):
            total += float(context.scores(state)[symbol] + row.logs[position, symbol])
            state = context.step(state, symbol)
        scores[choice] = np.exp(total + float(context.scores(state)[3]))
    for position, letter in enumerate(reading.letters):
        share = sum(s for c, s in scores.items() if alphabet[c[position]] == letter.text) / sum(
            scores.values()
        )
        assert letter.chance == pytest.approx(share, abs=1e-4)
        assert letter.chance + sum(p for _, p in letter.alternatives) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("seen", "meant", "doubt"),
    [
        ("T0 D0", "TO DO", 0.02),
        ("REAL1ZE", "REALIZE", 0.02),
        ("5IM0N 5AY5", "SIMON SAYS", 0.05),
        ("I00", "100", 0.5),
        ("25O", "250", 0.5),
        ("9O210", "90210", 0.1),
        ("8 FEB I998", "8 FEB 1998", 0.5),
    ],
)
def test_context_resolves_what_shapes_leave_open(
    english: CharacterModel, seen: str, meant: str, doubt: float
) -> None:
    assert read(lattice(seen, doubt), LanguageContext(CAPITALS, english, weight=0.6)).text == meant


PLAIN = ["A1B2", "90210", "MK4", "R2D2", "B52", "X7 K9Q 4TT", "0O0O", "ZORGBLAT", "XKCD", "S5"]


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_plainly_written_stays(english: CharacterModel, text: str) -> None:
    """Codes, numbers and names that no dictionary has, in shapes that leave little doubt."""
    assert read(lattice(text, 0.02), LanguageContext(CAPITALS, english, weight=0.6)).text == text


def test_without_context_the_classifier_decides() -> None:
    assert read(lattice("T0 D0"), Anything(len(CAPITALS))).text == "T0 D0"


@pytest.mark.parametrize(
    ("seen", "pattern", "meant"),
    [
        ("I2 I2 I5", "99-99-99", None),
        ("SO2IO", "99999", "50210"),
        ("ABC12O", "AAA999", "ABC120"),
        ("4B5I23", "XAA999", "4BS123"),
        ("12 34", "99", "12 34"),
    ],
)
def test_pattern(english: CharacterModel, seen: str, pattern: str, meant: str | None) -> None:
    alphabet = CAPITALS + "-"
    reading = read(
        lattice(seen, alphabet=alphabet),
        LanguageContext(alphabet, english),
        PatternContext(alphabet, pattern),
        alphabet=alphabet,
    )
    assert reading.lawful == (meant is not None)
    if meant is None:
        assert all(letter.confidence == 0 for letter in reading.letters)
    else:
        assert reading.text == meant


@pytest.mark.parametrize("pattern", ["", "99\\", " 9"])
def test_patterns_that_make_no_sense_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        PatternContext(CAPITALS, pattern)


def test_closed_lexicon_allows_nothing_else_and_open_lexicon_does(english: CharacterModel) -> None:
    language = LanguageContext(CAPITALS, english, weight=0.6)
    words = ["Zorkmid", "quux", "SIND"]
    closed = LexiconContext(CAPITALS, words, closed=True)
    assert read(lattice("S1ND QUUX"), language, closed).text == "SIND QUUX"
    assert not read(lattice("HELLO"), language, closed).lawful
    wide = LexiconContext(CAPITALS, words, closed=False)
    assert read(lattice("HELLO"), language, wide).text == "HELLO"
    assert read(lattice("BZ0RXUI0", 0.04), language).text != "BZORXUIO"
    wide = LexiconContext(CAPITALS, ["BZORXUIO"], closed=False)
    assert read(lattice("BZ0RXUI0", 0.04), language, wide).text == "BZORXUIO"


def test_lexicon_of_impossible_words_is_refused() -> None:
    with pytest.raises(ValueError, match="spell none"):
        LexiconContext("ABC", ["xyz"], closed=True)


def test_spaces_follow_gaps_and_words(english: CharacterModel) -> None:
    row = lattice("TODOLIST")
    open_gaps = plain_lattice(row.boxes, row.logs, np.zeros(row.nodes, np.float32))
    assert read(open_gaps, LanguageContext(CAPITALS, english, weight=0.6)).text == "TO DO LIST"


def test_doubtful_gaps_make_words_doubtful() -> None:
    def chances(odds: float) -> list[float]:
        row = lattice("ON AND")
        spaces = np.where(row.spaces > 0, np.float32(odds), row.spaces).astype(np.float32)
        return read(plain_lattice(row.boxes, row.logs, spaces), Anything(len(CAPITALS))).word_chances()

    sure, doubtful = chances(6.0), chances(0.5)
    assert len(sure) == len(doubtful) == 2
    assert all(less < 0.8 * more for less, more in zip(doubtful, sure, strict=True))
    assert len(chances(-0.5)) == 1 and chances(-0.5)[0] < 0.8 * chances(-6.0)[0]


def test_empty_row() -> None:
    nothing = plain_lattice((), np.zeros((0, 36), np.float32), np.zeros(1, np.float32))
    assert Decoder(CAPITALS).decode(nothing) == []


def test_time_grows_linearly_with_the_row(english: CharacterModel) -> None:
    text = "BUT SOMETIMES THEY DONT MAKE SENSE "
    context = LanguageContext(CAPITALS, english, weight=0.6)
    decoder = Decoder(CAPITALS, [context], WEIGHTS)

    def seconds(times: int) -> float:
        row = lattice((text * times).strip())
        decoder.decode(row)  # states are made once
        best = np.inf
        for _ in range(3):
            start = time.perf_counter()
            decoder.decode(row)
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds(24) < 2.5 * 8 * seconds(3)


def test_calibration_interpolates() -> None:
    table = ((0.0, 0.0), (0.5, 0.2), (1.0, 0.9))
    assert calibrated(0.25, table) == pytest.approx(0.1)
    assert calibrated(1.0, table) == pytest.approx(0.9)
