"""What context does to words, by kind of word: clear ones that it changes, doubtful ones that it mends.

``python -m ocr.training.context_effect DATA_FOLDER CLASSIFIER``. Rows in the letters of held-out writers are read
with the classifier alone (the same candidates, every text as likely as any other) and in context. A word is clear
when it is read right alone and each of its letters with more than `_CLEAR` of the probability. Characters that look
alike (case, 0 and o, 1, l and i) count as one here: without context nobody can tell them apart.
"""

from __future__ import annotations

import string
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.random import Generator

from ocr.reading.classifier import Classifier
from ocr.reading.context_reader import ContextReader, alphabet_of
from ocr.reading.decoding.language import load_language
from ocr.reading.decoding.words import Decoder, Weights
from ocr.scoring import levenshtein
from ocr.training.context_rows import ROWS, Source, draw_page
from ocr.training.context_weights import ValidationRow, decoder, validation_rows
from ocr.training.row_code import identifier
from ocr.training.row_texts import Texts

_PAGES = 6  # of each kind
_SEED = 99
_CLEAR = 0.5
_LONGEST = 30
_ALIKE = str.maketrans("0iI|1!", "olllll")


def kinds(texts: Texts) -> Mapping[str, Callable[[Generator], str]]:
    """For each kind of words what makes a row of them."""

    def of(characters: str, shortest: int, longest: int) -> Callable[[Generator], str]:
        def row(rng: Generator) -> str:
            sizes = rng.integers(shortest, longest + 1, int(rng.integers(1, 4)))
            return " ".join("".join(rng.choice(list(characters), size).tolist()) for size in sizes)

        return row

    def either_case(text: str, rng: Generator) -> str:
        return text.upper() if rng.random() < 0.5 else text

    def names(rng: Generator) -> str:
        picked = texts.names[rng.integers(0, len(texts.names), rng.integers(1, 4))]
        return either_case(" ".join(picked.tolist()), rng)

    def identifiers(rng: Generator) -> str:
        while True:
            text = identifier(texts, rng)
            if "_" in text or not text.islower():
                return text

    return {
        "acronyms": of(string.ascii_uppercase, 2, 5),
        "codes": of(string.ascii_uppercase + 2 * string.digits, 3, 8),
        "numbers": of(string.digits, 3, 10),
        "names": names,
        "identifiers": identifiers,
        "words": lambda rng: either_case(" ".join(texts.words_of(rng, int(rng.integers(1, 5)))), rng),
        "prose": lambda rng: either_case(texts.sentence(rng, 18), rng),
    }


@dataclass(frozen=True)
class Effect:
    """What was written: ``clear`` of ``words`` are. changed: of the clear ones, mended: of those read wrong alone.

    alone, together: character error rates with the classifier alone and in context, case ignored.
    """

    words: int
    clear: int
    changed: int
    mended: int
    alone: float
    together: float


def effect(rows: list[ValidationRow], alone: Decoder, search: Decoder) -> Effect:
    """Count over ``rows`` what ``search`` reads otherwise than ``alone``."""
    words = clear = changed = mended = length = 0
    errors = [0, 0]
    for row in rows:
        read = [[r for lattice in row.lattices for r in by.decode(lattice)[:1]] for by in (alone, search)]
        texts = [" ".join(reading.text for reading in readings) for readings in read]
        for which, text in enumerate(texts):
            errors[which] += levenshtein(text.lower(), row.text.lower())
        length += len(row.text)
        plain, sure = set(_alike(texts[0])), set()
        for reading in read[0]:
            for letters in reading.words():
                if min(letter.chance for letter in letters) > _CLEAR:
                    sure.update(_alike("".join(letter.text for letter in letters)))
        decided = set(_alike(texts[1]))
        for word in _alike(row.text):
            words += 1
            clear += word in sure
            changed += word in sure and word not in decided
            mended += word not in plain and word in decided
    return Effect(words, clear, changed, mended, errors[0] / length, errors[1] / length)


def _alike(text: str) -> list[str]:
    return [word.lower().translate(_ALIKE) for word in text.split()]


def main(data: Path, classifier_name: str) -> None:
    """Print a line for each kind."""
    classifier, model = Classifier(classifier_name), load_language()
    alphabet = alphabet_of(classifier)
    weights = Weights.from_card(model.settings.get("search", {}).get(classifier.name, {}))
    alone = Decoder(alphabet, weights=replace(weights, letter=0.0, sharpness=1.0))
    reader = ContextReader(classifier, Decoder(alphabet))
    source = Source(data, "".join(classifier.classes))
    print("| | words | clear | changed | mended | errors alone | in context |\n|---|---|---|---|---|---|---|")
    for kind, say in kinds(source.texts).items():
        rng = np.random.default_rng(_SEED)

        def text(rng: Generator, say: Callable[[Generator], str] = say) -> str:
            while len(made := say(rng)) > _LONGEST:
                pass
            return made

        pages = [draw_page(list(islice(source.rows(rng, text), ROWS)), rng) for _ in range(_PAGES)]
        found = effect(validation_rows(pages, reader), alone, decoder(alphabet, model, weights))
        print(
            f"| {kind} | {found.words} | {found.clear} | {found.changed} | {found.mended} "
            f"| {found.alone:.1%} | {found.together:.1%} |"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
