"""``ocr-denoise``: cleaner letters, and how much cleaner."""

from __future__ import annotations

from pathlib import Path

import click

from ocr import __version__
from ocr.commands._exits import exits
from ocr.errors import ExitCode, MissingExtra


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="ocr-denoise")
def main() -> None:
    """Clean letters."""


@main.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True,
              help="Folder with unipen/chars.npz and, if there, fonts/ and mnist/.")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="Where the networks, their cards and curves go.")
@click.option("--time-limit", "minutes", type=click.FloatRange(min=0, min_open=True), default=10.0,
              show_default=True, metavar="MINUTES", help="For all networks together.")
@click.option("--steps", type=click.IntRange(min=0), default=0,
              help="Train each network this many steps instead, however long.")
@click.option("--network", "networks", multiple=True,
              type=click.Choice(["denoiser", "bottleneck32-deep", "bottleneck32"]),
              help="Only this one; may be repeated.")
@click.option("--batch", type=click.IntRange(min=8), default=1024, show_default=True)
@click.option("--workers", type=click.IntRange(min=0), default=1, show_default=True,
              help="Processes that draw and damage letters; 0 draws and learns in turn.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--checks", type=click.IntRange(min=1), default=10, show_default=True,
              help="How often to measure and write each network.")
@click.option("--held-out", type=click.IntRange(min=1), default=4096, show_default=True,
              help="Letters of unseen writers to measure on.")
@click.option("--seed", type=int, default=0, show_default=True)
@exits
def train(data: Path, output: Path, minutes: float, steps: int, networks: tuple[str, ...], batch: int,
          workers: int, device: str, threads: int, checks: int, held_out: int, seed: int) -> ExitCode:
    """Train the denoiser and the two autoencoders on drawn letters."""
    try:
        import torch
    except ImportError:
        raise MissingExtra("ocr-denoise train", "train") from None
    from ocr.denoising.train import PARTS
    from ocr.denoising.train import train as train_all

    torch.set_num_threads(threads)
    train_all(data, output, minutes, networks=networks or tuple(PARTS), workers=workers, device=device,
              batch=batch, steps=steps, held_out=held_out, checks=checks, seed=seed)
    click.echo(output)
    return ExitCode.OK


if __name__ == "__main__":
    main()
