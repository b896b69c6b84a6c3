"""The row reader's learning: one step, the averaged network, validation, and taking a run up again."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ocr.errors import DataError
from ocr.reading.rows.ctc import CLASSES
from ocr.training import row_checkpoint
from ocr.training.device import gains_from_bf16
from ocr.training.networks.crnn import Crnn
from ocr.training.row_augment import augment
from ocr.training.row_loss import columns_of, ctc_loss, targets_of
from ocr.training.row_stream import Batch, RowStream

_SAME = (
    "seed",
    "columns",
    "rate",
    "steps",
    "leave_out",
    "damage",
)  # what a run must keep when it is taken up again


@dataclass(frozen=True)
class Settings:
    """Of a run: ``minutes`` of wall clock, or ``steps`` when not 0.

    rate: at its peak. columns: picture columns in a batch; 30 rows have about 12,000. warm_up: part of the
    run in which the rate rises. average: how much of the averaged network each step keeps. validation_rows:
    of each kind. checks: how often to validate and write a checkpoint. leave_out: kinds of rows not to train
    on. damage: 1 is all that `row_draw` and `row_augment` do to a training row, 0 is none.
    """

    minutes: float = 540.0
    steps: int = 0
    rate: float = 1.6e-3
    columns: int = 12_288
    warm_up: float = 0.04
    weight_decay: float = 0.02
    average: float = 0.999
    seed: int = 1
    validation_rows: int = 120
    checks: int = 10
    leave_out: tuple[str, ...] = ()
    damage: float = 1.0


@dataclass
class Ready:
    """A batch on the training device; columns and lengths stay on the CPU, where CTC loss looks at them."""

    pictures: Tensor
    columns: Tensor
    targets: Tensor
    lengths: Tensor
    cased: Tensor
    batch: Batch


def to_device(batch: Batch, device: torch.device) -> Ready:
    """Pictures stay bytes until they are used."""
    targets, lengths = targets_of(batch)
    return Ready(
        torch.from_numpy(batch.pictures)[:, None].to(device),
        columns_of(batch),
        targets.to(device),
        lengths,
        torch.from_numpy(batch.cased).to(device),
        batch,
    )


def rate_at(progress: float, warm_up: float) -> float:
    """Part of the peak rate at ``progress`` in [0, 1]: a straight rise, then half a cosine down to 0.001."""
    if progress < warm_up:
        return max(progress / warm_up, 0.02)
    return max(0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warm_up) / (1 - warm_up)))), 1e-3)


def _told(value: Any) -> str:
    return ", ".join(value) or "nothing" if isinstance(value, tuple) else str(value)


@dataclass
class Trainer:
    """One run of training. shape: options of `Crnn` other than its own."""

    settings: Settings
    device: torch.device
    shape: dict[str, Any] = field(default_factory=dict)
    network: Crnn = field(init=False)
    average: Crnn = field(init=False)
    optimiser: torch.optim.Optimizer = field(init=False)
    step: int = 0
    block: int = 0  # of the batch that comes next
    place: int = 0  # of that batch within its block
    rows: int = 0
    seconds: float = 0.0  # of wall clock that the run had when it was last put down
    error_rates: dict[str, float] = field(default_factory=dict)  # of the averaged network, by kind of row
    writers: dict[str, float] = field(default_factory=dict)  # the spread of the writers' error rates

    def __post_init__(self) -> None:
        torch.manual_seed(self.settings.seed)
        self.network = Crnn(CLASSES, **self.shape).to(self.device)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.network).eval()
        gains = [p for p in self.network.parameters() if p.ndim < 2]
        weights = [p for p in self.network.parameters() if p.ndim >= 2]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": weights, "weight_decay": self.settings.weight_decay},
                {"params": gains, "weight_decay": 0.0},
            ],
            lr=self.settings.rate,
            betas=(0.9, 0.98),
            fused=self.device.type == "cuda",
        )
        self.half = gains_from_bf16(self.device)

    def begin_from(self, path: Path) -> None:
        """Start with the averaged weights of an earlier run; schedule and data begin anew."""
        tensors, shape, _ = row_checkpoint.load(path)
        self._fits(path, shape)
        row_checkpoint.fill(self.network, tensors, "average.")
        row_checkpoint.fill(self.average, tensors, "average.")

    def resume(self, path: Path) -> None:
        """Take up a run where its checkpoint left it; DataError when it was another run's."""
        tensors, shape, progress = row_checkpoint.load(path)
        self._fits(path, shape)
        for name in _SAME:
            mine = getattr(self.settings, name)
            before = type(mine)(progress.get(name, getattr(Settings, name)))  # of JSON, or of an older run
            if before != mine:
                raise DataError(
                    f"{path}: its run had --{name.replace('_', '-')} {_told(before)}, not {_told(mine)}; "
                    "give the same, or begin a new run with --begin-from"
                )
        row_checkpoint.fill(self.network, tensors, "network.")
        row_checkpoint.fill(self.average, tensors, "average.")
        row_checkpoint.fill_optimiser(self.optimiser, tensors)
        self.step, self.block, self.place, self.rows = (
            progress[key] for key in ("step", "block", "place", "rows")
        )
        self.seconds, self.error_rates = progress["seconds"], progress["error_rates"]
        self.writers = progress.get("writers", {})

    def _fits(self, path: Path, shape: dict[str, Any]) -> None:
        """DataError unless the checkpoint's network is as large as this one."""
        mine = json.loads(json.dumps(self.network.settings))
        for name in ("channels", "blocks", "columns", "hidden"):
            if shape[name] != mine[name]:
                raise DataError(
                    f"{path}: its network has {name} {shape[name]}, not {mine[name]}; give the same --width"
                )

    def save(self, folder: Path, seconds: float) -> None:
        """Write the checkpoint, and the averaged network alone. seconds: the run's wall clock so far."""
        progress = {**self.progress(), "seconds": seconds}
        row_checkpoint.save(
            folder / row_checkpoint.NAME, self.network, self.average, self.optimiser, progress
        )
        row_checkpoint.save_average(folder / "average.safetensors", self.average, progress)

    def progress(self) -> dict[str, Any]:
        """What a checkpoint and a model card tell about the run."""
        return {
            "step": self.step,
            "block": self.block,
            "place": self.place,
            "rows": self.rows,
            "error_rates": self.error_rates,
            "writers": self.writers,
            **asdict(self.settings),
        }

    def learn(self, ready: Ready, progress: float) -> Tensor:
        """One step; returns the loss per character, on the device."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.rate * rate_at(progress, self.settings.warm_up)
        torch.manual_seed(self.settings.seed * 1_000_003 + self.step)  # dropout
        random = torch.Generator(self.device).manual_seed(self.settings.seed * 1_000_003 + self.step)
        pictures = augment(ready.pictures.float() / 255, random, self.settings.damage)
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            logits = self.network(pictures)
        loss = ctc_loss(logits, ready.columns, ready.targets, ready.lengths, ready.cased)
        # Divided by a full batch's columns, not by this batch's characters: every character counts alike.
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
        pairs = [
            (mean, value)
            for mean, value in zip(
                self.average.state_dict().values(), self.network.state_dict().values(), strict=True
            )
            if mean.is_floating_point()
        ]
        torch._foreach_lerp_([mean for mean, _ in pairs], [value for _, value in pairs], weight)

    def fresh(self, stream: RowStream) -> Iterator[Ready | None]:
        """Batches in order. None, once there was a batch, stands for: the next block is not there yet."""
        begun = False
        while True:
            if not self.settings.steps and begun and not stream.ready():
                yield None
                continue
            batches = stream.next_block()
            for batch in batches[self.place :]:
                self.place += 1
                begun = True
                yield to_device(batch, self.device)
            self.block, self.place = self.block + 1, 0
