"""``ocr-train``: teach the readers their letters."""

from __future__ import annotations

from pathlib import Path

import click

from ocr import __version__
from ocr.commands._exits import exits
from ocr.commands._groups import DefaultGroup
from ocr.commands.train_measure import measure
from ocr.commands.train_rows import rows, rows_export, rows_report
from ocr.commands.train_run import run
from ocr.commands.train_sweep import sweep
from ocr.errors import ExitCode, MissingExtra


@click.group(cls=DefaultGroup, default="run", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="ocr-train")
def main() -> None:
    """Train classifiers of single letters, and the reader of whole rows.

    On labelled data: ocr-train --data PATH ... (see ocr-train run --help). The shipped models are trained by
    ocr-train letters.
    """


main.add_command(run)
main.add_command(sweep)
main.add_command(measure)
main.add_command(rows)
main.add_command(rows_export)
main.add_command(rows_report)


@main.command(
    epilog="""\b
Examples:
  ocr-train letters nist36-cnn --data data -o models --time-limit 60 --genuine nist36
  ocr-train letters nist36-cnn --data data -o models --time-limit 60 --resume"""
)
@click.argument("recipe", type=click.Choice(["nist36-cnn", "nist36-mlp", "print94"]))
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with unipen/chars.npz and, if there, fonts/ and mnist/.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Where the model, its card and checkpoints go.",
)
@click.option(
    "--time-limit",
    "minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    metavar="MINUTES",
    help="The schedule ends exactly then.",
)
@click.option(
    "--steps", type=click.IntRange(min=0), default=0, help="Train so many steps instead, however long."
)
@click.option("--batch", type=click.IntRange(min=2), default=1024, show_default=True)
@click.option("--rate", type=float, help="Peak learning rate; the recipe's own if left out.")
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Processes that draw letters; 0 draws and learns in turn.",
)
@click.option(
    "--pool",
    type=click.IntRange(min=1024),
    default=200_000,
    show_default=True,
    help="Drawings kept at a time.",
)
@click.option("--width", type=click.IntRange(min=4), help="Channels of the network's first layer.")
@click.option(
    "--checks",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="How often to measure, export and write a checkpoint.",
)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--genuine",
    type=click.Path(exists=True, path_type=Path),
    help="Labelled letters to measure the result on; the figures go into its card.",
)
@click.option("--resume", is_flag=True, help="Go on from the checkpoint in the output folder.")
@exits
def letters(
    recipe: str,
    data: Path,
    output: Path,
    minutes: float,
    steps: int,
    batch: int,
    rate: float | None,
    workers: int,
    pool: int,
    width: int | None,
    checks: int,
    device: str,
    threads: int,
    seed: int,
    genuine: Path | None,
    resume: bool,
) -> ExitCode:
    """Train one of the shipped classifiers on drawn strokes, font letters and digits."""
    try:
        import torch
    except ImportError:
        raise MissingExtra("ocr-train", "train") from None
    from ocr.training.device import choose
    from ocr.training.fit import Settings
    from ocr.training.genuine import measure as measure_on
    from ocr.training.genuine import note
    from ocr.training.letter_model import train
    from ocr.training.recipes import RECIPES

    torch.set_num_threads(threads)
    settings = Settings(
        rate=rate or RECIPES[recipe].rate, batch=batch, minutes=minutes, steps=steps, checks=checks, seed=seed
    )
    options = {} if width is None else {"width": width}
    path = train(recipe, data, output, settings, workers, choose(device), pool, resume=resume, **options)
    if genuine is not None:
        note(path, measure_on(path, genuine))
    click.echo(path)
    return ExitCode.OK


if __name__ == "__main__":
    main()
