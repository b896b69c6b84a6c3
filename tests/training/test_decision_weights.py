"""Learning to decide: weights, confidences, what is left to the letters reader, the whole on made-up writers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("fontTools")

from ocr.reading.beliefs import BELIEFS
from ocr.reading.decide import FEATURES, DecisionWeights
from ocr.reading.rows.reader import RowWeights
from ocr.training import decision_weights
from ocr.training.decision_fit import choose_certain, learn_beliefs, learn_features
from tests.reading.rows.tiny import tiny_model
from tests.training.row_material import write_material


def test_features_that_tell_right_from_wrong_are_found() -> None:
    rng = np.random.default_rng(0)
    rows, errors = [], []
    for _ in range(60):
        features = rng.normal(0, 3, (5, len(FEATURES)))
        quality = 0.2 * features[:, 0] + features[:, 1] - 0.5 * features[:, 4]
        rows.append(features)
        errors.append(np.argsort(np.argsort(-quality)).astype(float))
    weights = np.array(learn_features(rows, errors, DecisionWeights().features))
    chosen = [cost[int((row @ weights).argmax())] for row, cost in zip(rows, errors, strict=True)]
    assert np.mean(chosen) < 0.3  # of an error; by chance it is two
    assert weights[1] > weights[0] > 0 > weights[4] and abs(weights[5]) < 0.5 * weights[1]


def test_beliefs_are_calibrated() -> None:
    rng = np.random.default_rng(0)
    said = np.column_stack([np.ones(4000), rng.normal(0, 2, (4000, len(BELIEFS) - 1))])
    true = 1 / (1 + np.exp(-(0.5 + said[:, 1] - 0.3 * said[:, 3])))
    weights = np.array(learn_beliefs(said, (rng.random(4000) < true).astype(float)))
    assert np.abs(1 / (1 + np.exp(-said @ weights)) - true).mean() < 0.03
    certain = learn_beliefs(said, np.ones(4000))  # nothing was ever wrong
    assert np.isfinite(certain).all()


def test_rows_are_left_to_the_letters_reader_where_that_costs_nothing() -> None:
    sure = np.array([0.999, 0.99, 0.96, 0.9, 0.6, 0.3])
    decided = np.array([0, 0, 1.0, 1, 1, 1])
    assert choose_certain(sure, np.array([0, 0, 1.0, 1, 3, 9]), decided) == 0.7
    assert choose_certain(sure, decided + 1, decided) > 1
    assert choose_certain(sure, decided, decided) == 0.3


def test_everything_is_learned_and_kept_in_the_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(decision_weights, "TUNED", 3)
    model = tiny_model(tmp_path)
    rates = decision_weights.learn(write_material(tmp_path / "data"), model, "nist36-cnn", pages=2)
    assert rates["best proposal"] <= min(rates["letters"], rates["rows"], rates["all rows decided"])
    card = json.loads(model.with_suffix(".json").read_text())
    assert RowWeights.from_card(card["search"]).letter_table != RowWeights().letter_table
    weights = DecisionWeights.from_card(card["decisions"]["nist36-cnn"])
    assert len(weights.features) == len(FEATURES) and len(weights.beliefs) == len(BELIEFS)
    assert card["decisions"]["nist36-cnn"]["validation"]["rows"] > 0
    # Weights that decide as well as those learned again are kept.
    entry = card["decisions"]["nist36-cnn"]
    entry["features"] = [2 * weight for weight in entry["features"]]
    model.with_suffix(".json").write_text(json.dumps(card))
    decision_weights.learn(tmp_path / "data", model, "nist36-cnn", pages=2)
    card = json.loads(model.with_suffix(".json").read_text())
    assert card["decisions"]["nist36-cnn"]["features"] == entry["features"]
