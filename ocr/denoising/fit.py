"""The training loop of all networks: the denoiser mends crops, the autoencoders give clean ones back."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import torch
from torch import Tensor, nn

from ocr.denoising import checkpoint
from ocr.denoising.judge import Judge
from ocr.denoising.pairs import Ring
from ocr.errors import DataError
from ocr.training.device import gains_from_bf16
from ocr.training.fit import one_cycle

_FLOOR = 1e-5  # mean squared error of 50 dB; beyond that there is nothing to gain


@dataclass(frozen=True)
class Settings:
    """``minutes`` of training, or ``steps`` when that is given; the schedule ends exactly there.

    ``legible``: decibels that one nat of difference to the judge ``reader`` is worth; 0 trains without it.
    """

    rate: float = 2e-3
    weight_decay: float = 0.01
    batch: int = 256
    minutes: float = 5.0
    steps: int = 0
    checks: int = 10
    legible: float = 0.0
    reader: str = "nist36-cnn"
    seed: int = 0


@dataclass(frozen=True)
class Check:
    """One point of a run: mean PSNR in dB since the last one, and on held-out pairs."""

    step: int
    seconds: float
    drawn: int
    training: float
    validation: float


@dataclass(frozen=True)
class Held:
    """Held-out pairs to validate on: what goes in and what should come out, (N, 32, 32) on the device."""

    inputs: Tensor
    targets: Tensor


def psnr(outputs: Tensor, targets: Tensor) -> Tensor:
    """(N,) dB of crops (N, 32, 32) in [0, 1].

    Its mean is what is reported, so its mean is what is trained: the mean of squared errors would be ruled
    by the few worst crops.
    """
    error = (outputs.float() - targets).square().mean((1, 2))
    return -10 * torch.log10(error + _FLOOR)


class Fit:
    """Trains ``network`` on ``device`` with AdamW and a one-cycle rate. ``checks``: the points of the run."""

    def __init__(self, network: nn.Module, ring: Ring, settings: Settings, device: torch.device) -> None:
        network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster everywhere
        self.network, self.ring, self.settings, self.device = network, ring, settings, device
        self._optimiser = torch.optim.AdamW(
            network.parameters(),
            settings.rate,
            weight_decay=settings.weight_decay,
            betas=(0.9, 0.99),
            fused=device.type == "cuda",
        )
        self._bf16 = gains_from_bf16(device)
        self._judge = Judge(settings.reader, device, self._bf16) if settings.legible else None
        self.step, self.seconds = 0, 0.0
        self.checks: list[Check] = []

    def progress(self) -> float:
        """How much of the schedule is done, from 0 to 1 or just above."""
        if self.settings.steps:
            return self.step / self.settings.steps
        return self.seconds / (60 * self.settings.minutes)

    def run(
        self,
        held: Held,
        on_check: Callable[[Check], None] = lambda _: None,
        on_step: Callable[[float], None] = lambda _: None,
    ) -> None:
        """Train to the end of the schedule; ``on_step`` is told the progress, ``on_check`` each new point."""
        began = time.monotonic() - self.seconds
        running, since = torch.zeros((), device=self.device), 0
        while (done := self.progress()) < 1:
            for group in self._optimiser.param_groups:
                group["lr"] = self.settings.rate * one_cycle(done)
            running += self._learn()
            self.step, since = self.step + 1, since + 1
            if self.step % 20 == 0 and self.device.type == "cuda":
                torch.cuda.synchronize()  # else the clock runs ahead of the device
            self.seconds = time.monotonic() - began
            on_step(self.progress())
            if math.floor(self.progress() * self.settings.checks) > len(self.checks):
                reached = validate(self.network, held)
                self.checks.append(
                    Check(self.step, self.seconds, self.ring.drawn, float(running) / since, reached)
                )
                running.zero_()
                since = 0
                on_check(self.checks[-1])

    def _learn(self) -> Tensor:
        """One step; returns the mean PSNR in dB, on the device."""
        batch = self.ring.batch()
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._bf16):
            outputs = self.network(batch.damaged).float()
        reached = psnr(outputs, batch.clean).mean()
        loss = -reached
        if self._judge is not None:
            loss = loss + self.settings.legible * self._judge.difference(outputs, batch.clean)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 20.0)
        self._optimiser.step()
        return reached.detach()

    def save(self, path: Path) -> None:
        """Write all that `resume` needs, at a check; an existing file is replaced only when complete."""
        notes = {
            "step": self.step,
            "seconds": self.seconds,
            "checks": [asdict(check) for check in self.checks],
            "settings": asdict(self.settings),
        }
        checkpoint.save(path, self.network, self._optimiser, self.ring.state(), notes)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint of `save`; DataError when its run was another."""
        tensors, notes = checkpoint.load(path, self.network, self._optimiser)
        for field in fields(Settings):
            then, now = notes["settings"].get(field.name), getattr(self.settings, field.name)
            if then != now:
                raise DataError(f"{path}: its run had {field.name} {then}, not {now}; give the same")
        self.ring.resume(tensors)
        self.step, self.seconds = notes["step"], notes["seconds"]
        self.checks = [Check(**check) for check in notes["checks"]]


@torch.no_grad()
def validate(network: nn.Module, held: Held, batch: int = 512) -> float:
    """Mean PSNR in dB on held-out pairs, in float32."""
    network.eval()
    parts = [
        psnr(network(inputs), targets)
        for inputs, targets in zip(held.inputs.split(batch), held.targets.split(batch), strict=True)
    ]
    return float(torch.cat(parts).mean())
