"""Train the row reader. Hours on two cores or minutes on a GPU, with the same command:

    python -m ocr.training.row_fit --data DIR --output DIR --time-limit 9 --workers 14

With --time-limit the learning rate follows the clock and reaches nothing exactly at the limit, and a trainer
that is faster than its workers shows earlier rows again, newly damaged. With --steps every row is seen once
and a run that is taken up with --resume ends with the same weights as one that was never interrupted.
"""

from __future__ import annotations

import copy
import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch import Tensor

from ocr.errors import OcrError, exit_code
from ocr.reading.ctc import CLASSES
from ocr.training import row_checkpoint
from ocr.training.device import choose, gains_from_bf16
from ocr.training.networks.crnn import Crnn
from ocr.training.row_augment import augment
from ocr.training.row_draw import Damage
from ocr.training.row_export import export_rows
from ocr.training.row_loss import columns_of, ctc_loss, error_rate, read_greedily, targets_of
from ocr.training.row_mix import KINDS, Pool, load_pools
from ocr.training.row_stream import Batch, RowStream, draw_rows, make_batches

_REPLAYS = 48  # recent batches kept on the device to be shown again
_VALIDATION_SEED = 20_000_001


@dataclass(frozen=True)
class Settings:
    """``minutes`` of wall clock, or ``steps`` when not 0. columns: picture columns in a batch (300 rows are 90,000)."""

    minutes: float = 9.0
    steps: int = 0
    rate: float = 2e-3
    columns: int = 98_304
    warm_up: float = 0.04
    weight_decay: float = 0.02
    average: float = 0.9995
    seed: int = 1
    validation_rows: int = 120  # of each kind
    checks: int = 10


@dataclass
class Ready:
    """A batch on the training device; columns and lengths stay on the CPU, where the CTC loss looks at them."""

    pictures: Tensor
    columns: Tensor
    targets: Tensor
    lengths: Tensor
    cased: Tensor
    batch: Batch


def to_device(batch: Batch, device: torch.device) -> Ready:
    """Pictures stay bytes until they are used."""
    targets, lengths = targets_of(batch)
    return Ready(torch.from_numpy(batch.pictures)[:, None].to(device), columns_of(batch),
                 targets.to(device), lengths, torch.from_numpy(batch.cased).to(device), batch)


def rate_at(progress: float, warm_up: float) -> float:
    """Part of the peak rate at ``progress`` in [0, 1]: a straight rise, then half a cosine down to a thousandth."""
    if progress < warm_up:
        return max(progress / warm_up, 0.02)
    return max(0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warm_up) / (1 - warm_up)))), 1e-3)


