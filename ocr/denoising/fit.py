"""The training loop of all networks: the denoiser mends crops, the autoencoders give clean ones back."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ocr.denoising.judge import Judge
from ocr.denoising.pairs import Ring
from ocr.training.device import gains_from_bf16
from ocr.training.fit import one_cycle

_FLOOR = 1e-5  # mean squared error of 50 dB; beyond that there is nothing to gain


@dataclass(frozen=True)
class Settings:
    """``minutes`` of training, or ``steps`` when that is given; the schedule ends exactly there.

    ``legible``: decibels that one nat of difference to a judge is worth; 0 trains without a judge of
    ``classes`` classes.
    """

    rate: float = 2e-3
    weight_decay: float = 0.01
    minutes: float = 5.0
    steps: int = 0
    checks: int = 10
    legible: float = 0.0
    classes: int = 0


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


def fit(
    network: nn.Module,
    ring: Ring,
    held: Held,
    settings: Settings,
    device: torch.device,
    on_check: Callable[[Check], None] | None = None,
) -> list[Check]:
    """Train ``network`` on ``device`` with AdamW and a one-cycle rate; returns the points of the run."""
    network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster everywhere
    optimiser = torch.optim.AdamW(
        network.parameters(),
        settings.rate,
        weight_decay=settings.weight_decay,
        betas=(0.9, 0.99),
        fused=device.type == "cuda",
    )
    bf16 = gains_from_bf16(device)
    judge = Judge(settings.classes, device, bf16) if settings.legible else None
    began = time.monotonic()
    step, since, running, done = 0, 0, torch.zeros((), device=device), 0.0
    checks: list[Check] = []
    while done < 1:
        for group in optimiser.param_groups:
            group["lr"] = settings.rate * one_cycle(done)
        batch = ring.batch()
        network.train()
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            outputs = network(batch.damaged).float()
        reached = psnr(outputs, batch.clean).mean()
        loss = -reached
        if judge is not None:
            some = len(batch.labels) // 2  # judging all would cost more than all the rest of the step
            judge.learn(batch.damaged[:some], batch.clean[:some], batch.labels[:some])
            loss = loss + settings.legible * judge.difference(outputs[:some], batch.clean[:some])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 20.0)
        optimiser.step()
        running += reached.detach()
        step, since = step + 1, since + 1
        if step % 20 == 0 and device.type == "cuda":
            torch.cuda.synchronize()  # else the clock runs ahead of the device
        seconds = time.monotonic() - began
        done = step / settings.steps if settings.steps else seconds / (60 * settings.minutes)
        if math.floor(done * settings.checks) > len(checks):
            check = Check(step, seconds, ring.drawn, float(running) / since, validate(network, held))
            checks.append(check)
            running.zero_()
            since = 0
            if on_check is not None:
                on_check(check)
    return checks


@torch.no_grad()
def validate(network: nn.Module, held: Held, batch: int = 512) -> float:
    """Mean PSNR in dB on held-out pairs, in float32."""
    network.eval()
    parts = [
        psnr(network(inputs), targets)
        for inputs, targets in zip(held.inputs.split(batch), held.targets.split(batch), strict=True)
    ]
    return float(torch.cat(parts).mean())
