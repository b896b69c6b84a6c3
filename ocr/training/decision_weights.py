"""Learn how the rows reader searches, how the two readers decide, and how sure they may be.

``python -m ocr.training.decision_weights DATA_FOLDER ROWS_MODEL LETTERS_MODEL``. Everything is learned on rows of
held-out writers (`ocr.training.decision_rows`) and written into the card of the rows model: the search's weights
under ``search``, those of the decision under ``decisions`` by the name of the letters' model. Half of the rows are not
learned from; the error rates that are printed and kept are theirs.

Source: D. A. Smith, J. Eisner, "Minimum risk annealing for training log-linear models", ACL 2006.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr.reading.classifier import Classifier
from ocr.reading.context_reader import ContextReader, context_reader
from ocr.reading.decide import DecidingReader, DecisionWeights, Proposals, beliefs, certainty
from ocr.reading.decoding.context import LanguageContext
from ocr.reading.decoding.language import load_language
from ocr.reading.decoding.lattice import Lattice
from ocr.reading.proposals import text_of
from ocr.reading.rows.ctc import ALPHABET
from ocr.reading.rows.evidence import RowEvidence
from ocr.reading.rows.network import RowNetwork
from ocr.reading.rows.reader import RowsReader, RowWeights
from ocr.scoring import levenshtein
from ocr.training.context_weights import isotonic, matches
from ocr.training.decision_rows import Rows

PAGES = 40
TUNED = 60  # rows on which the search's weights are set
_SEED = 11
_STEPS = {"language": 1.3, "case": 1.4, "letter": 0.5}
_LIMITS = (0.5, 0.7, 0.8, 0.87, 0.92, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 1.01)
_WORSE = 1.01  # error rate that leaving rows to the letters reader may cost, as a factor


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
        alphabet, language, language.settings.get("capitals"), weights.language, weights.case
    )
    return RowsReader(network, alphabet, [context], weights)


def tune(rows: Sequence[Sample], network: RowNetwork, weights: RowWeights) -> RowWeights:
    """Coordinate descent on the search's weights: a step up or down while that saves errors."""

    def cost(trial: RowWeights) -> float:
        reader = rows_reader(network, trial)
        return sum(row.errors(_first(reader.texts(row.evidence, 1))) for row in rows)

    best = cost(weights)
    for name, step in _STEPS.items():
        for direction in (1, -1):
            while True:
                value = getattr(weights, name)
                moved = value + direction * step if name == "letter" else value * step**direction
                trial = replace(weights, **{name: round(moved, 4)})
                errors = cost(trial)
                if errors >= best:
                    break
                best, weights = errors, trial
                _say(f"search: {best:.0f} errors with {name} {getattr(weights, name):.3g}")
    return weights


def _first(texts: Sequence[object]) -> str:
    return str(texts[0].text) if texts else ""  # type: ignore[attr-defined]


def learn_features(
    rows: Sequence[Proposals], errors: Sequence[NDArray[np.float64]], start: Sequence[float]
) -> tuple[float, ...]:
    """Weights of the features that make the expected number of errors least, by gradient descent.

    errors: for each row (K,), those of each of its proposals.
    """
    weights = np.array(start, np.float64)
    centred = [row.features - row.features.max(axis=0, keepdims=True) for row in rows]
    # Steps are in units of what a feature usually differs by between the proposals of a row.
    scale = np.sqrt(np.mean([np.minimum(x, 50).var(axis=0) for x in centred], axis=0)) + 1e-6
    momentum, speed = np.zeros_like(weights), np.zeros_like(weights)
    best, least = weights, np.inf
    for step in range(1, 401):
        gradient, risk = np.zeros_like(weights), 0.0
        for features, costs in zip(centred, errors, strict=True):
            scores = features @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            expected = float(chances @ costs)
            risk += expected
            gradient += features.T @ (chances * (costs - expected))
        if risk < least:
            best, least = weights.copy(), risk
        gradient = gradient / len(rows) / scale
        momentum = 0.9 * momentum + 0.1 * gradient
        speed = 0.99 * speed + 0.01 * gradient**2
        rate = 0.03 * (1 - step / 401)
        move = momentum / (1 - 0.9**step) / (np.sqrt(speed / (1 - 0.99**step)) + 1e-9)
        weights = weights - rate * move / scale
        weights[:2] = np.maximum(weights[:2], 0.02)  # neither reader's evidence ever speaks against a text
    return tuple(round(float(weight), 4) for weight in best)


def learn_beliefs(
    said: NDArray[np.float64], right: NDArray[np.float64], penalty: float = 1.0
) -> tuple[float, ...]:
    """Logistic regression by Newton's method. said: (N, B) features, right: (N,) 0 or 1."""
    weights = np.zeros(said.shape[1])
    for _ in range(30):
        chances = 1 / (1 + np.exp(-np.clip(said @ weights, -30, 30)))
        gradient = said.T @ (chances - right) + penalty * weights
        curve = (said.T * (chances * (1 - chances))) @ said + penalty * np.eye(len(weights))
        weights -= np.linalg.solve(curve, gradient)
    return tuple(round(float(weight), 4) for weight in weights)