@dataclass
class Trainer:
    """One run. ``say`` takes a line about its progress."""

    settings: Settings
    device: torch.device
    say: Callable[[str], None]
    network: Crnn = field(init=False)
    average: Crnn = field(init=False)
    optimiser: torch.optim.Optimizer = field(init=False)
    step: int = 0
    block: int = 0  # of the batch that comes next
    place: int = 0  # of that batch within its block
    rows: int = 0
    error_rates: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        torch.manual_seed(self.settings.seed)
        self.network = Crnn(CLASSES).to(self.device)
        if self.device.type == "cuda":
            self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.network).eval()
        gains = [p for p in self.network.parameters() if p.ndim < 2]
        weights = [p for p in self.network.parameters() if p.ndim >= 2]
        self.optimiser = torch.optim.AdamW(
            [{"params": weights, "weight_decay": self.settings.weight_decay}, {"params": gains, "weight_decay": 0.0}],
            lr=self.settings.rate, betas=(0.9, 0.98), fused=self.device.type == "cuda")
        self.half = gains_from_bf16(self.device)

    def begin_from(self, path: Path) -> None:
        """Start with the averaged weights of an earlier run; schedule and data begin anew."""
        tensors, _, _ = row_checkpoint.load(path)
        row_checkpoint.fill(self.network, tensors, "average.")
        row_checkpoint.fill(self.average, tensors, "average.")

    def resume(self, path: Path) -> None:
        """Take up a run where its checkpoint left it."""
        tensors, _, progress = row_checkpoint.load(path)
        row_checkpoint.fill(self.network, tensors, "network.")
        row_checkpoint.fill(self.average, tensors, "average.")
        row_checkpoint.fill_optimiser(self.optimiser, tensors)
        self.step, self.block, self.place, self.rows = (progress[key] for key in ("step", "block", "place", "rows"))

    def progress(self) -> dict[str, Any]:
        """What a checkpoint tells about the run."""
        return {"step": self.step, "block": self.block, "place": self.place, "rows": self.rows,
                "error_rates": self.error_rates, **asdict(self.settings)}

    def learn(self, ready: Ready, progress: float) -> Tensor:
        """One step; returns the loss per character, on the device."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.rate * rate_at(progress, self.settings.warm_up)
        torch.manual_seed(self.settings.seed * 1_000_003 + self.step)  # dropout
        random = torch.Generator(self.device).manual_seed(self.settings.seed * 1_000_003 + self.step)
        pictures = augment(ready.pictures.float() / 255, random)
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            logits = self.network(pictures)
        loss = ctc_loss(logits, ready.columns, ready.targets, ready.lengths, ready.cased)
        # Divided by the columns of a full batch, not by this batch's characters: every character counts alike.
        (loss * (16 / self.settings.columns)).backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.rows += len(ready.batch.texts)
        self._follow()
        return loss.detach() / ready.lengths.sum()

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the averaged network towards the trained one."""
        weight = 1 - min(self.settings.average, (1 + self.step) / (20 + self.step))
        pairs = [(mean, value) for mean, value in zip(self.average.state_dict().values(),
                                                      self.network.state_dict().values(), strict=True)
                 if mean.is_floating_point()]
        torch._foreach_lerp_([mean for mean, _ in pairs], [value for _, value in pairs], weight)

    @torch.no_grad()
    def validate(self, batches: list[Ready]) -> dict[str, float]:
        """CER of the averaged network by kind of row, and over all."""
        found: dict[str, list[tuple[str, str, bool]]] = {kind: [] for kind in KINDS}
        self.average.eval()
        for number, ready in enumerate(batches):
            random = torch.Generator(self.device).manual_seed(_VALIDATION_SEED + number)
            pictures = augment(ready.pictures.float() / 255, random, strength=0.5)
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
                logits = self.average(pictures)
            for read, text, cased, kind in zip(read_greedily(logits, ready.columns), ready.batch.texts,
                                               ready.batch.cased.tolist(), ready.batch.kinds.tolist(), strict=True):
                found[KINDS[kind]].append((read, text, cased))
        rates = {kind: round(error_rate(pairs), 5) for kind, pairs in found.items()}
        rates["all"] = round(error_rate(pair for pairs in found.values() for pair in pairs), 5)
        self.error_rates = rates
        return rates

    def fresh(self, stream: RowStream) -> Iterator[Ready | None]:
        """Batches in order. None, once in a while, stands for: the next block is not there yet."""
        first = self.block
        while True:
            if not self.settings.steps and self.block > first and not stream.ready():
                yield None
                continue
            batches = stream.next_block()
            for batch in batches[self.place:]:
                self.place += 1
                yield to_device(batch, self.device)
            self.block, self.place = self.block + 1, 0


def validation_batches(pool: Pool, settings: Settings, device: torch.device) -> list[Ready]:
    """The same validation rows in every run with these settings: held-out writers and fonts, half the damage."""
    rng = np.random.default_rng([_VALIDATION_SEED])
    kinds = [kind for kind in KINDS for _ in range(settings.validation_rows)]
    rows = list(draw_rows(pool, rng, kinds, Damage(0.7, 0.06, 0.2, 0.06, 0.02, 0.06, 0.05, 0.05)))
    return [to_device(batch, device) for batch in make_batches(rows, settings.columns)]


