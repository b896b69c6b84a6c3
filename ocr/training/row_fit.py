"""A run of the row reader's training, from the material to the exported model.

With a time limit the learning rate follows the clock and reaches nothing exactly at the limit, and a trainer
that is faster than its workers shows earlier rows again, newly damaged. With a number of steps every row is
seen once, and a run that was taken up again ends with the same weights as one that was never interrupted.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ocr.errors import DataError, OutputError
from ocr.training import row_checkpoint
from ocr.training.device import choose
from ocr.training.row_draw import Damage
from ocr.training.row_errors import ReadRow, by_kind, by_writer, spread
from ocr.training.row_export import export_rows
from ocr.training.row_mix import load_pools, mix_without
from ocr.training.row_report import LOG, read_log, write_rows_report
from ocr.training.row_stream import RowStream
from ocr.training.row_trainer import Ready, Settings, Trainer
from ocr.training.row_validation import Validation

_REPLAYS = 48  # recent batches kept on the device to be shown again


def train(
    data: Path,
    output: Path,
    settings: Settings,
    workers: int,
    device: str = "auto",
    *,
    begin_from: Path | None = None,
    resume: bool = False,
    say: Callable[[str], None] = lambda line: None,
    shape: dict[str, Any] | None = None,
) -> Path:
    """Train on the material under ``data`` (unipen/, fonts/, text/) and write the model; returns its path.

    output: folder for rows.onnx, its card rows.json, checkpoints and log.jsonl. workers: processes that draw
    rows. begin_from: checkpoint whose averaged weights to start from. resume: take up the run in ``output``.
    say: takes lines about the progress. shape: options of the network other than its own.

    DataError when material is missing or there is nothing to resume, OutputError when nothing can be written.
    """
    start = time.monotonic()
    checkpoint = output / row_checkpoint.NAME
    if resume and not checkpoint.exists():
        raise DataError(f"{checkpoint}: no checkpoint to go on from")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{output}: cannot be made: {error.strerror}") from error
    training, held_out = load_pools(data)
    say("material loaded")
    first = row_checkpoint.load(checkpoint)[2]["block"] if resume else 0
    damage, mix = Damage().scaled(settings.damage), mix_without(settings.leave_out)
    with RowStream(training, settings.seed, max(1, workers), settings.columns, damage, first, mix) as stream:
        target = choose(device)
        trainer = Trainer(settings, target, shape or {})
        if begin_from:
            trainer.begin_from(begin_from)
        if resume:
            trainer.resume(checkpoint)
        validation = Validation(held_out, settings.validation_rows, settings.columns)
        say(f"training on {target}, {sum(p.numel() for p in trainer.network.parameters()):,} parameters")
        rows = run(trainer, stream, validation, output, start, say)
    model = export_rows(trainer.average, output / "rows.onnx", trainer.progress())
    report = write_rows_report(
        model.with_suffix(".report"), "Reader of rows", rows, read_log(output / LOG), trainer.progress()
    )
    say(f"report: {report}")
    return model


def run(
    trainer: Trainer,
    stream: RowStream,
    validation: Validation,
    output: Path,
    start: float,
    say: Callable[[str], None],
) -> list[ReadRow]:
    """Train to the end, with checks and checkpoints on the way; what the last check read.

    start: when the command began, monotonic.
    """
    settings = trainer.settings
    began = time.monotonic()
    # The run's clock goes on where it was put down; this command's loading counts against its limit.
    length = max(start + 60 * settings.minutes - began, trainer.seconds, 1e-3)

    def clock() -> float:
        return trainer.seconds + time.monotonic() - began

    def progress() -> float:
        return trainer.step / settings.steps if settings.steps else clock() / length

    def check(loss: float) -> list[ReadRow]:
        rows = validation.read(trainer.average, trainer.device)
        trainer.error_rates, trainer.writers = by_kind(rows), spread(by_writer(rows).values())
        line = {
            "step": trainer.step,
            "seconds": round(clock(), 1),
            "progress": round(progress(), 4),
            "loss": round(loss, 4),
            "rows": trainer.rows,
            "rows_per_second": round((trainer.rows - first_row) / (time.monotonic() - began)),
            "shown_again": shown_again.count,
            "cer": trainer.error_rates,
            "writers": trainer.writers,
        }
        with (output / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        say(_told(line))
        trainer.save(output, clock())
        return rows

    first_row, seen, rows = trainer.rows, 0, None
    losses = torch.zeros((), device=trainer.device)
    shown_again = _Replay(settings.seed)
    checks = int(progress() * settings.checks)
    batches = shown_again.filled(trainer.fresh(stream), keep=not settings.steps)
    while (at := progress()) < 1:
        losses = losses + trainer.learn(next(batches), at)
        seen += 1
        if (due := int(progress() * settings.checks)) > checks:
            checks = due
            rows = check(float(losses) / seen)
            seen, losses = 0, torch.zeros((), device=trainer.device)
    if seen:
        rows = check(float(losses) / seen)
    return rows if rows is not None else validation.read(trainer.average, trainer.device)


class _Replay:
    """Recent batches, shown again at random while the next ones are not there yet."""

    def __init__(self, seed: int) -> None:
        self.count = 0
        self._rng = np.random.default_rng(seed)
        self._kept: list[Ready] = []

    def filled(self, batches: Iterator[Ready | None], keep: bool) -> Iterator[Ready]:
        for ready in batches:
            if ready is None:
                self.count += 1
                yield self._kept[self._rng.integers(len(self._kept))]
            else:
                if keep:
                    self._kept = [*self._kept[1 - _REPLAYS :], ready]
                yield ready


def _told(line: dict[str, Any]) -> str:
    rates = {kind: f"{100 * rate:.1f}" for kind, rate in line["cer"].items()}
    everything = rates.pop("all")
    kinds = ", ".join(f"{kind} {rate}" for kind, rate in rates.items())
    return (
        f"{line['progress']:4.0%}  step {line['step']:,}  loss {line['loss']:.3f}  "
        f"{line['rows_per_second']:,} rows/s  CER {everything} % ({kinds})"
    )
