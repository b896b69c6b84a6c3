"""Letters that people wrote and nobody drew judge a model; what they say goes into its card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ocr import store
from ocr.errors import DataError, OutputError
from ocr.reading.classifier import Classifier
from ocr.training import metrics
from ocr.training.formats import load
from ocr.training.formats.pictures import Geometry

GEOMETRIES: tuple[tuple[Geometry, str], ...] = (
    ("kept", "as stored"),
    ("letters", "through ocr.reading.crops.normalise"),
)


def measure(model: Path, letters: Path) -> list[dict[str, Any]]:
    """How well ``model`` reads the labelled pictures at ``letters``, as entries for its card.

    Each figure is taken twice, of the pictures as they are stored and as reading would crop them, and says
    so. All classes of the model compete; where the set has fewer, the accuracy among those is given as well.
    The first of test, validation and training that is there is read. DataError where the model knows none of
    the letters.
    """
    classifier = Classifier(model)
    entries = []
    for geometry, how in GEOMETRIES:
        splits = load(letters, geometry)
        part = next(name for name in ("test", "valid", "train") if name in splits)
        samples = splits[part].with_classes(classifier.classes)
        if len(samples) == 0:
            raise DataError(f"{letters}: {classifier.name} knows none of its classes")
        own = "".join(name for name, count in zip(samples.classes, samples.counts(), strict=True) if count)
        test_set = f"{samples.name}, {part} part, {len(samples)} letters of {len(own)} classes, {how}"
        probabilities = classifier.probabilities(samples.images)
        figures = {
            f"accuracy among {len(classifier.classes)}": metrics.accuracy(probabilities, samples.labels),
            "expected calibration error": metrics.expected_calibration_error(probabilities, samples.labels),
        }
        if len(own) < len(classifier.classes):
            among = classifier.probabilities(samples.images, charset=own)
            figures[f"accuracy among {len(own)}"] = metrics.accuracy(among, samples.labels)
        entries += [
            {"name": name, "test_set": test_set, "value": round(value, 4)} for name, value in figures.items()
        ]
    return entries


def note(model: Path, entries: list[dict[str, Any]]) -> None:
    """Put ``entries`` among the metrics of the card of ``model``, in place of older ones on the same set.

    OutputError where the card cannot be written.
    """
    found = store.load(model)
    card_path = found.path.with_suffix(".json")
    sets = {entry["test_set"] for entry in entries}
    kept = [entry for entry in found.card.get("metrics", []) if entry["test_set"] not in sets]
    card = {**found.card, "metrics": [*kept, *entries]}
    partial = card_path.with_suffix(".partial")
    try:
        partial.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        partial.replace(card_path)
    except OSError as error:
        raise OutputError(f"{card_path}: cannot be written: {error.strerror}") from error
