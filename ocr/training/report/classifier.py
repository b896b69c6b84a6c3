"""The report of one training run or evaluation of a classifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.training.report import figures
from ocr.training.report.assessment import WANTED, Assessment
from ocr.training.report.html import Document, Picture, Raw, bar, percent

EXAMPLES = 9  # crops shown for each confused pair
_ENLARGED = 2


@dataclass(frozen=True)
class Results:
    """Everything that a report tells.

    assessment: on the set ``tested_on``; images: that set's pictures, (N, 32, 32) or (N, 32, 32, 3) float32
    history:    one mapping an epoch with train_loss, train_accuracy, valid_loss, valid_accuracy; empty when
                nothing was trained; ``best`` counts from 1
    before, after: first-layer weights (units, height, width) or (units, height, width, 3), or None
    speed:      pictures a second through the network alone, with ``speed_note`` on how it was measured
    """

    title: str
    tested_on: str
    assessment: Assessment
    images: NDArray[np.float32]
    history: Sequence[Mapping[str, float]] = ()
    best: int | None = None
    before: NDArray[np.float32] | None = None
    after: NDArray[np.float32] | None = None
    speed: float | None = None
    speed_note: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    data: Sequence[Mapping[str, Any]] = ()


def write_report(folder: Path, results: Results) -> Path:
    """Write ``report.html``, ``report.json`` and the PNGs into ``folder``; the path of the page."""
    found = results.assessment
    page = Document(
        results.title,
        f"Measured on {results.tested_on}: {len(found.labels):,} pictures of {len(found.classes)} classes.",
    )
    _headline(page, results)
    if results.history:
        _learning(page, results)
    _mistakes(page, results)
    _certainty(page, found)
    if results.after is not None:
        page.section(
            "First layer",
            "What each unit of the first layer looks for: blue is wanted ink, red is "
            "unwanted. Structure shows what was learned; noise that is left, what was not needed.",
        )
        page.pictures(
            Picture.of(
                figures.first_layer(results.before, results.after),
                "first-layer",
                "First-layer weights as tiles before and after training",
            )
        )
    _classes(page, found)
    _provenance(page, results)
    return page.write(
        folder,
        {
            "title": results.title,
            "tested_on": results.tested_on,
            **found.to_dict(),
            "history": [dict(epoch) for epoch in results.history],
            "best_epoch": results.best,
            "pictures_per_second": results.speed,
            "settings": dict(results.settings),
            "data": [dict(source) for source in results.data],
        },
    )


def _headline(page: Document, results: Results) -> None:
    found = results.assessment
    share = found.reject_for()
    facts = [
        (percent(found.accuracy), "read right"),
        (percent(found.top2), "right within the best two"),
        (f"{found.macro_f1:.3f}", "mean F1 of the classes"),
        (percent(found.ece), "calibration error (ECE)"),
        ("–" if share is None else percent(share), f"to reject for {100 * WANTED:.0f} % on the rest"),
    ]
    if results.speed:
        facts.append((f"{results.speed:,.0f}", "pictures a second"))
    page.facts(facts)


def _learning(page: Document, results: Results) -> None:
    history = results.history
    page.section(
        "Learning",
        "Training and validation drawn together: where they part, the network learns "
        "by heart; where both still improve at the end, training stopped too soon.",
    )
    panels = {
        title: {
            name: [float(epoch.get(f"{key}_{what}", np.nan)) for epoch in history]
            for name, key in (("training", "train"), ("validation", "valid"))
        }
        for title, what in (("Loss", "loss"), ("Accuracy", "accuracy"))
    }
    page.pictures(Picture.of(figures.curves(panels, results.best), "learning", "Loss and accuracy by epoch"))


def _mistakes(page: Document, results: Results) -> None:
    found = results.assessment
    page.section(
        "Mistakes",
        "Each row is a class as written, each column what it was read as; the deeper "
        "the red, the larger the share of that row. The diagonal, what was right, is left pale.",
    )
    matrix = figures.confusion(found.confusion, found.classes)
    page.pictures(Picture.of(matrix, "confusion", "Confusion matrix"))
    pairs = found.worst_pairs()
    if not pairs:
        page.paragraph("Nothing was read wrong.")
        return
    page.paragraph("The pairs that cost most, with the mistakes the network was surest of.")
    written = found.confusion.sum(1)
    rows = [
        [
            f"{_name(found.classes[pair.written])} read as {_name(found.classes[pair.read])}",
            str(len(pair.members)),
            percent(len(pair.members) / written[pair.written]),
            Raw(_strip(results.images, pair.members).html),
        ]
        for pair in pairs
    ]
    page.table(["pair", "letters", "of its class", "examples"], rows, "pairs")


def _certainty(page: Document, found: Assessment) -> None:
    page.section(
        "Certainty",
        "Left: of the readings with a given confidence, how many are right; on the "
        "dashed line the confidence can be taken at its word. Right: what is gained by handing the "
        "least sure readings to a person.",
    )
    shares, accuracy = found.rejection
    page.pictures(
        Picture.of(
            figures.reliability(found.confidence, found.right),
            "reliability",
            "Reliability curve",
            f"Expected calibration error {percent(found.ece, 2)}. Large dots hold many readings.",
        ),
        Picture.of(
            figures.rejection(shares, accuracy, WANTED, found.reject_for()),
            "rejection",
            "Accuracy against the share rejected",
        ),
    )


def _classes(page: Document, found: Assessment) -> None:
    page.section("Classes")
    rows = [
        [
            _name(row["class"]),
            percent(row["precision"]),
            percent(row["recall"]),
            bar(row["f1"]),
            str(row["support"]),
        ]
        for row in found.per_class
    ]
    page.table(
        ["class", "precision", "recall", "F1", "support"], rows, "classes", sheets=1 if len(rows) <= 12 else 2
    )


def _provenance(page: Document, results: Results) -> None:
    page.section("Settings and data", "Enough to run it again and to know that the data was the same.")
    settings = dict(results.settings)
    if results.speed:
        settings["throughput"] = f"{results.speed:,.0f} pictures a second ({results.speed_note})"
    page.settings(settings)
    if results.data:
        page.table(
            ["data", "use", "pictures", "SHA-256"],
            [
                [
                    str(source["name"]),
                    str(source.get("use", "")),
                    f"{source.get('samples', 0):,}",
                    str(source["sha256"])[:16],
                ]
                for source in results.data
            ],
        )


def _strip(images: NDArray[np.float32], members: NDArray[np.int64]) -> Picture:
    """A row of crops, dark on white, twice their size on screen and four times in pixels."""
    chosen = images[members[:EXAMPLES]]
    pixels = np.clip(chosen if chosen.ndim == 4 else 1 - chosen, 0, 1)
    pixels = np.pad(pixels, ((0, 0), (0, 0), (0, 3)) + ((0, 0),) * (chosen.ndim - 3), constant_values=1)
    row = np.concatenate(list(np.rint(pixels * 255).astype(np.uint8)), axis=1)
    large = cv2.resize(row, None, fx=2 * _ENLARGED, fy=2 * _ENLARGED, interpolation=cv2.INTER_CUBIC)
    _, png = cv2.imencode(".png", large[..., ::-1] if large.ndim == 3 else large)
    return Picture("", png.tobytes(), "examples", round(row.shape[1] * 1.15))


def _name(name: str) -> str:
    """A class as it is shown: what is no letter has no name of its own."""
    return name or "∅"
