"""Set the weights and the calibration of the search on validation rows, for the language model's card.

``python -m ocr.training.context_weights DATA_FOLDER CLASSIFIER [--keep]``. Coordinate descent on the character error
rate over rows of held-out writers (`ocr.training.context_rows`), from the defaults of `Weights`; then isotonic tables
of confidence.

Source: M. Ayer et al., "An empirical distribution function for sampling with incomplete information", 1955
(pool adjacent violators).
"""

from __future__ import annotations

import json
import string
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr import store
from ocr.reading.classifier import Classifier
from ocr.reading.context_reader import ContextReader, alphabet_of
from ocr.reading.decoding.context import LanguageContext
from ocr.reading.decoding.language import CharacterModel, load_language
from ocr.reading.decoding.lattice import Lattice
from ocr.reading.decoding.words import Decoder, Reading, Weights
from ocr.reading.ink import find_ink
from ocr.reading.letters import find_letters
from ocr.reading.lines import Row, find_rows
from ocr.reading.segmentation.survey import apply
from ocr.scoring import levenshtein
from ocr.training.context_rows import DrawnPage, Source

STEPS = {
    "language": 1.25,
    "case": 1.5,
    "unknown": 2.0,
    "shape": 1.4,
    "space": 1.4,
    "letter": 0.5,
    "noise": 1.0,
}
FACTORS = ("language", "case", "unknown", "shape", "space")  # changed by a factor, the others by a difference
_PAGES = 48
_TUNED = 2 / 3  # part of the rows; the others tell what was reached
_SAVED = 0.995  # a step is taken if it leaves no more than this part of the errors; less may be chance
_SEED = 7
_KNOTS = 12
_HOPELESS = 0.35  # part of a row's characters: more errors than that say nothing about the weights


@dataclass(frozen=True)
class ValidationRow:
    """What was written, and the lattices of what was found there, left to right."""

    text: str
    lattices: tuple[Lattice, ...]


def validation_rows(pages: Sequence[DrawnPage], reader: ContextReader) -> list[ValidationRow]:
    """Find and classify the rows of drawn pages; a row that was not found has no lattice."""
    rows: list[ValidationRow] = []
    for page in pages:
        ink = find_ink(page.gray)
        letters = find_letters(ink)
        found = find_rows(letters)
        at: dict[int, list[tuple[float, Lattice]]] = {}
        for row, lattice in zip(found, reader.lattices(ink, letters, found), strict=True):
            boxes = letters.boxes[list(row.items)]
            x, y = apply(ink.to_source, np.array([[boxes[:, [0, 2]].mean(), _foot(row, boxes)]]))[0]
            nearest = int(np.argmin(np.abs(np.array(page.baselines) - y)))
            at.setdefault(nearest, []).append((float(x), lattice))
        for number, text in enumerate(page.texts):
            parts = sorted(at.get(number, []), key=lambda part: part[0])
            rows.append(ValidationRow(text, tuple(lattice for _, lattice in parts)))
    return rows


def _foot(row: Row, boxes: NDArray[np.int32]) -> float:
    return row.middle + row.slope * float(boxes[:, [0, 2]].mean()) + row.height / 2


def decoder(alphabet: Sequence[str], model: CharacterModel, weights: Weights) -> Decoder:
    """The search with these weights, without constraints."""
    cased = any(character.islower() for character in alphabet)
    capitals = model.settings["capitals"] if cased else None
    return Decoder(
        alphabet,
        [LanguageContext(alphabet, model, capitals, weights.language, weights.case, weights.unknown)],
        weights,
    )


def error_rate(rows: Sequence[ValidationRow], search: Decoder) -> float:
    """Character error rate with spaces, case counted."""
    errors = sum(levenshtein(_text(row, search), row.text) for row in rows)
    return errors / sum(len(row.text) for row in rows)


def legible_error_rate(rows: Sequence[ValidationRow], search: Decoder) -> float:
    """The same with no more errors counted in a row than a part of its length.

    Rows of joined letters make most of the errors however they are searched; weights that earn a little there by
    guessing would be bought with those rows that can be read.
    """
    errors = sum(min(levenshtein(_text(row, search), row.text), _HOPELESS * len(row.text)) for row in rows)
    return errors / sum(len(row.text) for row in rows)


def _text(row: ValidationRow, search: Decoder) -> str:
    return " ".join(reading.text for lattice in row.lattices for reading in search.decode(lattice)[:1])


def tune(
    rows: Sequence[ValidationRow],
    alphabet: Sequence[str],
    model: CharacterModel,
    weights: Weights,
    rounds: int = 2,
) -> Weights:
    """Coordinate descent from ``weights``: each a step up or down while that lowers `legible_error_rate`."""
    best = legible_error_rate(rows, decoder(alphabet, model, weights))
    cased = any(character.islower() for character in alphabet)
    noisy = any(np.isfinite(lattice.noise).any() for row in rows for lattice in row.lattices)
    names = [name for name in STEPS if (name != "case" or cased) and (name != "noise" or noisy)]
    for _ in range(rounds):
        before = best
        for name in names:
            for direction in (1, -1):
                while True:
                    value = getattr(weights, name)
                    moved = (
                        value * STEPS[name] ** direction
                        if name in FACTORS
                        else value + direction * STEPS[name]
                    )
                    trial = replace(weights, **{name: round(moved, 4)})
                    error = legible_error_rate(rows, decoder(alphabet, model, trial))
                    if error > _SAVED * best:
                        break
                    best, weights = error, trial
                    print(f"{best:.2%} {name} {getattr(weights, name):.3g}", file=sys.stderr, flush=True)
        if best == before:
            break
    return weights


