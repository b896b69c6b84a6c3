"""Learn how the rows reader searches, how the two readers decide, and how sure they may be.

``python -m ocr.training.decision_weights DATA_FOLDER ROWS_MODEL LETTERS_MODEL``. Everything is learned on rows of
held-out writers (`ocr.training.decision_rows`) and written into the card of the rows model: the search's weights
under ``search``, those of the decision under ``decisions`` by the name of the letters' model.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr.reading.beliefs import beliefs
from ocr.reading.classifier import Classifier
from ocr.reading.context_reader import ContextReader, context_reader
from ocr.reading.decide import DecidingReader, DecisionWeights, certainty
from ocr.reading.decoding.context import LanguageContext
from ocr.reading.decoding.language import load_language
from ocr.reading.decoding.lattice import Lattice
from ocr.reading.proposals import Proposals, text_of
from ocr.reading.rows.ctc import ALPHABET
from ocr.reading.rows.evidence import RowEvidence
from ocr.reading.rows.network import RowNetwork
from ocr.reading.rows.reader import RowsReader, RowWeights
from ocr.scoring import levenshtein
from ocr.training.context_weights import isotonic, matches
from ocr.training.decision_fit import choose_certain, learn_beliefs, learn_features
from ocr.training.decision_rows import Rows

PAGES = 100
TUNED = 160  # rows on which the search's weights are set
_SEED = 11
_STEPS = {"anything": 2.0, "language": 1.3, "case": 1.4}
_NATS = 2.5  # what the character model takes for a letter of ordinary text, which the search gives back
# A step is taken, and weights that the card has are replaced, if no more than this part of the errors is left: less may
# be chance.
_SAVED = 0.97


@dataclass(frozen=True)
class Sample:
    """A row that was found: what is written, and what both readers know of it."""

    text: str
    cased: bool
    lattice: Lattice
    evidence: RowEvidence

    def errors(self, text: str) -> float:
        """Errors in a reading: half of them those that remain when case is left alone."""
        folded = levenshtein(text.lower(), self.text.lower())
        return folded if not self.cased else 0.5 * (folded + levenshtein(text, self.text))


def samples(data: Path, letters: ContextReader, rows: RowsReader, pages: int) -> list[Sample]:
    """All rows of drawn validation pages, seen by both readers."""
    found: list[Sample] = []
    for page in Rows(data, "".join(letters.alphabet)).found(pages, _SEED):
        if not page:
            continue
        ink, boxes, lines = page[0].ink, page[0].letters, [row.row for row in page]
        lattices = letters.lattices(ink, boxes, lines)
        evidence = rows.evidence(ink, boxes, lines)
        found += [
            Sample(row.text, row.cased, lattice, seen)
            for row, lattice, seen in zip(page, lattices, evidence, strict=True)
        ]
    return found


def rows_reader(network: RowNetwork, weights: RowWeights) -> RowsReader:
    """A reader of all of ASCII in English with these weights."""
    alphabet = ALPHABET[1:]
    language = load_language()
    context = LanguageContext(
        alphabet,
        language,
        language.settings.get("capitals"),
        weights.language,
        weights.case,
        anything=weights.anything,
    )
    return RowsReader(network, alphabet, [context], weights)


def tune(rows: Sequence[Sample], network: RowNetwork, weights: RowWeights) -> RowWeights:
    """Coordinate descent on the search's weights: a step up or down while that saves errors enough."""

    def cost(trial: RowWeights) -> float:
        reader = rows_reader(network, trial)
        return sum(row.errors(_first(reader.texts(row.evidence, 1))) for row in rows)

    best = cost(weights)
    for name, step in _STEPS.items():
        for direction in (1, -1):
            while True:
                moved = round(getattr(weights, name) * step**direction, 4)
                trial = replace(weights, **{name: moved})
                trial = replace(trial, letter=round(_NATS * trial.language, 4))
                errors = cost(trial)
                if errors > _SAVED * best:
                    break
                best, weights = errors, trial
                _say(f"search: {best:.0f} errors with {name} {moved:.3g}")
    return weights


