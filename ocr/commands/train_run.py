"""``ocr-train``: learn letters from labelled data, export the model, write the report."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ocr.commands._exits import exits
from ocr.commands._study import Progress, question, require_torch, set_up, study_options
from ocr.errors import DataError, ExitCode


@click.command(
    "run",
    short_help="Train on labelled data (meant when no command is named).",
    epilog="""\b
Examples:
  ocr-train --data nist36 -o mine.onnx          NIST36's folder of three .mat files
  ocr-train --data letters/ --augment full      a folder of your own letters, A/ B/ C/ ...
  ocr-train --data my-hand/ --init nist36-cnn --epochs 20 --rate 3e-4
  ocr-read --model mine.onnx photo.jpg""",
)
@study_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="MODEL.onnx",
    help="The model; its card, checkpoint and report go beside it.  [default: ARCH.onnx]",
)
@click.option(
    "--backend",
    type=click.Choice(["torch", "numpy"]),
    default="torch",
    show_default=True,
    help="numpy: the network written from nothing but NumPy (perceptron, logistic, mlp).",
)
@click.option("--resume", is_flag=True, help="Go on from the checkpoint beside the output.")
@exits
def run(
    output: Path | None, backend: str, resume: bool, threads: int, quiet: bool, **options: Any
) -> ExitCode:
    """Train a classifier of letters on labelled data.

    The model can be read with at once; the report says how good it is and where it fails. Ctrl-C ends early
    and keeps the best weights so far.
    """
    require_torch()
    from ocr.training import study

    asked = question(**options)
    set_up(threads, quiet)
    output = output or Path(f"{asked.arch}.onnx")
    if output.suffix != ".onnx":
        raise click.BadParameter("a model's name ends in .onnx", param_hint="--output")
    if resume and not output.with_suffix(".checkpoint.safetensors").exists():
        raise DataError(f"{output.with_suffix('.checkpoint.safetensors')}: no checkpoint to go on from")
    output.parent.mkdir(parents=True, exist_ok=True)

    def say(message: str) -> None:
        if not quiet:
            click.echo(message, err=True)

    sets = study.gather(asked)
    say(
        f"{len(sets.train):,} pictures of {len(sets.train.classes)} classes to learn, "
        f"{len(sets.valid):,} to judge by"
        + (f", {len(sets.test):,} to test on" if sets.test is not None else "")
    )
    progress = Progress(asked.plan.epochs, quiet)
    try:
        if backend == "numpy":
            from ocr.training.numpy_backend import answer

            found = answer(asked, sets, progress)
        else:
            found = study.answer(
                asked, sets, progress, say, output.with_suffix(".checkpoint.safetensors"), resume
            )
    finally:
        progress.close()
    if found.outcome.ended:
        say(f"ended early: {found.outcome.ended}; the best was epoch {found.outcome.best}")
    command = shlex.join(["ocr-train", *(argument for argument in sys.argv[1:] if argument != "run")])
    report = study.write(replace(asked, arch=found.begun.arch), found, output, command)
    click.echo(f"{output}: {found.assessment.accuracy:.2%} right on {found.tested.name}; report {report}")
    return ExitCode.INTERRUPTED if found.outcome.ended == "interrupted" else ExitCode.OK