def isotonic(said: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    """A table (said, share right) of at most `_KNOTS` knots, ascending, from (0, 0) to (1, ...).

    said: (N,) probabilities; right: (N,) 0 or 1. Quantile bins, then pool adjacent violators.
    """
    order = np.argsort(said)
    pools = [
        [float(part.mean()), float((right[chunk].sum() + 0.5) / (len(chunk) + 1)), float(len(chunk))]
        for chunk in np.array_split(order, _KNOTS)
        if len(part := said[chunk])
    ]
    at = 1
    while at < len(pools):
        if pools[at][1] < pools[at - 1][1]:
            left, other = pools[at - 1], pools.pop(at)
            size = left[2] + other[2]
            pools[at - 1] = [(left[k] * left[2] + other[k] * other[2]) / size for k in range(2)] + [size]
            at = max(1, at - 1)
        else:
            at += 1
    knots = [(0.0, 0.0), *((round(x, 5), round(y, 5)) for x, y, _ in pools)]
    if knots[-1][0] < 1:
        knots.append((1.0, knots[-1][1]))
    return tuple(knot for knot, following in pairwise([*knots, (2.0, 1.0)]) if knot[0] < following[0])


def samples(
    rows: Sequence[ValidationRow], search: Decoder
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(letters (N, 2), words (M, 2)): probability in the graph, and whether it was right (1) or not (0).

    A letter is right when the alignment of its row's reading with the text puts it on itself, a word when
    all its letters are and both its ends are ends of a word.
    """
    letters, words = [], []
    for row in rows:
        readings = [reading for lattice in row.lattices for reading in search.decode(lattice)[:1]]
        read = " ".join(reading.text for reading in readings)
        hits = iter(matches(read, row.text))
        wanted = row.text.split()
        for number, reading in enumerate(readings):
            if number:
                next(hits)
            letters += _letter_samples(reading, hits)
            for word, chance in zip(reading.words(), reading.word_chances(), strict=True):
                text = "".join(letter.text for letter in word)
                words.append((chance, float(text in wanted)))
    return np.array(letters, float).reshape(-1, 2), np.array(words, float).reshape(-1, 2)


def _letter_samples(reading: Reading, hits: object) -> list[tuple[float, float]]:
    found = []
    for letter in reading.letters:
        if letter.space:
            next(hits)  # type: ignore[call-overload]
        found.append((letter.chance, float(next(hits))))  # type: ignore[call-overload]
    return found


def matches(read: str, text: str) -> list[bool]:
    """For each character of ``read`` whether a best alignment puts it on its like in ``text``."""
    cost = np.zeros((len(read) + 1, len(text) + 1), int)
    cost[:, 0], cost[0] = np.arange(len(read) + 1), np.arange(len(text) + 1)
    for i, a in enumerate(read, 1):
        for j, b in enumerate(text, 1):
            cost[i, j] = min(cost[i - 1, j] + 1, cost[i, j - 1] + 1, cost[i - 1, j - 1] + (a != b))
    hits = [False] * len(read)
    i, j = len(read), len(text)
    while i and j:
        if cost[i, j] == cost[i - 1, j - 1] + (read[i - 1] != text[j - 1]):
            i, j = i - 1, j - 1
            hits[i] = read[i] == text[j]
        elif cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
        else:
            j -= 1
    return hits


def main(data: Path, classifier_name: str, language: str = "english", *, keep: bool = False) -> None:
    """Tune for one classifier and write the result into the language model's card.

    keep: leave the weights as they are in the card, and fit the calibration anew. For another training of the same
    network: its rows differ by less than their error rate is uncertain.
    """
    classifier = Classifier(classifier_name)
    model = load_language(language)
    alphabet = alphabet_of(classifier)
    characters = "".join(name for name in classifier.classes if name) or string.ascii_uppercase
    reader = ContextReader(classifier, Decoder(alphabet))
    rows = validation_rows(list(Source(data, characters).pages(_PAGES, _SEED)), reader)
    tuned = int(_TUNED * len(rows))
    if keep:
        weights = Weights.from_card(model.settings.get("search", {}).get(classifier.name, {}))
    else:
        weights = tune(rows[:tuned], alphabet, model, Weights())
    search = decoder(alphabet, model, weights)
    letters, words = samples(rows, search)
    weights = replace(weights, letter_table=isotonic(*letters.T), word_table=isotonic(*words.T))
    plain = error_rate(rows[tuned:], Decoder(alphabet))
    errors = error_rate(rows[tuned:], search)
    legible = legible_error_rate(rows[tuned:], search)
    path = store.find(language).with_suffix(".json")
    card = json.loads(path.read_text("utf-8"))
    card.setdefault("search", {})[classifier.name] = {
        **asdict(weights),
        "validation": {
            "rows": len(rows),
            "character error rate": round(errors, 4),
            "legible rows": round(legible, 4),
            "without context": round(plain, 4),
        },
    }
    path.write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    print(
        f"{classifier.name}: {plain:.2%} without context, {errors:.2%} with it, on rows not tuned on",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], keep="--keep" in sys.argv[3:])