def run(trainer: Trainer, stream: RowStream, validation: list[Ready], output: Path, deadline: float) -> None:
    """Train to the end, with checks and checkpoints on the way."""
    settings, say = trainer.settings, trainer.say
    began, seen = time.monotonic(), 0
    first_step, first_row = trainer.step, trainer.rows
    log, checked = output / "log.jsonl", 0
    kept: list[Ready] = []
    shuffle = np.random.default_rng(settings.seed)
    replayed, losses = 0, torch.zeros((), device=trainer.device)
    batches = trainer.fresh(stream)
    while True:
        elapsed = time.monotonic() - began
        progress = (trainer.step / settings.steps if settings.steps
                    else elapsed / max(deadline - began, 1e-3))
        if progress >= 1:
            break
        ready = next(batches)
        if ready is None:
            ready = kept[shuffle.integers(len(kept))]
            replayed += 1
        elif not settings.steps:
            kept.append(ready)
            del kept[:-_REPLAYS]
        losses = losses + trainer.learn(ready, progress)
        seen += 1
        if progress >= (checked + 1) / settings.checks:
            checked += 1
            seconds = time.monotonic() - began
            rates = trainer.validate(validation)
            line = {"step": trainer.step, "seconds": round(seconds, 1), "progress": round(progress, 4),
                    "loss": round(float(losses) / seen, 4), "rows": trainer.rows,
                    "rows_per_second": round((trainer.rows - first_row) / seconds),
                    "steps_per_second": round((trainer.step - first_step) / seconds, 2),
                    "shown_again": replayed, "cer": rates}
            seen, losses = 0, torch.zeros((), device=trainer.device)
            with log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
            say(json.dumps(line))
            row_checkpoint.save(output / "checkpoint.safetensors", trainer.network, trainer.average,
                                trainer.optimiser, trainer.progress())
            row_checkpoint.save_average(output / "average.safetensors", trainer.average, trainer.progress())
    rates = trainer.validate(validation)
    say("end: " + json.dumps(rates))
    row_checkpoint.save(output / "checkpoint.safetensors", trainer.network, trainer.average, trainer.optimiser,
                        trainer.progress())
    row_checkpoint.save_average(output / "average.safetensors", trainer.average, trainer.progress())


@click.command(help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), required=True,
              help="folder with unipen/, fonts/ and text/")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True,
              help="folder for checkpoint.safetensors, log.jsonl, rows.onnx and rows.json")
@click.option("--time-limit", type=float, default=9.0, show_default=True, help="minutes, loading included")
@click.option("--steps", type=int, default=0, help="train this many steps instead")
@click.option("--workers", type=int, default=2, show_default=True, help="processes that draw rows")
@click.option("--columns", type=int, default=Settings.columns, show_default=True,
              help="picture columns in a batch")
@click.option("--rate", type=float, default=Settings.rate, show_default=True, help="highest learning rate")
@click.option("--seed", type=int, default=Settings.seed, show_default=True)
@click.option("--validation-rows", type=int, default=Settings.validation_rows, show_default=True,
              help="validation rows of each kind")
@click.option("--checks", type=int, default=Settings.checks, show_default=True,
              help="how often to validate and write a checkpoint")
@click.option("--begin-from", type=click.Path(path_type=Path, dir_okay=False),
              help="checkpoint whose averaged weights to start from")
@click.option("--resume", is_flag=True, help="take up the run whose checkpoint is in --output")
@click.option("--device", default="auto", show_default=True, type=click.Choice(["auto", "cpu", "cuda"]))
def main(data: Path, output: Path, time_limit: float, steps: int, workers: int, columns: int, rate: float, seed: int,
         validation_rows: int, checks: int, begin_from: Path | None, resume: bool, device: str) -> None:
    """Train the row reader."""
    start = time.monotonic()
    settings = Settings(minutes=time_limit, steps=steps, rate=rate, columns=columns, seed=seed,
                        validation_rows=validation_rows, checks=checks)

    def say(line: str) -> None:
        click.echo(f"{time.monotonic() - start:7.1f} s  {line}", err=True)

    try:
        output.mkdir(parents=True, exist_ok=True)
        checkpoint = output / "checkpoint.safetensors"
        training, validation = load_pools(data)
        say("material loaded")
        first = row_checkpoint.load(checkpoint)[2]["block"] if resume else 0
        with RowStream(training, seed, max(1, workers), columns, start=first) as stream:
            target = choose(device)
            trainer = Trainer(settings, target, say)
            if begin_from:
                trainer.begin_from(begin_from)
            if resume:
                trainer.resume(checkpoint)
            held_out = validation_batches(validation, settings, target)
            say(f"training on {target}, {sum(p.numel() for p in trainer.network.parameters()):,} parameters")
            run(trainer, stream, held_out, output, start + 60 * time_limit)
        say(f"wrote {export_rows(trainer.average, output / 'rows.onnx', trainer.progress())}")
    except OcrError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(exit_code(error))


if __name__ == "__main__":
    main()