def _first(texts: Sequence[object]) -> str:
    return str(texts[0].text) if texts else ""  # type: ignore[attr-defined]


def letter_samples(
    rows: Sequence[Sample],
    proposals: Sequence[Proposals],
    weights: DecisionWeights,
    deciding: DecidingReader,
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[tuple[slice, bool]]]:
    """((N, B) beliefs, (N,) whether right) of the letters decided on; for each word its letters, whether right."""
    said, right, words = [], [], []
    count = 0
    for row, proposed in zip(rows, proposals, strict=True):
        scores = proposed.features @ np.array(weights.features)
        best = int(scores.argmax())
        chosen = deciding.words(proposed, best)
        text, wanted = text_of(chosen), row.text
        if not row.cased:
            text, wanted = text.lower(), wanted.lower()
        hits = [hit for hit, character in zip(matches(text, wanted), text, strict=True) if character != " "]
        said.append(beliefs(proposed, chosen, scores))
        right += hits
        for word in chosen:
            end = count + len(word.letters)
            words.append(
                (slice(count, end), (word.text if row.cased else word.text.lower()) in wanted.split())
            )
            count = end
    return np.concatenate(said), np.array(right, np.float64), words


def reading_tables(reader: RowsReader, rows: Sequence[Sample]) -> RowWeights:
    """The rows reader's weights with its confidences calibrated."""
    letters: list[tuple[float, float]] = []
    words: list[tuple[float, float]] = []
    for row in rows:
        for reading in reader.read_row(row.evidence, reader.texts(row.evidence, 4), 1):
            text, wanted = reading.text, row.text
            if not row.cased:
                text, wanted = text.lower(), wanted.lower()
            hits = [hit for hit, c in zip(matches(text, wanted), text, strict=True) if c != " "]
            letters += [
                (letter.chance, float(hit)) for letter, hit in zip(reading.letters, hits, strict=True)
            ]
            for word in reading.words():
                spelled = "".join(letter.text for letter in word)
                spelled = spelled if row.cased else spelled.lower()
                words.append(
                    (float(np.prod([letter.chance for letter in word])), float(spelled in wanted.split()))
                )
    return replace(
        reader.weights,
        letter_table=isotonic(*np.array(letters).T),
        word_table=isotonic(*np.array(words).T),
    )


