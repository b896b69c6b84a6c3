"""Curves, tables and pictures of before and after, as one HTML page in the style of the training reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.denoising.damage import Crops
from ocr.denoising.score import INPUT, OURS, Cleaned, Cleaner, Read, TestLetters, levels
from ocr.denoising.sheet import contact_sheet
from ocr.denoising.tables import denoising_cells, reading_cells, reconstruction_cells
from ocr.training.report import figures
from ocr.training.report.html import Document, Picture, percent

SHOWN = 10  # letters in each picture of before and after


@dataclass(frozen=True)
class Results:
    """What a report tells; empty parts are left out.

    curves: by network, one mapping a check with ``training`` and ``validation``, in dB.
    reading: by set of letters.
    examples: strong damage by name: rows of clean, damaged and cleaned crops.
    """

    curves: Mapping[str, Sequence[Mapping[str, float]]] = field(default_factory=dict)
    reconstruction: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    denoising: Sequence[Cleaned] = ()
    reading: Mapping[str, Sequence[Read]] = field(default_factory=dict)
    examples: Mapping[str, tuple[Crops, Crops, Crops]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


def examples(letters: TestLetters, cleaner: Cleaner) -> dict[str, tuple[Crops, Crops, Crops]]:
    """A few letters under every damage at its strongest: clean, damaged, cleaned."""
    clean = letters.crops[:SHOWN]
    found = {}
    for number, damage, level, strength in levels():
        if level == "strong":
            damaged = damage.at(strength, clean, np.random.default_rng(number))
            found[damage.name] = (clean, damaged, cleaner(damaged))
    return found


def write_report(folder: Path, results: Results) -> Path:
    """Write ``report.html``, ``report.json`` and the PNGs into ``folder``; the path of the page."""
    page = Document("Denoising", "PSNR by scikit-image, data range 1, of crops from 0 (paper) to 1 (ink).")
    _headline(page, results)
    if results.curves:
        _learning(page, results.curves)
    if results.examples:
        _before_and_after(page, results.examples)
    if results.reconstruction:
        page.section("Reconstruction", "Clean letters given back from 32 numbers.")
        page.table(*reconstruction_cells(results.reconstruction))
    if results.denoising:
        page.section(
            "Denoising",
            "Mean PSNR in dB. The rivals know the damage: their setting is the best "
            "for each row. The denoiser is not told.",
        )
        page.table(*denoising_cells(results.denoising))
        page.paragraph("SSIM of the same crops.")
        page.table(*denoising_cells(results.denoising, "ssim"))
    for name, rows in results.reading.items():
        page.section(f"Reading: {name}", f"Clean: {percent(rows[0].clean)} right.")
        page.table(*reading_cells(rows))
    if results.settings:
        page.section("Settings")
        page.settings(results.settings)
    return page.write(folder, _plain(results))


def _headline(page: Document, results: Results) -> None:
    facts = []
    if results.denoising:
        strong = [row for row in results.denoising if row.level == "strong"]
        gain = np.mean([row.quality[OURS].psnr - row.quality[INPUT].psnr for row in strong])
        best = sum(row.best == OURS for row in results.denoising)
        facts += [
            (f"{gain:+.1f} dB", "mean gain at strong damage"),
            (f"{best} of {len(results.denoising)}", "rows in which the denoiser is best"),
        ]
    for name, rows in results.reading.items():
        won = [row.won_back for row in rows if row.level == "strong" and row.won_back == row.won_back]
        if won:
            mean = percent(float(np.mean(won)), 0)
            facts.append((mean, f"of the accuracy lost to strong damage won back, {name}"))
    if facts:
        page.facts(facts)


def _learning(page: Document, curves: Mapping[str, Sequence[Mapping[str, float]]]) -> None:
    page.section("Learning", "Mean PSNR in dB, while training and on letters of unseen writers and faces.")
    panels = {
        name: {part: [check[part] for check in checks] for part in ("training", "validation")}
        for name, checks in curves.items()
    }
    page.pictures(
        *(
            Picture.of(
                figures.curves({name: lines}, across="check"),
                f"learning-{name}",
                f"PSNR of {name} at every check",
            )
            for name, lines in panels.items()
        )
    )


def _before_and_after(page: Document, found: Mapping[str, tuple[Crops, Crops, Crops]]) -> None:
    page.section("Before and after", "Strong damage: letters clean, damaged, and cleaned.")
    page.pictures(*(_picture(name, contact_sheet(rows)) for name, rows in found.items()))


def _picture(name: str, sheet: NDArray[np.uint8]) -> Picture:
    _, data = cv2.imencode(".png", sheet)
    words = f"Letters clean, under {name}, and cleaned"
    return Picture(f"cleaned-{name.replace(' ', '-')}", data.tobytes(), words, sheet.shape[1] // 2, name)


def _plain(results: Results) -> dict[str, Any]:
    return {
        "curves": {name: list(checks) for name, checks in results.curves.items()},
        "reconstruction": results.reconstruction,
        "denoising": [asdict(row) for row in results.denoising],
        "reading": {name: [asdict(row) for row in rows] for name, rows in results.reading.items()},
        "settings": dict(results.settings),
    }
