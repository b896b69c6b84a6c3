"""``ocr-denoise train``: networks that learn from letters drawn and damaged on the fly."""

from __future__ import annotations

from pathlib import Path

import click

from ocr.commands._exits import exits
from ocr.errors import ExitCode, MissingExtra

NETWORKS = ("denoiser", "bottleneck32-deep", "bottleneck32", "bottleneck32-numpy")


@click.command()
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
    required=True,
    help="Where the networks, their cards, curves and the report go.",
)
@click.option(
    "--time-limit",
    "minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=20.0,
    show_default=True,
    metavar="MINUTES",
    help="For all networks of PyTorch together.",
)
@click.option(
    "--steps",
    type=click.IntRange(min=0),
    default=0,
    help="Train each network this many steps instead, however long.",
)
@click.option(
    "--network",
    "networks",
    multiple=True,
    type=click.Choice(NETWORKS),
    help="Only this one; may be repeated.",
)
@click.option("--batch", type=click.IntRange(min=8), default=256, show_default=True)
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    default=400,
    show_default=True,
    help="Of bottleneck32-numpy, which takes no part in the time limit.",
)
@click.option(
    "--letters",
    type=click.IntRange(min=1),
    default=12000,
    show_default=True,
    help="How many different ones bottleneck32-numpy learns from.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Processes that draw and damage letters; 0 draws and learns in turn.",
)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True)
@click.option(
    "--checks",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="How often to measure and write each network.",
)
@click.option(
    "--held-out",
    type=click.IntRange(min=1),
    default=4096,
    show_default=True,
    help="Letters of unseen writers to measure on.",
)
@click.option("--seed", type=int, default=0, show_default=True)
@exits
def train(
    data: Path,
    output: Path,
    minutes: float,
    steps: int,
    networks: tuple[str, ...],
    batch: int,
    epochs: int,
    letters: int,
    workers: int,
    device: str,
    threads: int,
    checks: int,
    held_out: int,
    seed: int,
) -> ExitCode:
    """Train the denoiser and the autoencoders with 32 numbers on drawn letters.

    Results go to OUTPUT: NAME.onnx and NAME.json of each network, training.json, report.html.
    """
    try:
        import matplotlib  # noqa: F401
        import onnx  # noqa: F401
        import torch
    except ImportError:
        raise MissingExtra("ocr-denoise train", "train") from None
    from ocr.denoising.train import train as train_all

    torch.set_num_threads(threads)
    train_all(
        data,
        output,
        minutes,
        networks=networks or NETWORKS,
        workers=workers,
        device=device,
        batch=batch,
        steps=steps,
        held_out=held_out,
        checks=checks,
        epochs=epochs,
        letters=letters,
        seed=seed,
    )
    click.echo(_report(data, output))
    return ExitCode.OK


def _report(data: Path, output: Path) -> Path:
    """Curves, and letters before and after where there is a denoiser."""
    from ocr.denoising import report, score
    from ocr.denoising.curves import read_curves
    from ocr.reading.denoise import CropCleaner

    shown = {}
    if (output / "denoiser.onnx").is_file():
        letters = score.drawn_letters(data, report.SHOWN)
        shown = report.examples(letters, CropCleaner(output / "denoiser.onnx").clean)
    curves = read_curves(output)
    return report.write_report(output, report.Results(curves=curves, examples=shown))
