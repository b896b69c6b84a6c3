"""Validation pages for the decision between the readers: rows of every kind, by held-out writers, as photographed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator

from ocr.reading.ink import Ink, find_ink
from ocr.reading.letters import Letters, find_letters
from ocr.reading.lines import Row, find_rows
from ocr.reading.segmentation.survey import apply
from ocr.training.context_rows import ROWS, DrawnPage, Source, draw_page
from ocr.training.row_compose import Written
from ocr.training.row_mix import Pool, as_written, make_pool, write_row
from ocr.training.row_strokes import load_strokes
from ocr.training.row_texts import load_texts

# Kinds of `ocr.training.row_mix` and how often a row is of each; the rest is set by `ocr.training.context_rows`, most
# of it capitals and entries of forms with letters that stand apart.
SHARES = {
    "capitals": 0.12,
    "entries": 0.08,
    "touching": 0.1,
    "mixed": 0.1,
    "code": 0.08,
    "capital words": 0.05,
    "words": 0.05,
    "word rows": 0.08,
    "lines": 0.1,
}
_LONGEST = 40


@dataclass(frozen=True)
class FoundRow:
    """A row of a drawn page that was found, and what is written there."""

    text: str
    cased: bool
    ink: Ink
    letters: Letters
    row: Row


class Rows:
    """Rows of held-out writers, drawn and found again."""

    def __init__(self, data: Path, characters: str) -> None:
        """``characters``: what the rows that are set from letters are kept to."""
        self._source = Source(data, characters)
        sides = [load_strokes(data / "unipen" / f"{name}.npz")[1] for name in ("chars", "words", "texts")]
        self._pool: Pool = make_pool(sides[0], sides[1], sides[2], [], load_texts(data / "text"))

    def found(self, pages: int, seed: int) -> Iterator[list[FoundRow]]:
        """For each page the rows that were found whole and alone; the same for the same seed."""
        for page, cased in self._pages(pages, seed):
            ink = find_ink(page.gray)
            letters = find_letters(ink)
            rows = find_rows(letters)
            owners = [_nearest(page, ink, letters, row) for row in rows]
            yield [
                FoundRow(page.texts[owner], cased[owner], ink, letters, row)
                for row, owner in zip(rows, owners, strict=True)
                if owners.count(owner) == 1
            ]

    def _pages(self, count: int, seed: int) -> Iterator[tuple[DrawnPage, list[bool]]]:
        rng = np.random.default_rng(seed)
        for _ in range(count):
            rows = [self._row(rng) for _ in range(ROWS)]
            yield draw_page(rows, rng), [row.cased for row, _ in rows]

    def _row(self, rng: Generator) -> tuple[Written, float]:
        kind = rng.choice([*SHARES, ""], p=[*SHARES.values(), 1 - sum(SHARES.values())])
        if not kind:
            return next(self._source.rows(rng))
        while True:
            row, _ = write_row(self._pool, str(kind), rng)
            if row is None or not 1 < len(row.text) <= _LONGEST:
                continue
            row.text = as_written(row.text)
            if kind in ("words", "capital words", "word rows", "lines"):
                row.points[:, 1] -= np.float32(0.4 + np.median(row.points[:, 1]))  # about where letters stand
            return row, float(np.clip(rng.normal(0.1, 0.03), 0.05, 0.18))


def _nearest(page: DrawnPage, ink: Ink, letters: Letters, row: Row) -> int:
    """The number of the drawn row that lies nearest to one that was found."""
    boxes = letters.boxes[list(row.items)]
    x = float(boxes[:, [0, 2]].mean())
    y = apply(ink.to_source, np.array([[x, row.middle + row.slope * x]]))[0, 1]
    # The middle of a row lies above its baseline by less than half of the distance between rows.
    distance = np.diff(page.baselines).min() if len(page.baselines) > 1 else 1.0
    return int(np.argmin(np.abs(np.array(page.baselines) - 0.2 * distance - y)))