def letter_samples(
    rows: Sequence[Sample], proposals: Sequence[Proposals], weights: DecisionWeights
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[tuple[slice, bool]]]:
    """((N, B) beliefs, (N,) whether right) of the letters decided on; for each word its letters, whether right."""
    said, right, words = [], [], []
    count = 0
    for row, proposed in zip(rows, proposals, strict=True):
        scores = proposed.features @ np.array(weights.features)
        best = int(scores.argmax())
        chosen = proposed.words[best]
        text, wanted = text_of(chosen), row.text
        if not row.cased:
            text, wanted = text.lower(), wanted.lower()
        hits = [hit for hit, character in zip(matches(text, wanted), text, strict=True) if character != " "]
        said.append(beliefs(proposed, scores, best))
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


def choose_certain(
    sure: NDArray[np.float64], by_letters: NDArray[np.float64], decided: NDArray[np.float64]
) -> float:
    """The lowest certainty above which rows may be left to the letters reader.

    sure: (N,) the letters reader's certainty of each row; by_letters, decided: (N,) errors of either way.
    """
    limit = _WORSE * decided.sum()
    for certain in _LIMITS:
        if np.where(sure >= certain, by_letters, decided).sum() <= limit:
            return certain
    return _LIMITS[-1]


def learn(data: Path, model: Path, classifier_name: str, pages: int = PAGES) -> dict[str, float]:
    """Learn everything for one pair of models and write it into the rows model's card.

    Returns character error rates of the letters reader, the rows reader, both, on rows that were not learned from.
    """
    letters = context_reader(Classifier(classifier_name))
    network = RowNetwork(model)
    weights = RowWeights.from_card(network.card.get("search", {}))
    rows = samples(data, letters, rows_reader(network, weights), pages)
    half = len(rows) // 2
    _say(f"{len(rows)} rows found on {pages} pages")
    weights = tune(rows[:TUNED], network, weights)
    weights = reading_tables(rows_reader(network, weights), rows[:half])
    reader = rows_reader(network, weights)
    decisions = DecisionWeights()
    deciding = DecidingReader(letters, reader, decisions)
    proposals = [deciding.propose(row.lattice, row.evidence) for row in rows]
    errors = [
        np.array([row.errors(text_of(words)) for words in proposed.words])
        for row, proposed in zip(rows, proposals, strict=True)
    ]
    features = learn_features(proposals[:half], errors[:half], decisions.features)
    decisions = replace(decisions, features=features)
    chosen = [int((proposed.features @ np.array(features)).argmax()) for proposed in proposals]
    decided = np.array([cost[best] for cost, best in zip(errors, chosen, strict=True)])
    alone = {
        name: np.array(
            [row.errors(text_of(getattr(each, name))) for row, each in zip(rows, proposals, strict=True)]
        )
        for name in ("letters", "rows")
    }
    sure = np.array([_certainty(letters, row.lattice) for row in rows])
    decisions = replace(
        decisions, certain=choose_certain(sure[:half], alone["letters"][:half], decided[:half])
    )
    said, right, words = letter_samples(rows, proposals, decisions)
    decisions = replace(decisions, beliefs=learn_beliefs(said, right))
    chances = 1 / (1 + np.exp(-said @ np.array(decisions.beliefs)))
    products = np.array([chances[letters_of].prod() for letters_of, _ in words])
    decisions = replace(
        decisions, word_table=isotonic(products, np.array([float(good) for _, good in words]))
    )
    left = sure >= decisions.certain
    length = sum(len(row.text) for row in rows[half:])
    rates = {
        "letters": alone["letters"][half:].sum() / length,
        "rows": alone["rows"][half:].sum() / length,
        "all rows decided": decided[half:].sum() / length,
        "decided": np.where(left, alone["letters"], decided)[half:].sum() / length,
        "best proposal": sum(float(cost.min()) for cost in errors[half:]) / length,
        "left to the letters reader": float(left[half:].mean()),
    }
    rates = {name: round(float(rate), 4) for name, rate in rates.items()}
    _write(model, weights, classifier_name, decisions, {"rows": len(rows), **rates})
    return rates


def _certainty(letters: ContextReader, lattice: Lattice) -> float:
    readings = letters.decoder.decode(lattice, 1)
    return certainty(readings[0]) if readings and readings[0].lawful else 0.0


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
    """Learn for each of ``classifiers`` in turn."""
    for name in classifiers:
        rates = learn(data, model, name)
        say(f"{name}: " + ", ".join(f"{key} {rate:.2%}" for key, rate in rates.items()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
