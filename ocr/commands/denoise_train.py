"""``ocr-denoise train``: networks that learn from letters drawn and damaged on the fly."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr.commands._exits import exits
from ocr.errors import ExitCode, MissingExtra

if TYPE_CHECKING:
    from ocr.denoising.fit import Check

NETWORKS = ("denoiser", "bottleneck32-deep", "bottleneck32", "bottleneck32-numpy")


@click.command(
    epilog="""\b
Examples:
  ocr-denoise train --data DATA -o denoising --network denoiser --time-limit 20
  ocr-denoise train --data DATA -o denoising --network denoiser --time-limit 20 --resume"""
)
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
@click.option(
    "--init",
    metavar="NAME_OR_FILE",
    help="Start from a model of ours, the weights of the one --network.",
)
@click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), help="Peak learning rate; its own if left out."
)
@click.option("--batch", type=click.IntRange(min=8), default=256, show_default=True)
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Of bottleneck32-numpy, which takes no part in the time limit.",
)
@click.option(
    "--letters",
    type=click.IntRange(min=1),
    default=12000,
    show_default=True,
    help="How many different ones bottleneck32-numpy learns from, and bottleneck32 starts from.",
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
@click.option("--resume", is_flag=True, help="Go on from the checkpoints in the output folder.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but the result.")
@exits
def train(
    data: Path,
    output: Path,
    networks: tuple[str, ...],
    threads: int,
    resume: bool,
    quiet: bool,
    **plan: Any,
) -> ExitCode:
    """Train the denoiser and the autoencoders with 32 numbers on drawn letters.

    Results go to OUTPUT: NAME.onnx, NAME.json and a checkpoint of each network, training.json, report.html.
    With --steps, an interrupted run that is resumed ends with the same weights as one that was not.
    """
    try:
        import matplotlib  # noqa: F401
        import onnx  # noqa: F401
        import torch
    except ImportError:
        raise MissingExtra("ocr-denoise train", "train") from None
    from ocr.denoising.train import FROM_SCRATCH, Plan
    from ocr.denoising.train import train as train_all

    if plan["init"] is not None and (len(networks) != 1 or networks[0] == FROM_SCRATCH):
        raise click.UsageError("--init needs one --network, and one of PyTorch.")
    torch.set_num_threads(threads)
    progress = Progress(quiet)
    try:
        train_all(data, output, Plan(**plan), networks or NETWORKS, resume=resume, watcher=progress)
    finally:
        progress.close()
    click.echo(_report(data, output))
    return ExitCode.OK


class Progress:
    """On standard error, a line for each check and, on a terminal, a bar for each network."""

    _WHOLE = 1000

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.bar: Any = None
        self.name, self.told, self.shown = "", "", 0

    def progress(self, name: str, done: float) -> None:
        """Move the bar of ``name`` to ``done``, from 0 to 1."""
        if self.quiet or not sys.stderr.isatty():
            return
        if name != self.name:
            self.close()
            self.name, self.told, self.shown = name, "", 0
            self.bar = click.progressbar(
                length=self._WHOLE, label=name, file=sys.stderr, width=24, item_show_func=lambda text: text
            )
            self.bar.__enter__()
        now = min(self._WHOLE, int(done * self._WHOLE))
        if now > self.shown:
            self.bar.update(now - self.shown, self.told)
            self.shown = now

    def check(self, name: str, check: Check) -> None:
        """Say what was reached."""
        if self.quiet:
            return
        if self.bar is not None:
            click.echo("\r\x1b[2K", nl=False, err=True)  # the bar is drawn again below the line
        self.told = f"held out {check.validation:.2f} dB"
        click.echo(
            f"{name}: {check.seconds:5.0f} s, step {check.step}, drawn {check.drawn}, PSNR "
            f"{check.training:.2f} dB, {self.told}",
            err=True,
        )

    def close(self) -> None:
        """Leave the terminal's line."""
        if self.bar is not None:
            self.bar.__exit__(None, None, None)
            self.bar = None


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
