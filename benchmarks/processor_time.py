"""Milliseconds of a processor that a page takes, models loaded: what holds on a machine that does other things, too.

    OMP_NUM_THREADS=1 python benchmarks/processor_time.py samples
    python benchmarks/processor_time.py samples --option reader=letters --option model=nist36-cnn --json ms.json

Each page is read --runs times by one process with one thread; the least counts. It is user and system time, decoding of
the picture included. On a processor whose caches others use at the same time it is more than on an idle one.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import click
from engines import parse_options

from ocr.reading.image import open_pictures
from ocr.reading.reader import Reader

PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--runs", default=5, show_default=True)
@click.option("--option", "options", multiple=True, help="KEY=VALUE for the reader.")
@click.option("--json", "report", type=click.Path(path_type=Path), help="Where the times of all pages go.")
def main(folder: Path, runs: int, options: tuple[str, ...], report: Path | None) -> None:
    """Time the pages of FOLDER, first page of each file."""
    pictures = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)
    if not pictures:
        raise click.UsageError(f"{folder}: no pictures in it")
    reader = Reader(**parse_options(options))
    best = {str(picture): float("inf") for picture in pictures}
    for _ in range(runs):
        for picture in pictures:
            start = time.process_time()
            reader.read(next(iter(open_pictures(picture, pages=(1,)))))
            best[str(picture)] = min(best[str(picture)], 1000 * (time.process_time() - start))
    for name, took in best.items():
        click.echo(f"{took:8.1f} ms  {name}")
    click.echo(f"{sum(best.values()) / len(best):8.1f} ms  mean of {len(best)} pages")
    if report:
        report.write_text(json.dumps(best, indent=1) + "\n")


if __name__ == "__main__":
    main()
