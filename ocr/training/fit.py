"""The training loop, for a network that learns from an endless pool of drawings."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from ocr.errors import DataError
from ocr.training.device import gains_from_bf16
from ocr.training.pool import Batch, Pool

WARM_UP = 0.06  # part of the run in which the rate rises
FILTER_FROM = 0.35  # part of the run after which wrong labels are recognised and left out
WRONG_BELOW = 0.02  # a glyph whose label the network gives less than this on average is taken as mislabelled
FEWEST_SEEN = 3


@dataclass(frozen=True)
class Settings:
    """``minutes`` of training, or ``steps`` when that is given; the schedule ends exactly there."""

    rate: float = 3e-3
    batch: int = 1024
    weight_decay: float = 0.02
    smoothing: float = 0.04
    average: float = 0.999
    minutes: float = 5.0
    steps: int = 0
    checks: int = 10
    jitter: bool = True
    seed: int = 0


@dataclass(frozen=True)
class Check:
    """What was seen at one point of the run."""

    step: int
    progress: float
    seconds: float
    loss: float
    left_out: int
    drawn: int


def one_cycle(progress: float) -> float:
    """Part of the peak rate at ``progress`` in [0, 1]: up in a line, down along a cosine to nothing."""
    if progress < WARM_UP:
        return 0.05 + 0.95 * progress / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - WARM_UP) / (1 - WARM_UP))))


class Fit:
    """Trains ``network`` (moved to ``device``) and keeps the moving average of its weights in ``average``."""

    def __init__(
        self,
        network: nn.Module,
        pool: Pool,
        glyphs: int,
        settings: Settings,
        device: torch.device,
        features: bool = False,
    ) -> None:
        self.device, self.pool, self.settings, self.features = device, pool, settings, features
        network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster everywhere
        self.network = network
        self.bf16 = gains_from_bf16(device)
        self.average = copy.deepcopy(self.network).eval()
        matrices = [p for p in network.parameters() if p.ndim > 1]
        vectors = [p for p in network.parameters() if p.ndim <= 1]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": matrices, "weight_decay": settings.weight_decay},
                {"params": vectors, "weight_decay": 0.0},
            ],
            lr=settings.rate,
            betas=(0.9, 0.99),
            fused=device.type == "cuda",
        )
        # How likely each original's label looked, over its drawings so far: wrong labels stay unlikely.
        self.likelihood = torch.zeros(glyphs + 1, device=device)
        self.seen = torch.zeros(glyphs + 1, device=device)
        self.step, self.spent = 0, 0.0

    def run(self, on_check: Callable[[Check], None]) -> None:
        """Train to the end of the schedule, calling ``on_check`` at ``checks`` equal steps of progress."""
        began, done = time.monotonic() - self.spent, self.progress()
        due = math.floor(done * self.settings.checks) + 1
        running = torch.zeros((), device=self.device)
        since = 0
        while done < 1:
            self.pool.refresh()
            for group in self.optimiser.param_groups:
                group["lr"] = self.settings.rate * one_cycle(done)
            running += self.learn(self.pool.batch(self.settings.batch), done >= FILTER_FROM)
            since += 1
            self.step += 1
            if self.step % 20 == 0 and self.device.type == "cuda":
                torch.cuda.synchronize()  # else the clock runs ahead of the device
            self.spent = time.monotonic() - began
            done = self.progress()
            if done * self.settings.checks >= due:
                due = math.floor(done * self.settings.checks) + 1
                on_check(
                    Check(
                        self.step,
                        done,
                        self.spent,
                        float(running) / since,
                        int(self.wrong().sum()),
                        self.pool.drawn,
                    )
                )
                running.zero_()
                since = 0

    def progress(self) -> float:
        """How much of the schedule is done, from 0 to 1 or just above."""
        if self.settings.steps:
            return self.step / self.settings.steps
        return self.spent / (60 * self.settings.minutes)

    def learn(self, batch: Batch, leave_out: bool) -> Tensor:
        """One step; returns the mean loss."""
        crops = jitter(batch.crops) if self.settings.jitter else batch.crops
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            logits = self.network(crops, batch.placements) if self.features else self.network(crops)
        logits = logits.float()
        # Smoothing fades with the rate: in the end clear letters shall be certain, for the search weighs them
        # against the language, and an even floor under all classes would let it overrule what is plain to see.
        smoothing = self.settings.smoothing * one_cycle(self.progress())
        losses = F.cross_entropy(logits, batch.labels, reduction="none", label_smoothing=smoothing)
        right = logits.detach().softmax(1).gather(1, batch.labels[:, None])[:, 0]
        originals = batch.glyphs % len(self.seen)  # -1, what is no letter, counts in the last place
        self.likelihood.index_add_(0, originals, right)
        self.seen.index_add_(0, originals, torch.ones_like(right))
        if leave_out:
            losses = losses * (~self.wrong())[originals]
        loss = losses.mean()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self.optimiser.step()
        self._follow()
        return loss.detach()

    def wrong(self) -> Tensor:
        """(glyphs + 1,) bool, the originals that look mislabelled.

        Source: S. Swayamdipta et al., "Dataset cartography", EMNLP 2020.
        """
        doubtful = (self.likelihood < WRONG_BELOW * self.seen) & (self.seen >= FEWEST_SEEN)
        doubtful[-1] = False
        return doubtful

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the averaged weights towards the present ones, faster in the beginning."""
        keep = min(self.settings.average, (1 + self.step) / (10 + self.step))
        averaged: list[Tensor] = list(self.average.parameters())
        present: list[Tensor] = list(self.network.parameters())
        torch._foreach_lerp_(averaged, present, 1 - keep)
        for mean, buffer in zip(self.average.buffers(), self.network.buffers(), strict=True):
            mean.copy_(mean.lerp(buffer, 1 - keep) if mean.is_floating_point() else buffer)

    def save(self, path: Path) -> None:
        """Write all that `resume` needs as safetensors; an existing file is replaced only when complete."""
        tensors = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        tensors |= {f"average.{name}": value for name, value in self.average.state_dict().items()}
        tensors |= {"likelihood": self.likelihood, "seen": self.seen}
        for index, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{index}.{name}": value for name, value in state.items()}
        metadata = {"step": self.step, "spent": self.spent, "settings": asdict(self.settings)}
        partial = path.with_suffix(".partial")
        save_file(
            {name: value.detach().cpu().contiguous() for name, value in tensors.items()},
            partial,
            {"fit": json.dumps(metadata)},
        )
        partial.replace(path)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint of `save`; DataError when it belongs to another network.

        Where the originals are others than then, their labels are doubted from the beginning again.
        """
        try:
            tensors = load_file(path)
            with safe_open(path, "pt") as file:
                metadata = json.loads(file.metadata()["fit"])
            self.network.load_state_dict(_under("network.", tensors))
            self.average.load_state_dict(_under("average.", tensors))
        except (OSError, SafetensorError, RuntimeError, KeyError, ValueError) as error:
            raise DataError(f"{path}: not a checkpoint of this network: {error}") from error
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in _under("optimiser.", tensors).items():
            index, key = name.split(".")
            state.setdefault(int(index), {})[key] = value
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": state})
        if tensors["seen"].shape == self.seen.shape:
            self.likelihood.copy_(tensors["likelihood"])
            self.seen.copy_(tensors["seen"])
        self.step, self.spent = metadata["step"], metadata["spent"]


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def jitter(crops: Tensor) -> Tensor:
    """Move half of the crops (N, 32, 32) a little: a turn, a stretch, a shift of half a pixel or so."""
    count, device = len(crops), crops.device
    moved = (torch.rand(count, device=device) < 0.5).float()
    noise = torch.randn((5, count), device=device) * moved
    angle, wide, high = noise[0] * 0.05, 1 + noise[1] * 0.04, 1 + noise[2] * 0.04
    matrix = torch.stack(
        [
            torch.stack([wide * angle.cos(), -angle.sin(), noise[3] * 0.03], 1),
            torch.stack([angle.sin(), high * angle.cos(), noise[4] * 0.03], 1),
        ],
        1,
    )  # (N, 2, 3)
    grid = F.affine_grid(matrix, [count, 1, 32, 32], align_corners=False)
    return F.grid_sample(crops[:, None], grid, align_corners=False)[:, 0]