def learn(
    data: Path, model: Path, classifier_name: str, pages: int = PAGES, *, search: bool = True
) -> dict[str, float]:
    """Learn everything for one pair of models and write it into the rows model's card.

    search: whether to set the weights of the rows reader's search too, or leave them as the card has them.
    Returns character error rates of the letters reader, the rows reader, both; where both decide, each half of the
    rows is decided by what was learned on the other. Weights of the decision that the card has stay if those learned
    save few errors or none.
    """
    letters = context_reader(Classifier(classifier_name))
    network = RowNetwork(model)
    weights = RowWeights.from_card(network.card.get("search", {}))
    rows = samples(data, letters, rows_reader(network, weights), pages)
    _say(f"{len(rows)} rows found on {pages} pages")
    if search:
        weights = tune(rows[:TUNED], network, weights)
        weights = reading_tables(rows_reader(network, weights), rows)
    reader = rows_reader(network, weights)
    deciding = DecidingReader(letters, reader)
    found = [letters.decoder.decode(row.lattice, 4) for row in rows]
    proposals = [
        deciding.propose(row.lattice, readings, row.evidence)
        for row, readings in zip(rows, found, strict=True)
    ]
    errors = [
        np.array([row.errors(text) for text in proposed.texts])
        for row, proposed in zip(rows, proposals, strict=True)
    ]
    sure = np.array(
        [
            certainty(readings, row.lattice, letters.decoder.weights)
            for readings, row in zip(found, rows, strict=True)
        ]
    )
    by_letters, by_rows = (
        np.array(
            [row.errors(text_of(getattr(each, name))) for row, each in zip(rows, proposals, strict=True)]
        )
        for name in ("letters", "rows")
    )
    features = [proposed.features for proposed in proposals]
    start, space = DecisionWeights().features, letters.decoder.weights.space
    decisions = replace(DecisionWeights(), features=learn_features(features, errors, start, space))
    decided = _errors(features, errors, decisions.features)
    crossed = np.empty(len(rows))
    for part in (0, 1):
        learned = learn_features(features[part::2], errors[part::2], start, space)
        crossed[1 - part :: 2] = _errors(features[1 - part :: 2], errors[1 - part :: 2], learned)
    known = network.card.get("decisions", {}).get(Path(classifier_name).stem)
    if known is not None:
        before = DecisionWeights.from_card(known).features
        as_before = _errors(features, errors, before)
        if crossed.sum() > _SAVED * as_before.sum():
            _say(
                f"the weights of the card are kept: {as_before.sum():.0f} errors, {crossed.sum():.0f} with new ones"
            )
            decisions, decided, crossed = replace(decisions, features=before), as_before, as_before
    decisions = replace(decisions, certain=choose_certain(sure, by_letters, decided))
    decisions = _with_confidences(decisions, deciding, rows, proposals)
    left = sure >= decisions.certain
    length = sum(len(row.text) for row in rows)
    rates = {
        "letters": by_letters.sum() / length,
        "rows": by_rows.sum() / length,
        "all rows decided": crossed.sum() / length,
        "decided": np.where(left, by_letters, crossed).sum() / length,
        "best proposal": sum(float(cost.min()) for cost in errors) / length,
        "left to the letters reader": float(left.mean()),
    }
    rates = {name: round(float(rate), 4) for name, rate in rates.items()}
    _write(model, reader.weights, classifier_name, decisions, {"rows": len(rows), "error rates": rates})
    return rates


def _errors(
    features: Sequence[NDArray[np.float64]],
    errors: Sequence[NDArray[np.float64]],
    weights: Sequence[float],
) -> NDArray[np.float64]:
    """(N,) errors of the proposals that the weights choose."""
    return np.array(
        [cost[int((row @ np.array(weights)).argmax())] for row, cost in zip(features, errors, strict=True)]
    )


def _with_confidences(
    decisions: DecisionWeights,
    deciding: DecidingReader,
    rows: Sequence[Sample],
    proposals: Sequence[Proposals],
) -> DecisionWeights:
    """The same, its confidences learned."""
    said, right, words = letter_samples(rows, proposals, decisions, deciding)
    decisions = replace(decisions, beliefs=learn_beliefs(said, right))
    chances = 1 / (1 + np.exp(-said @ np.array(decisions.beliefs)))
    products = np.array([chances[letters].prod() for letters, _ in words])
    table = isotonic(products, np.array([float(good) for _, good in words]))
    return replace(decisions, word_table=table)


def _write(
    model: Path, weights: RowWeights, classifier_name: str, decisions: DecisionWeights, validation: object
) -> None:
    path = model.with_suffix(".json")
    card = json.loads(path.read_text("utf-8"))
    card["search"] = asdict(weights)
    entry = {**asdict(decisions), "validation": validation}
    card.setdefault("decisions", {})[Path(classifier_name).stem] = entry
    path.write_text(json.dumps(card, indent=2) + "\n", "utf-8")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(data: Path, model: Path, classifiers: Sequence[str], say: Callable[[str], None] = _say) -> None:
    """Learn for each of ``classifiers`` in turn; the search's weights are set with the first and serve them all."""
    for number, name in enumerate(classifiers):
        rates = learn(data, model, name, search=number == 0)
        say(f"{name}: " + ", ".join(f"{key} {rate:.2%}" for key, rate in rates.items()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
