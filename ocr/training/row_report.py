"""The report of a training of the row reader, or of one checkpoint: what it reads of held-out writers and fonts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import cv2

from ocr.errors import DataError
from ocr.scoring import Errors
from ocr.training import row_figures as figures
from ocr.training.report.html import Document, Picture, Raw, percent
from ocr.training.row_errors import FEWEST, ReadRow, by_kind, by_writer, commonest_confusions, spread

LOG = "log.jsonl"
_WORST = 24  # rows shown
_LONG_ENOUGH = 5  # characters, to be among the worst rows: one wrong letter of two says little
_OF_EACH = 2  # rows of each kind, by chance
_WIDEST = 620  # CSS pixels of a row's picture
_NOT_SETTINGS = ("error_rates", "writers", "block", "place")  # of what a checkpoint tells


def read_log(path: Path) -> list[dict[str, Any]]:
    """The lines of a run's log, one for each check; none without a log. DataError when it is no such log."""
    if not path.exists():
        return []
    try:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        return [
            {**line, "rows": int(line["rows"]), "loss": float(line["loss"]), "cer": dict(line["cer"])}
            for line in lines
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: not the log of a training of rows ({error!r})") from error


def write_rows_report(
    folder: Path, title: str, rows: Sequence[ReadRow], history: figures.History, progress: Mapping[str, Any]
) -> Path:
    """Write ``report.html``, ``report.json`` and the PNGs into ``folder``; the path of the page.

    rows: what was read, in any order. history: lines of the run's log, or none. progress: of the
    checkpoint, which has the run's settings.
    """
    settings = {name: value for name, value in progress.items() if name not in _NOT_SETTINGS}
    rates, people = by_kind(rows), by_writer(rows)
    known = spread(people.values())
    confusions = commonest_confusions(rows)
    page = Document(
        title,
        f"{len(rows):,} rows of writers and fonts that were held out, read greedily, without any language.",
    )
    facts = [(percent(rates["all"]), "characters wrong (CER)")]
    if "capitals" in rates:
        facts.append((percent(rates["capitals"]), "of phrases in capitals"))
    if people:
        facts.append((percent(known["median"]), f"median of {known['count']} writers"))
        facts.append((percent(known["worst_tenth_from"]), "exceeded by one writer in ten"))
    page.facts(facts)
    if history:
        page.section("Learning", "Where the curves still fall at the end, training stopped too soon.")
        page.pictures(
            Picture.of(figures.learning(history), "learning", "Loss and writers' error rates by rows seen")
        )
        page.pictures(Picture.of(figures.kinds(history), "kinds", "CER of each kind of row by rows seen"))
    _kinds(page, rows)
    if people:
        _writers(page, rows, people, known)
    _mistakes(page, rows, confusions)
    page.section("Rows by chance", "As the network sees them; below, what was written and what was read.")
    _sheet(page, [row for kind in rates for row in _some_of(rows, kind)])
    page.section("Settings")
    page.settings(settings)
    return page.write(
        folder,
        {
            "title": title,
            "rows": len(rows),
            "cer": rates,
            "writers": known,
            "cer_of_writers": people,
            "confusions": [
                {"written": written, "read": read, "count": count} for (written, read), count in confusions
            ],
            "history": [dict(line) for line in history],
            "settings": dict(settings),
        },
    )


def _kinds(page: Document, rows: Sequence[ReadRow]) -> None:
    page.section("Kinds of rows")
    cells = []
    for kind in by_kind(rows):
        chosen = [row for row in rows if kind in (row.kind, "all")]
        errors = sum((row.errors for row in chosen), Errors())
        perfect = sum(not row.errors.distance for row in chosen)
        cells.append(
            [
                kind,
                f"{len(chosen):,}",
                f"{errors.length:,}",
                percent(errors.rate),
                percent(perfect / len(chosen)),
            ]
        )
    page.table(["kind", "rows", "characters", "CER", "rows without error"], cells)


def _writers(
    page: Document, rows: Sequence[ReadRow], people: Mapping[str, float], known: Mapping[str, float]
) -> None:
    page.section(
        "Writers",
        f"Over rows of all kinds, those with {FEWEST} characters or more. A person counts once, a font is a "
        "writer of its own.",
    )
    marks = {name.replace("_", " "): rate for name, rate in known.items() if name != "count"}
    page.pictures(
        Picture.of(figures.writers(people, marks), "writers", "CER of every writer, the best first")
    )
    written = {name: sum(len(row.written) for row in rows if row.writer == name) for name in people}
    page.paragraph("The ten that are read worst.")
    page.table(
        ["writer", "characters", "CER"],
        [[name, str(written[name]), percent(people[name])] for name in list(people)[:-11:-1]],
    )


def _mistakes(
    page: Document, rows: Sequence[ReadRow], confusions: Iterable[tuple[tuple[str, str], int]]
) -> None:
    page.section("Mistakes", "What was most often read wrong; ␣ is a space, ∅ is nothing.")
    page.table(
        ["written", "read", "times"],
        [[_shown(written), _shown(read), str(count)] for (written, read), count in confusions],
        sheets=2,
    )
    page.paragraph(f"The worst rows of {_LONG_ENOUGH} characters or more.")
    long = [row for row in rows if len(row.written) >= _LONG_ENOUGH and row.errors.distance]
    _sheet(page, sorted(long, key=lambda row: (-row.errors.rate, row.written))[:_WORST])


def _some_of(rows: Sequence[ReadRow], kind: str) -> list[ReadRow]:
    """Rows of one kind, from all over the list, which may be sorted by width."""
    own = [row for row in rows if row.kind == kind]
    return own[len(own) // (2 * _OF_EACH) :: max(1, len(own) // _OF_EACH)][:_OF_EACH]


def _sheet(page: Document, rows: Sequence[ReadRow]) -> None:
    page.table(
        ["row", "kind", "writer", "CER"],
        [[_picture(row), row.kind, row.writer, percent(row.errors.rate, 0)] for row in rows],
        "rows",
    )


def _picture(row: ReadRow) -> Raw:
    """The row dark on white, and below it what was written and what was read."""
    _, png = cv2.imencode(".png", 255 - row.picture)
    image = Picture("", png.tobytes(), row.written, min(_WIDEST, row.picture.shape[1])).html
    return Raw(f"{image}<span>{escape(row.written)}</span><br><span>{escape(row.read) or '∅'}</span>")


def _shown(character: str) -> str:
    return {"": "∅", " ": "␣"}.get(character, character)
