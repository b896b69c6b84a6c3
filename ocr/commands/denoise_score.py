"""``ocr-denoise score``: the networks beside their rivals, in tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr.commands._exits import exits
from ocr.errors import ExitCode, MissingExtra

if TYPE_CHECKING:
    from ocr.denoising.pca import Pca
    from ocr.denoising.score import TestLetters

_READ = 20  # times as many crops are read: where damage costs one letter in a hundred, fewer say nothing
AUTOENCODERS = ("bottleneck32-numpy", "bottleneck32", "bottleneck32-deep")


@click.command(
    epilog="""\b
Examples:
  ocr-denoise score --data DATA
  ocr-denoise score --data DATA --networks denoising --letters 300 --report report"""
)
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with unipen/chars.npz and, if there, fonts/ and mnist/, as for training.",
)
@click.option(
    "--genuine",
    type=click.Path(exists=True, path_type=Path),
    metavar="LETTERS",
    help="Labelled letters that people wrote, such as nist26_sample.mat, to measure on as well.",
)
@click.option("--model", default="denoiser", metavar="NAME_OR_FILE", show_default=True)
@click.option(
    "--networks",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="What ocr-denoise train wrote: its autoencoders are scored, its curves shown.",
)
@click.option(
    "--classifier",
    default="nist36-cnn",
    metavar="NAME_OR_FILE",
    show_default=True,
    help="Whose readings of damaged and cleaned letters are compared.",
)
@click.option(
    "--letters",
    "count",
    type=click.IntRange(16),
    default=400,
    show_default=True,
    help="Crops in each row of the table of denoising; about twenty times as many are read, of fewer genuine "
    "letters each several times, damaged anew.",
)
@click.option(
    "--principal",
    type=click.IntRange(256),
    default=12000,
    show_default=True,
    help="Letters that the principal components come from.",
)
@click.option(
    "--report",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the tables, curves and pictures as report.html into this folder.",
)
@click.option("--note", is_flag=True, help="Note the figures in the model's card.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bars.")
@exits
def score(
    data: Path,
    genuine: Path | None,
    model: str,
    networks: Path | None,
    classifier: str,
    count: int,
    principal: int,
    folder: Path | None,
    note: bool,
    quiet: bool,
) -> ExitCode:
    """Measure reconstruction, denoising, and what a reader gains, and print the tables.

    PSNR and SSIM are scikit-image's, with a data range of 1. All letters are by writers and faces that no
    network has learned from; the rivals' settings are chosen on letters of training.
    """
    try:
        import torch  # noqa: F401
    except ImportError:
        raise MissingExtra("ocr-denoise score", "train") from None
    from ocr import store
    from ocr.denoising import report, rivals, tables
    from ocr.denoising import score as scores
    from ocr.denoising.curves import read_curves
    from ocr.reading.classifier import Classifier
    from ocr.reading.denoise import CropCleaner

    cleaner, reader = CropCleaner(model), Classifier(classifier)
    pca = scores.pca_of(data, principal)
    others = rivals.rivals(pca)
    tested = [scores.drawn_letters(data, _READ * count)]
    if genuine is not None:
        tested.append(scores.genuine_letters(genuine))
    rebuilt = _reconstruction(tested, networks, pca)
    _show("Reconstruction from 32 numbers", tables.reconstruction_cells(rebuilt))
    rows = scores.levels()
    with _bar("denoising", len(rows), quiet) as step:
        some = scores.drawn_letters(data, count)
        tuning = scores.drawn_letters(data, min(count, scores.TUNING), held_out=False)
        cleaned = scores.denoising(some, tuning, cleaner.clean, others, step)
    _show(f"Denoising, mean PSNR in dB, {some.name}", tables.denoising_cells(cleaned))
    _show("The same, SSIM", tables.denoising_cells(cleaned, "ssim"))
    read = {}
    for letters in tested:
        with _bar("reading", len(rows), quiet) as step:
            draws = max(1, round(_READ * count / len(letters.crops)))
            read[letters.name] = scores.reading(letters, cleaner.clean, reader, step, draws)
        clean = 100 * read[letters.name][0].clean
        title = f"Reading by {reader.name}, {letters.name}: {clean:.1f} % of them right when clean"
        _show(title, tables.reading_cells(read[letters.name]))
    if note:
        from ocr.training import genuine as cards

        cards.note(store.find(model), scores.entries(some, cleaner.clean, cleaned, read))
    if folder is not None:
        settings = {"model": model, "classifier": classifier, "letters": count, "principal": principal}
        curves = read_curves(networks) if networks else {}
        shown = report.examples(some, cleaner.clean)
        results = report.Results(curves, rebuilt, cleaned, read, shown, settings)
        click.echo(report.write_report(folder, results), err=True)
    return ExitCode.OK


def _reconstruction(
    tested: list[TestLetters], networks: Path | None, pca: Pca
) -> dict[str, dict[str, float]]:
    from ocr.denoising import score as scores
    from ocr.reading.denoise import CropCleaner

    methods: dict[str, Callable[..., Any]] = {"PCA, 32 components": pca.rebuild}
    if networks is not None:
        found = [networks / f"{name}.onnx" for name in AUTOENCODERS]
        methods |= {path.stem: CropCleaner(path).clean for path in found if path.is_file()}
    return scores.reconstruction(tested, methods)


def _show(title: str, cells: tuple[list[str], list[list[str]]]) -> None:
    from ocr.denoising.tables import markdown

    click.echo(f"{title}\n\n{markdown(*cells)}")


@contextmanager
def _bar(label: str, length: int, quiet: bool) -> Iterator[Callable[[Any], None]]:
    """A progress bar on a terminal's standard error, else nothing; gives what to call after each row."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield lambda _: bar.update(1)
