"""``ocr-evaluate``: how well a model reads labelled letters, or whole transcribed pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr import __version__
from ocr.commands._exits import complain, exits
from ocr.errors import DataError, ExitCode, InputError, MissingExtra
from ocr.reading.charset import parse_charset

if TYPE_CHECKING:
    from ocr.training.report.assessment import Assessment

_PATH = click.Path(path_type=Path)


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  ocr-evaluate mine.onnx --data nist36                letters: right, second best, calibration
  ocr-evaluate --data letters/ --report letters-report
  ocr-evaluate --pages pages/                         pages: character and word error rates
\b
Columns of --pages, each a share of what is written, so that less is better:
  any case    characters wrong, missing or too many, capitals and small letters alike
  letters     the same for letters and digits alone, without spaces and punctuation
  exact       characters that are not exactly as written
  words       words that are not exactly as written
Lines of --data:
  in the best two      the right class is the first guess or the second
  mean F1              F1 of each class, all classes counting alike
  calibration error    how far the confidences are from the share that is right
  when rejecting N     so many of the least certain, for 99 % of the others to be right
  worst pairs          WRITTEN>READ and how often""",
)
@click.argument("model", default="nist36-cnn")
@click.option("--data", type=_PATH, multiple=True, metavar="PATH", help="Labelled letters, as for ocr-train.")
@click.option(
    "--pages",
    type=_PATH,
    multiple=True,
    metavar="FOLDER",
    help="Pictures with NAME.gt.txt beside them, also in folders below.",
)
@click.option("--charset", metavar="CHARS", help="Only these may be read, as in A-Z0-9.")
@click.option(
    "--split",
    type=click.Choice(["test", "valid", "train"]),
    help="Which part of the data.  [default: the first there is]",
)
@click.option("--geometry", type=click.Choice(["letters", "kept"]), default="letters", show_default=True)
@click.option("--report", type=_PATH, metavar="FOLDER", help="With --data: write the HTML report there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True)
@click.version_option(__version__, "--version", prog_name="ocr-evaluate")
@exits
def main(
    model: str,
    data: tuple[Path, ...],
    pages: tuple[Path, ...],
    charset: str | None,
    split: str | None,
    geometry: Any,
    report: Path | None,
    as_json: bool,
    threads: int,
) -> ExitCode:
    """Measure MODEL (a shipped model's name or a path) on labelled letters or on transcribed pages."""
    if bool(data) == bool(pages):
        raise click.UsageError("give --data for letters or --pages for pages.")
    if pages:
        return _pages(model, pages, charset, threads, as_json)
    found = _letters(model, data, charset, split, geometry, threads, report)
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=1, ensure_ascii=False))
        return ExitCode.OK
    share = found.reject_for()
    rejected = "not to be had" if share is None else f"{share:.2%}"
    click.echo(f"right               {found.accuracy:8.2%}   of {len(found.labels):,}")
    click.echo(f"in the best two     {found.top2:8.2%}")
    click.echo(f"mean F1             {found.macro_f1:8.3f}")
    click.echo(f"calibration error   {found.ece:8.2%}")
    click.echo(f"99 % right on the rest when rejecting {rejected}")
    worst = (
        f"{found.classes[p.written]}>{found.classes[p.read]} {len(p.members)}" for p in found.worst_pairs(8)
    )
    click.echo(f"worst pairs         {', '.join(worst) or 'none'}")
    return ExitCode.OK


def _letters(
    model: str,
    data: tuple[Path, ...],
    charset: str | None,
    split: str | None,
    geometry: Any,
    threads: int,
    report: Path | None,
) -> Assessment:
    """Read every letter of the data."""
    import numpy as np

    from ocr.reading.classifier import Classifier
    from ocr.training.datasets import mix
    from ocr.training.formats import load
    from ocr.training.report.assessment import Assessment

    classifier = Classifier(model, threads)
    parts = []
    for path in data:
        splits = load(path, geometry)
        name = split or next(name for name in ("test", "valid", "train") if name in splits)
        if name not in splits:
            raise DataError(f"{path}: has no {name} part, only {', '.join(splits)}")
        parts.append(splits[name])
    samples = mix(parts)
    if samples.images.ndim == 4:
        raise DataError(f"{samples.name}: colour pictures; models of letters read grey ones")
    known = samples.with_classes(classifier.classes)
    if len(known) < len(samples):
        strange = sorted(set(samples.classes) - set(classifier.classes))
        complain(
            f"{len(samples) - len(known)} of {len(samples)} left out: "
            f"the model does not know {' '.join(strange)}"
        )
    if not len(known):
        raise DataError(f"{samples.name}: {classifier.name} knows none of its classes")
    images = known.fresh(np.arange(len(known)), np.random.default_rng(0))
    probabilities = classifier.probabilities(images, charset=None if charset is None else _charset(charset))
    found = Assessment(probabilities.astype("float64"), known.labels, classifier.classes)
    if report is not None:
        _report(report, classifier.name, known.name, found, images, known.checksum)
    return found


def _report(folder: Path, model: str, name: str, found: Assessment, images: Any, checksum: str) -> None:
    try:
        from ocr.training.report.classifier import Results, write_report
    except ImportError:
        raise MissingExtra("the report", "train") from None
    source = {"name": name, "use": "test", "samples": len(found.labels), "sha256": checksum}
    page = write_report(folder, Results(f"{model} on {name}", name, found, images, data=[source]))
    click.echo(f"report {page}", err=True)


def _pages(
    model: str, folders: tuple[Path, ...], charset: str | None, threads: int, as_json: bool
) -> ExitCode:
    """Read every page; a page that cannot be read counts as empty and is told."""
    from ocr.reading.image import open_pictures
    from ocr.reading.reader import Reader
    from ocr.scoring import score, total

    reader = Reader(model, charset=charset, threads=threads)
    rows, scores, failed = [], [], 0
    for picture, truth in _transcribed(folders):
        try:
            text = "\n".join(reader.read(page).text for page in open_pictures(picture))
        except InputError as error:
            complain(str(error))
            text, failed = "", failed + 1
        scores.append(score(truth, text))
        rows.append({"page": str(picture), **scores[-1].to_dict()})
    rows.append({"page": "all", **total(scores).to_dict()})
    if as_json:
        click.echo(json.dumps(rows, indent=1))
    else:
        wide = max(len(str(row["page"])) for row in rows)
        click.echo(f"{'page':{wide}}  {'any case':>9} {'letters':>9} {'exact':>9} {'words':>9}")
        for row in rows:
            rates = (row[key] for key in ("cer_folded", "cer_letters", "cer_exact", "wer"))
            click.echo(f"{row['page']:{wide}}  " + " ".join(f"{rate:9.2%}" for rate in rates))
    return ExitCode.SOME_FAILED if failed else ExitCode.OK


def _transcribed(folders: tuple[Path, ...]) -> Iterator[tuple[Path, str]]:
    """Pictures and their transcriptions. DataError where there is none."""
    from ocr.training.formats.pages import picture_of

    for folder in folders:
        transcriptions = sorted(folder.rglob("*.gt.txt"))
        if not transcriptions:
            raise DataError(f"{folder}: no transcribed pages; looked for NAME.gt.txt beside pictures")
        for transcription in transcriptions:
            yield picture_of(transcription), transcription.read_text(encoding="utf-8")


def _charset(text: str) -> frozenset[str]:
    try:
        return parse_charset(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--charset") from error


if __name__ == "__main__":
    main()
