"""Fine-tuning to one hand: five letters of each class of a writer whom training never saw.

For each of ten writers the shipped classifier is measured on the rest of that hand's letters, fine-tuned
on five of each class (drawn anew in each epoch), and measured again.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch

from benchmarks.experiments.common import markdown, percent
from ocr.training import metrics, start
from ocr.training.datasets import Samples
from ocr.training.formats.unipen import artist
from ocr.training.lessons import Lessons, Plan, predict
from ocr.training.recipes import NIST36
from ocr.training.strokes import read_unipen, validation_glyphs

FEW = 5
WRITERS = 10
LEAST_TEST = 40
PLAN = Plan(epochs=20, batch=16, rate=2e-4, optimiser="adamw", schedule="cosine")


class _Nobody:
    def batch(self, epoch: int, done: int, batches: int, loss: float, accuracy: float) -> None:
        return None

    def epoch(self, epoch: object, best: bool) -> None:
        return None


def table(chars: Path, kept: Path, model: str = "nist36-cnn") -> str:
    """Measure, unless ``kept`` has it, and return the table."""
    path = kept / f"one-hand-{model}.json"
    if not path.exists():
        kept.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(measure(chars, model), indent=1) + "\n")
    rows = json.loads(path.read_text())
    tested = sum(row["letters"] for row in rows)
    means = [sum(row[key] * row["letters"] for row in rows) / tested for key in ("before", "after")]
    lines = [
        (
            row["writer"],
            str(row["classes"]),
            str(row["letters"]),
            percent(row["before"]),
            percent(row["after"]),
        )
        for row in rows
    ]
    lines.append(("all", "", str(tested), *map(percent, means)))
    return markdown(("writer", "classes", "letters tested", "wrong before", "wrong after"), lines)


def measure(chars: Path, model: str, seed: int = 0) -> list[dict[str, object]]:
    """One row for each writer: the share wrong before and after."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    strokes = read_unipen(chars)
    draw = artist(strokes)
    usable = validation_glyphs(strokes.writers) & np.isin(strokes.labels, NIST36)
    rows: list[dict[str, object]] = []
    for writer in rng.permutation(np.unique(strokes.writers[usable])):
        learned, tested, classes = _part(
            strokes.labels, np.flatnonzero(usable & (strokes.writers == writer)), rng
        )
        if len(tested) < LEAST_TEST or classes < 5:
            continue
        begun = start.from_model(model)
        labels = {name: index for index, name in enumerate(begun.classes)}
        sets = [_samples(draw, glyphs, strokes, labels, begun.classes) for glyphs in (learned, tested)]
        device = torch.device("cpu")
        wrong = [1 - metrics.accuracy(predict(begun.network, sets[1].images, device), sets[1].labels)]
        # There is nothing to choose an epoch by but the letters learned from: the last one is taken.
        lessons = Lessons(begun.network, sets[0], sets[0], PLAN, device)
        lessons.run(_Nobody())
        lessons.network.load_state_dict(lessons.last)
        wrong.append(1 - metrics.accuracy(predict(begun.network, sets[1].images, device), sets[1].labels))
        rows.append(
            {
                "writer": str(writer),
                "classes": classes,
                "letters": len(tested),
                "before": wrong[0],
                "after": wrong[1],
            }
        )
        print(rows[-1], file=sys.stderr, flush=True)
        if len(rows) == WRITERS:
            break
    return rows


def _part(
    labels: np.ndarray, glyphs: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, int]:
    """Five letters of each class that has more, and up to forty others of these classes."""
    learned, tested = [], []
    for name in np.unique(labels[glyphs]):
        members = rng.permutation(glyphs[labels[glyphs] == name])
        if len(members) > FEW:
            learned.append(members[:FEW])
            tested.append(members[FEW : FEW + 40])
    if not learned:
        return np.empty(0, int), np.empty(0, int), 0
    return np.concatenate(learned), np.concatenate(tested), len(learned)


def _samples(draw, glyphs, strokes, labels, classes) -> Samples:  # type: ignore[no-untyped-def]
    images = draw(glyphs, np.random.default_rng(1))
    return Samples(
        images,
        np.array([labels[name] for name in strokes.labels[glyphs].tolist()], np.int64),
        classes,
        strokes.writers[glyphs],
        "one hand",
        strokes.checksum,
        lambda rows, rng: draw(glyphs[rows], rng),
    )
