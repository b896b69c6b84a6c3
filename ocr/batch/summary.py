"""What became of a folder, for people: ``summary.csv`` and the lines of ``ocr-batch status``."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO

from ocr.batch.ledger import Entry
from ocr.formats.clean import one_line

SUMMARY = "summary.csv"
COLUMNS = ("page", "state", "pages", "words", "mean_confidence", "doubtful_words", "seconds", "error")


def summary_csv(entries: Iterable[Entry]) -> bytes:
    """One row for each file: UTF-8, a header, in the order of ``entries``."""
    text = StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for entry in entries:
        confidence = f"{entry.confidence:.4f}" if entry.words else ""
        table.writerow(
            (
                one_line(entry.name),
                entry.state,
                entry.pages,
                entry.words,
                confidence,
                entry.doubtful,
                f"{entry.seconds:.3f}",
                one_line(entry.error),
            )
        )
    return text.getvalue().encode()


@dataclass(slots=True)
class Counts:
    """Sums over a whole ledger. ``seconds`` are of work, ``first`` and ``last`` when a file was finished."""

    done: int = 0
    failed: int = 0
    pending: int = 0
    pages: int = 0
    words: int = 0
    doubtful: int = 0
    seconds: float = 0.0
    first: float = 0.0
    last: float = 0.0

    def add(self, entry: Entry) -> None:
        setattr(self, entry.state, getattr(self, entry.state) + 1)
        self.pages += entry.pages
        self.words += entry.words
        self.doubtful += entry.doubtful
        self.seconds += entry.seconds
        if entry.finished:
            self.first = min(self.first or entry.finished, entry.finished)
            self.last = max(self.last, entry.finished)


def status_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """Counts and rate, then a line for each failure with its reason."""
    counts, failures = Counts(), []
    for entry in entries:
        counts.add(entry)
        if entry.state == "failed":
            failures.append(
                f"failed   {one_line(entry.name)} ({entry.attempts} attempts): " + one_line(entry.error)
            )
    yield f"files    {counts.done} done, {counts.failed} failed, {counts.pending} to do"
    yield f"pages    {counts.pages}"
    yield f"words    {counts.words}, {counts.doubtful} of them doubtful"
    settled = counts.done + counts.failed
    if counts.last > counts.first:
        yield f"rate     {(settled - 1) / (counts.last - counts.first):.2f} files a second from first to last"
    if settled:
        yield f"work     {counts.seconds / settled:.3f} s a file"
    yield from failures
