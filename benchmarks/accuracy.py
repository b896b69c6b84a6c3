"""Error rates of this project's reader and of other engines on folders of pictures with transcriptions.

    python benchmarks/accuracy.py samples
    python benchmarks/accuracy.py ../shared/pages --engines ours,rapidocr-small --json results.json
    python benchmarks/accuracy.py samples --engines ours --option context=false

A page is a picture with its transcription NAME.gt.txt beside it; every folder of pages is a group. The
error rates (a), (b), (c) are defined in `ocr.scoring`.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from engines import Engine, parse_options, start

from ocr.errors import OcrError
from ocr.scoring import Score, score, total

TRUTH = ".gt.txt"
PICTURES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp")


@dataclass(frozen=True)
class Result:
    """What one engine made of one page. ``error``: why there is no reading, which then counts as empty."""

    reading: str
    score: Score
    seconds: float
    error: str = ""

    def to_dict(self) -> dict[str, Any]:
        data = {**self.score.to_dict(), "seconds": round(self.seconds, 4), "reading": self.reading}
        return data | {"error": self.error} if self.error else data


def find_groups(folder: Path) -> dict[str, list[Path]]:
    """Group name -> its pictures, sorted; a group is a folder that holds pages, at any depth."""
    groups: dict[str, list[Path]] = {}
    for truth in sorted(folder.rglob(f"*{TRUTH}")):
        stem = truth.name.removesuffix(TRUTH)
        picture = next((path for end in PICTURES if (path := truth.with_name(stem + end)).is_file()), None)
        if picture is None:
            raise click.ClickException(f"{truth} has no picture beside it")
        name = truth.parent.relative_to(folder).as_posix()
        groups.setdefault(folder.resolve().name if name == "." else name, []).append(picture)
    if not groups:
        raise click.ClickException(f"{folder} holds no pictures with a transcription NAME{TRUTH} beside them")
    return groups


def read_truth(picture: Path) -> str:
    return picture.with_name(picture.stem + TRUTH).read_text(encoding="utf-8")


def measure(engine: Engine, picture: Path) -> Result:
    """Read a page and score it; seconds are wall time, models loaded already where the engine keeps them."""
    begin = time.perf_counter()
    reading, error = "", ""
    try:
        reading = engine.read(picture)
    except OcrError as failure:
        error = str(failure)
    except subprocess.CalledProcessError as failure:
        error = f"exit code {failure.returncode}"
    seconds = time.perf_counter() - begin
    return Result(reading, score(read_truth(picture), reading), seconds, error)


def table(results: dict[str, dict[str, dict[str, Result]]], *, pages: bool) -> Iterator[str]:
    """Rows of text, one a group and under it, with ``pages``, one a page; engines side by side."""
    groups = next(iter(results.values()))
    everything = [*groups, *(page for group in groups.values() for page in group if pages)]
    first = max(map(len, everything)) + 3
    cell = 27
    yield " " * first + "".join(f"{name:>{cell}}" for name in results)
    yield " " * first + f"{'(a)    (b)    (c)  s/page':>{cell}}" * len(results)

    def row(name: str, rows: list[list[Result]]) -> str:
        return f"{name:<{first}}" + "".join(f"{_cell(row):>{cell}}" for row in rows)

    for name, group in groups.items():
        yield row(name, [list(result[name].values()) for result in results.values()])
        for page in group if pages else ():
            yield row(f"  {page}", [[result[name][page]] for result in results.values()])
    if len(groups) > 1:
        yield row(
            "all",
            [[page for group in result.values() for page in group.values()] for result in results.values()],
        )


def _cell(pages: list[Result]) -> str:
    group = total(page.score for page in pages)
    rates = (group.folded.rate, group.letters.rate, group.exact.rate)
    seconds = sum(page.seconds for page in pages) / len(pages)
    return " ".join(f"{100 * rate:6.1f}" for rate in rates) + f" {seconds:6.2f}"


def to_dict(results: dict[str, dict[str, dict[str, Result]]]) -> dict[str, Any]:
    """Engine -> group -> error rates of the group, and of each page with its reading."""
    return {
        engine: {
            name: {
                **total(page.score for page in group.values()).to_dict(),
                "pages": {page: result.to_dict() for page, result in group.items()},
            }
            for name, group in groups.items()
        }
        for engine, groups in results.items()
    }


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--engines", default="all", show_default=True, help="Comma-separated names, or all installed.")
@click.option("--option", "pairs", multiple=True, metavar="KEY=VALUE", help="An option of our reader.")
@click.option("--pages/--no-pages", default=True, show_default=True, help="A row for each page as well.")
@click.option("--texts", is_flag=True, help="Also print the readings whose (a) is not zero.")
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path), help="Write results here.")
def main(
    folder: Path, engines: str, pairs: tuple[str, ...], pages: bool, texts: bool, output: Path | None
) -> None:
    """Read every page of FOLDER and print error rates in percent, per page and per group.

    \b
    (a)  upper and lower case alike, spaces and punctuation count
    (b)  upper and lower case alike, letters and digits only
    (c)  exact
    """
    groups = find_groups(folder)
    options = parse_options(pairs)
    results: dict[str, dict[str, dict[str, Result]]] = {}
    for name, engine in start(engines, options).items():
        results[name] = {}
        for group, pictures in groups.items():
            results[name][group] = {}
            for picture in pictures:
                result = results[name][group][picture.stem] = measure(engine, picture)
                if result.error:
                    click.echo(f"{name}: {picture}: {result.error}", err=True)
                if texts and result.score.folded.distance:
                    click.echo(f"--- {name}: {picture}\n{read_truth(picture).strip()}")
                    click.echo(f"--- reads\n{result.reading}")
    for line in table(results, pages=pages):
        click.echo(line)
    if output is not None:
        data = {"folder": str(folder), "options": options, "engines": to_dict(results)}
        output.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
