"""A grid of training runs: each kept as it finishes, compared in one table and one report."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ocr.errors import DataError
from ocr.training.lessons import Watcher
from ocr.training.report import figures
from ocr.training.report.html import Document, Picture, percent
from ocr.training.study import Question, answer, gather

Run = dict[str, Any]


def combinations(grid: Sequence[tuple[str, Sequence[Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """Every combination of the values, named like ``rate=0.1 batch=16``."""
    names = [name for name, _ in grid]
    return [
        (
            " ".join(f"{name}={_short(value)}" for name, value in zip(names, values, strict=True)),
            dict(zip(names, values, strict=True)),
        )
        for values in itertools.product(*(values for _, values in grid))
    ]


def run(
    questions: Sequence[tuple[str, Question]],
    folder: Path,
    progress: Callable[[str, int], Watcher],
    say: Callable[[str], None],
) -> list[Run]:
    """Do what is not done yet and return all runs, each also in ``folder`` as JSON; Ctrl-C keeps them."""
    folder.mkdir(parents=True, exist_ok=True)
    runs, gathered = [], {}
    for number, (name, question) in enumerate(questions, 1):
        # The data of all runs is read once; only the limit's and the split's seed can tell them apart.
        key = question.plan.seed
        if key not in gathered:
            gathered[key] = gather(question)
        sets = gathered[key]
        path = folder / f"{_fingerprint(question, sets.train.checksum)}.json"
        if path.exists():
            say(f"{number}/{len(questions)} {name}: done before")
            runs.append(_read(path))
            continue
        say(f"{number}/{len(questions)} {name}")
        found = answer(question, sets, progress(name, question.plan.epochs), say)
        if found.outcome.ended == "interrupted":
            raise KeyboardInterrupt  # half a run would be compared with whole ones
        runs.append(
            {
                "name": name,
                "network": found.begun.arch,
                "plan": asdict(question.plan),
                "options": found.begun.options,
                "weights": sum(weight.numel() for weight in found.begun.network.parameters()),
                "history": [asdict(epoch) for epoch in found.outcome.history],
                "best_epoch": found.outcome.best,
                "accuracy": found.assessment.accuracy,
                "top2": found.assessment.top2,
                "macro_f1": found.assessment.macro_f1,
                "ece": found.assessment.ece,
                "tested_on": found.tested.name,
                "seconds": found.seconds,
                "data": sets.sources,
            }
        )
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(runs[-1], indent=1) + "\n", encoding="utf-8")
        partial.replace(path)
    return runs


def rows(runs: Sequence[Run]) -> list[list[str]]:
    """One row for each run, in the order of `COLUMNS`."""
    lines = []
    for one in runs:
        best, last = one["history"][one["best_epoch"] - 1], one["history"][-1]
        lines.append(
            [
                one["name"],
                percent(best["valid_accuracy"]),
                percent(best["train_accuracy"]),
                percent(last["valid_accuracy"]),
                percent(one["accuracy"]),
                f"{one['macro_f1']:.3f}",
                f"{one['best_epoch']}/{len(one['history'])}",
                f"{one['seconds']:.1f} s",
            ]
        )
    return lines


COLUMNS = ("run", "best valid.", "training then", "last valid.", "test", "mean F1", "epoch", "time")


def table(runs: Sequence[Run]) -> str:
    """The comparison as text."""
    lines = [list(COLUMNS), *rows(runs)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ).replace("\N{NO-BREAK SPACE}", " ")


def report(runs: Sequence[Run], folder: Path) -> Path:
    """Write ``report.html`` with the table and the curves over each other; its path."""
    best = max(runs, key=lambda one: one["history"][one["best_epoch"] - 1]["valid_accuracy"])
    page = Document(
        f"{len(runs)} runs compared",
        f"Data: {runs[0]['data'][0]['name']}. Test figures are on {runs[0]['tested_on']}.",
    )
    page.facts(
        [
            (best["name"], "best on validation"),
            (percent(best["accuracy"]), "of its test read right"),
            (f"{sum(one['seconds'] for one in runs):.0f} s", "training in all"),
        ]
    )
    page.section(
        "Curves", "All runs over each other: validation decides, training shows who learns by heart."
    )
    longest = max(len(one["history"]) for one in runs)
    panels = {
        title: {
            one["name"]: [epoch[key] for epoch in one["history"]] + [np.nan] * (longest - len(one["history"]))
            for one in runs
        }
        for title, key in (("Validation loss", "valid_loss"), ("Validation accuracy", "valid_accuracy"))
    }
    page.pictures(
        Picture.of(figures.curves(panels), "validation", "Validation loss and accuracy of all runs")
    )
    training = {
        title: {one["name"]: [epoch[key] for epoch in one["history"]] for one in runs}
        for title, key in (("Training loss", "train_loss"), ("Training accuracy", "train_accuracy"))
    }
    page.pictures(Picture.of(figures.curves(training), "training", "Training loss and accuracy of all runs"))
    page.section("Table")
    page.table(COLUMNS, rows(runs))
    page.section("Settings and data")
    page.settings(
        {
            name: value
            for name, value in runs[0]["plan"].items()
            if all(one["plan"][name] == value for one in runs)
        }
    )
    page.table(
        ["data", "use", "pictures", "SHA-256"],
        [
            [source["name"], source["use"], f"{source['samples']:,}", source["sha256"][:16]]
            for source in runs[0]["data"]
        ],
    )
    return page.write(folder, {"runs": list(runs)})


def _fingerprint(question: Question, data: str) -> str:
    """The same question about the same data has the same name."""
    asked = asdict(question) | {"data": data, "characters": sorted(question.characters or ())}
    return hashlib.sha256(json.dumps(asked, default=str, sort_keys=True).encode()).hexdigest()[:16]


def _read(path: Path) -> Run:
    try:
        found: Run = json.loads(path.read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a run of a sweep ({error}); delete it to run it again") from error


def _short(value: Any) -> str:
    if isinstance(value, Path):
        return value.stem
    return (
        f"{value:g}"
        if isinstance(value, float)
        else "none"
        if value is None
        else str(value).replace(",", "+")
    )
