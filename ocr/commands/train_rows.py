"""``ocr-train rows``: teach the row reader, and export what a checkpoint holds."""

from __future__ import annotations

import time
from pathlib import Path

import click

from ocr.commands._exits import exits
from ocr.commands._study import require_torch
from ocr.errors import ExitCode

_FILE = click.Path(path_type=Path, dir_okay=False)


_data_option = click.option(
    "--data",
    type=click.Path(exists=True, path_type=Path, file_okay=False),
    required=True,
    help="Folder with unipen/, fonts/ and text/.",
)
_device_option = click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True
)
_threads_option = click.option(
    "--threads", type=click.IntRange(min=1), help="Threads of PyTorch; its own choice if left out."
)


@click.command(
    epilog="""\b
Examples:
  ocr-train rows --data DIR -o rows --time-limit 540            a night on two cores
  ocr-train rows --data DIR -o rows --time-limit 20 --workers 14 --columns 98304    on a GPU
  ocr-train rows --data DIR -o rows --time-limit 540 --resume   go on after an interruption""",
)
@_data_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("rows"),
    show_default=True,
    help="Folder for rows.onnx, its card rows.json, checkpoints and log.jsonl.",
)
@click.option(
    "--time-limit",
    "minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=540.0,
    show_default=True,
    metavar="MINUTES",
    help="The schedule ends exactly then, loading included.",
)
@click.option(
    "--steps", type=click.IntRange(min=0), default=0, help="Train so many steps instead, however long."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Processes that draw rows; on a GPU, one for each core.",
)
@click.option(
    "--columns",
    type=click.IntRange(min=2048),
    default=12_288,
    show_default=True,
    help="Picture columns in a batch.",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=1.6e-3,
    show_default=True,
    help="Peak learning rate.",
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--validation-rows",
    type=click.IntRange(min=1),
    default=120,
    show_default=True,
    help="Validation rows of each kind.",
)
@click.option(
    "--checks",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="How often to validate and write a checkpoint.",
)
@click.option(
    "--leave-out",
    multiple=True,
    metavar="KIND",
    help="Kind of rows not to train on, e.g. fonts; may be given several times.",
)
@click.option(
    "--damage",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="How much of the damage to train with.",
)
@click.option(
    "--width",
    type=click.FloatRange(0.1, 4),
    default=1.0,
    show_default=True,
    help="How wide the network is, 1 being that of the shipped model.",
)
@click.option("--begin-from", type=_FILE, help="Checkpoint whose averaged weights to start from.")
@click.option("--resume", is_flag=True, help="Go on from the checkpoint in the output folder.")
@_device_option
@_threads_option
@exits
def rows(
    data: Path,
    output: Path,
    minutes: float,
    steps: int,
    workers: int,
    columns: int,
    rate: float,
    seed: int,
    validation_rows: int,
    checks: int,
    leave_out: tuple[str, ...],
    damage: float,
    width: float,
    begin_from: Path | None,
    resume: bool,
    device: str,
    threads: int | None,
) -> ExitCode:
    """Train the reader of whole rows on pen strokes, composed rows and handwriting fonts.

    See docs/rows.md. With --steps, an interrupted run that is resumed ends with the same weights as one that
    was not interrupted.
    """
    require_torch()
    import torch

    from ocr.training.networks.crnn import scaled
    from ocr.training.row_fit import train
    from ocr.training.row_mix import KINDS
    from ocr.training.row_trainer import Settings

    if unknown := set(leave_out) - set(KINDS):
        raise click.BadParameter(
            f"no kind of rows is named {min(unknown)!r}; there are {', '.join(KINDS)}",
            param_hint="--leave-out",
        )
    if set(leave_out) == set(KINDS):
        raise click.BadParameter("no kind of rows is left", param_hint="--leave-out")
    if threads:
        torch.set_num_threads(threads)
    start = time.monotonic()

    def say(line: str) -> None:
        click.echo(f"{time.monotonic() - start:7.1f} s  {line}", err=True)

    settings = Settings(
        minutes=minutes,
        steps=steps,
        rate=rate,
        columns=columns,
        seed=seed,
        validation_rows=validation_rows,
        checks=checks,
        leave_out=tuple(sorted(set(leave_out))),
        damage=damage,
    )
    path = train(
        data,
        output,
        settings,
        workers,
        device,
        begin_from=begin_from,
        resume=resume,
        say=say,
        shape=scaled(width),
    )
    click.echo(path)
    return ExitCode.OK


@click.command("rows-report")
@click.argument("checkpoint", type=_FILE)
@_data_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the report; rows.report beside CHECKPOINT if left out.",
)
@click.option("--log", type=_FILE, help="The run's log.jsonl; that beside CHECKPOINT if left out.")
@click.option(
    "--validation-rows",
    type=click.IntRange(min=1),
    default=120,
    show_default=True,
    help="Validation rows of each kind.",
)
@_device_option
@_threads_option
@exits
def rows_report(
    checkpoint: Path,
    data: Path,
    output: Path | None,
    log: Path | None,
    validation_rows: int,
    device: str,
    threads: int | None,
) -> ExitCode:
    """Have the averaged network of CHECKPOINT (.safetensors) read held-out writers and fonts, and report on it.

    The report is a page (report.html) with error rates by kind of row and by writer, the commonest mistakes and
    the worst rows, and report.json with its figures.
    """
    require_torch()
    import torch

    from ocr.training import row_checkpoint
    from ocr.training.device import choose
    from ocr.training.row_mix import load_pools
    from ocr.training.row_report import LOG, read_log, write_rows_report
    from ocr.training.row_validation import Validation

    if threads:
        torch.set_num_threads(threads)
    network, progress = row_checkpoint.averaged_network(checkpoint)
    history = read_log(log or checkpoint.with_name(LOG))
    where = choose(device)
    validation = Validation(load_pools(data)[1], validation_rows, progress["columns"])
    rows = validation.read(network.to(where), where)
    title = f"Reader of rows: {checkpoint.name}"
    click.echo(
        write_rows_report(output or checkpoint.with_name("rows.report"), title, rows, history, progress)
    )
    return ExitCode.OK


@click.command("rows-export")
@click.argument("checkpoint", type=_FILE)
@click.argument("output", type=_FILE)
@exits
def rows_export(checkpoint: Path, output: Path) -> ExitCode:
    """Write the averaged network of CHECKPOINT (.safetensors) as the model OUTPUT (.onnx) with its card."""
    require_torch()
    from ocr.training import row_checkpoint
    from ocr.training.row_export import export_rows

    if output.suffix != ".onnx":
        raise click.BadParameter("a model's name ends in .onnx", param_hint="OUTPUT")
    network, progress = row_checkpoint.averaged_network(checkpoint)
    click.echo(export_rows(network, output, progress))
    return ExitCode.OK
