"""``ocr-train sweep``: the same data, every combination of some settings, one table at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ocr.commands._exits import exits
from ocr.commands._study import (
    ACTIVATIONS,
    ARCHITECTURES,
    AUGMENTATIONS,
    OPTIMISERS,
    Progress,
    question,
    require_torch,
    set_up,
    study_options,
)
from ocr.errors import ExitCode

_KINDS: dict[str, Any] = {
    "rate": float,
    "batch": int,
    "dropout": float,
    "l2": float,
    "arch": click.Choice(ARCHITECTURES),
    "activation": click.Choice(ACTIVATIONS),
    "augment": click.Choice(AUGMENTATIONS),
    "optimiser": click.Choice(OPTIMISERS),
    "hidden": str,
    "seed": int,
    "init": str,
}


@click.command(
    "sweep",
    short_help="Compare settings: every combination of --try, one table.",
    epilog="""\b
Examples:
  ocr-train sweep --data nist36 --arch mlp --try rate=0.001,0.01,0.1 -o rates
  ocr-train sweep --data nist36 --arch mlp --try activation=relu,tanh,sigmoid --try batch=16,1024
  ocr-train sweep --data my-hand --try init=none,nist36-cnn""",
)
@click.option(
    "--try",
    "tried",
    multiple=True,
    required=True,
    metavar="NAME=A,B,...",
    help=f"Values to try, of {', '.join(_KINDS)}; hidden takes 500+250 for two layers. May be repeated.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("sweep"),
    show_default=True,
    help="Folder of the runs and the table; runs that are there are not done again.",
)
@study_options
@exits
def sweep(tried: tuple[str, ...], output: Path, threads: int, quiet: bool, **options: Any) -> ExitCode:
    """Train with every combination of the values given and compare.

    Each run is kept as it finishes: the same command goes on with what is missing.
    """
    require_torch()
    from ocr.training import sweeps

    grid = [_parse(text) for text in tried]
    set_up(threads, quiet)
    asked = [(name, question(**{**options, **values})) for name, values in sweeps.combinations(grid)]

    def say(message: str) -> None:
        if not quiet:
            click.echo(message, err=True)

    runs = sweeps.run(asked, output, lambda name, epochs: Progress(epochs, quiet, f"{name}  "), say)
    click.echo(sweeps.table(runs))
    click.echo(f"report {sweeps.report(runs, output)}")
    return ExitCode.OK


def _parse(text: str) -> tuple[str, list[Any]]:
    """``rate=0.1,0.01`` -> the name and its values. click.BadParameter says what is wrong."""
    name, sign, values = text.partition("=")
    if not sign or name not in _KINDS or not values:
        raise click.BadParameter(
            f"{text!r}: wanted NAME=A,B with NAME one of {', '.join(_KINDS)}", param_hint="--try"
        )
    kind = click.types.convert_type(_KINDS[name])
    found = [kind.convert(value, None, None) for value in values.split(",")]
    if name == "hidden":
        found = [value.replace("+", ",") for value in found]
    if name == "init":
        found = [None if value == "none" else Path(value) for value in found]
    return name, found
