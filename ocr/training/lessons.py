"""The training loop for labelled sets: epoch by epoch, with validation, early stopping and exact resumption.

`ocr.training.fit` is its sister for the shipped classifiers, which learn from an endless stream of drawings.

Everything random in an epoch comes from (seed, epoch). A run that stops and goes on therefore takes the same
steps as one that was never stopped, and on a CPU ends with the same weights to the last bit.
"""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from ocr.errors import DataError
from ocr.training.augment import augment
from ocr.training.datasets import Samples
from ocr.training.device import gains_from_bf16
from ocr.training.sampling import order

WARM_UP = 0.1  # part of a one-cycle run in which the rate rises
EVALUATED_AT_ONCE = 512


@dataclass(frozen=True)
class Plan:
    """How to train. ``patience`` counts epochs without a better validation; 0 never stops early."""

    epochs: int = 30
    batch: int = 64
    rate: float = 1e-3
    optimiser: str = "adam"
    momentum: float = 0.9
    schedule: str = "constant"
    l2: float = 0.0
    smoothing: float = 0.0
    augment: str = "off"
    balance: str = "none"
    patience: int = 0
    seed: int = 0
    bf16: bool = False


@dataclass(frozen=True)
class Epoch:
    """What one epoch brought; losses are cross-entropies in nats, or what the network has in its place."""

    epoch: int
    train_loss: float
    train_accuracy: float
    valid_loss: float
    valid_accuracy: float
    rate: float
    seconds: float


class Watcher(Protocol):
    """Is told how training goes."""

    def batch(self, epoch: int, done: int, batches: int, loss: float, accuracy: float) -> None: ...

    def epoch(self, epoch: Epoch, best: bool) -> None: ...


@dataclass
class Outcome:
    """history, and the best epoch (from 1) whose weights the network now has; ``ended`` says why it ended."""

    history: list[Epoch] = field(default_factory=list)
    best: int = 0
    ended: str = ""


OPTIMISERS: dict[str, Callable[[list[nn.Parameter], Plan], torch.optim.Optimizer]] = {
    "sgd": lambda weights, plan: torch.optim.SGD(weights, plan.rate, weight_decay=plan.l2),
    "momentum": lambda weights, plan: torch.optim.SGD(
        weights, plan.rate, plan.momentum, weight_decay=plan.l2
    ),
    "adam": lambda weights, plan: torch.optim.Adam(weights, plan.rate, weight_decay=plan.l2),
    "adamw": lambda weights, plan: torch.optim.AdamW(weights, plan.rate, weight_decay=plan.l2),
}


def _one_cycle(progress: float) -> float:
    if progress < WARM_UP:
        return 0.04 + 0.96 * progress / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP)))


SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": lambda progress: 1.0,
    "cosine": lambda progress: 0.5 * (1 + math.cos(math.pi * progress)),
    "one-cycle": _one_cycle,
}


class Lessons:
    """One training run of ``network`` on ``train``, judged on ``valid``."""

    def __init__(
        self,
        network: nn.Module,
        train: Samples,
        valid: Samples,
        plan: Plan,
        device: torch.device,
        frozen: bool = False,
        about: dict[str, Any] | None = None,
    ) -> None:
        """``about``: what else a checkpoint shall say, such as the name of the network.

        ``frozen``: only the layer called ``head`` learns; the rest, batch statistics too, stays as it is.
        """
        self.about = about or {}
        self.network, self.train, self.valid = network.to(device), train, valid
        self.plan, self.device, self.frozen = plan, device, frozen
        for name, weight in network.named_parameters():
            weight.requires_grad_(not frozen or name.startswith("head."))
        learned = [weight for weight in network.parameters() if weight.requires_grad]
        self.optimiser = OPTIMISERS[plan.optimiser](learned, plan)
        self.loss: Callable[..., Tensor] = getattr(network, "loss", F.cross_entropy)
        self.outcome = Outcome()
        self.best = self.last = copy.deepcopy(network.state_dict())
        self.bf16 = plan.bf16 and gains_from_bf16(device)

    def run(self, watcher: Watcher, checkpoint: Path | None = None) -> Outcome:
        """Train to the end, then give the network its best weights; Ctrl-C ends early with the best so far.

        A checkpoint is written after each epoch where a path for it is given.
        """
        try:
            for number in range(len(self.outcome.history) + 1, self.plan.epochs + 1):
                if self._has_lost_patience():
                    self.outcome.ended = f"no better for {self.plan.patience} epochs"
                    break
                self._epoch(number, watcher)
                if checkpoint is not None:
                    self.save(checkpoint)
        except KeyboardInterrupt:
            self.outcome.ended = "interrupted"
        self.last = copy.deepcopy(self.network.state_dict())
        self.network.load_state_dict(self.best)
        self.network.eval()
        return self.outcome

    def _epoch(self, number: int, watcher: Watcher) -> None:
        began = time.perf_counter()
        rng = np.random.default_rng((self.plan.seed, number))
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        rows = order(self.train, self.plan.balance, rng)
        size = min(self.plan.batch, len(rows))
        batches = len(rows) // size  # a last, smaller batch would count for more than it is worth
        loss_sum, right = 0.0, 0
        self.network.train()
        if self.frozen:
            self.network.eval()
        with _seeded(int(rng.integers(2**62))):  # dropout draws from PyTorch's global generator
            for index in range(batches):
                chosen = rows[index * size : (index + 1) * size]
                progress = (number - 1 + index / batches) / self.plan.epochs
                loss, hits = self._step(chosen, progress, rng, generator)
                loss_sum, right, seen = loss_sum + loss, right + hits, (index + 1) * size
                watcher.batch(number, index + 1, batches, loss_sum / (index + 1), right / seen)
        valid_loss, valid_accuracy = self._validate()
        epoch = Epoch(
            number,
            loss_sum / batches,
            right / (batches * size),
            valid_loss,
            valid_accuracy,
            self.optimiser.param_groups[0]["lr"],
            time.perf_counter() - began,
        )
        better = self._is_better(epoch)
        self.outcome.history.append(epoch)
        if better:
            self.outcome.best = number
            self.best = copy.deepcopy(self.network.state_dict())
        watcher.epoch(epoch, better)

    def _step(
        self, rows: NDArray[np.int64], progress: float, rng: np.random.Generator, generator: torch.Generator
    ) -> tuple[float, int]:
        """One batch: its mean loss and how many it read right before the step."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.plan.rate * SCHEDULES[self.plan.schedule](progress)
        images = _channels_first(torch.from_numpy(np.ascontiguousarray(self.train.fresh(rows, rng))))
        images = _channels_last(augment(images, self.plan.augment, generator)).to(self.device)
        labels = torch.from_numpy(self.train.labels[rows]).to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            logits = self.network(images)
        logits = logits.float()
        loss = self.loss(logits, labels, label_smoothing=self.plan.smoothing)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        return float(loss.detach()), int((logits.detach().argmax(1) == labels).sum())

    def _validate(self) -> tuple[float, float]:
        logits = predict(self.network, self.valid.images, self.device)
        labels = torch.from_numpy(self.valid.labels)
        loss = float(self.loss(torch.from_numpy(logits), labels))
        return loss, float((logits.argmax(1) == self.valid.labels).mean())

    def _is_better(self, epoch: Epoch) -> bool:
        """More right than the best so far, or as many with a lower loss."""
        if not self.outcome.best:
            return True
        best = self.outcome.history[self.outcome.best - 1]
        return (epoch.valid_accuracy, -epoch.valid_loss) > (best.valid_accuracy, -best.valid_loss)

    def _has_lost_patience(self) -> bool:
        return 0 < self.plan.patience <= len(self.outcome.history) - self.outcome.best

    def save(self, path: Path) -> None:
        """Write all that `resume` needs as safetensors; an older file is replaced only by a complete one."""
        tensors = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        tensors |= {f"best.{name}": value for name, value in self.best.items()}
        for index, state in self.optimiser.state_dict()["state"].items():
            tensors |= {
                f"optimiser.{index}.{name}": torch.as_tensor(value)
                for name, value in state.items()
                if value is not None
            }
        tensors = {name: value.detach().cpu().clone().contiguous() for name, value in tensors.items()}
        notes = {
            **self.about,
            "plan": asdict(self.plan),
            "history": [asdict(epoch) for epoch in self.outcome.history],
            "best": self.outcome.best,
            "data": self.train.checksum,
            "classes": list(self.train.classes),
        }
        partial = path.with_suffix(".partial")
        save_file(tensors, partial, {"lessons": json.dumps(notes)})
        partial.replace(path)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint; DataError when it is of another plan, data or network."""
        notes = read_notes(path)
        mine = {"plan": asdict(self.plan), "data": self.train.checksum, "classes": list(self.train.classes)}
        for key, value in mine.items():
            if notes.get(key) != value:
                raise DataError(f"{path}: cannot go on, its {_difference(key, notes.get(key), value)}")
        tensors = load_file(path)
        self.network.load_state_dict(_below("network.", tensors))
        self.best = {name: value.to(self.device) for name, value in _below("best.", tensors).items()}
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in _below("optimiser.", tensors).items():
            index, key = name.split(".")
            state.setdefault(int(index), {})[key] = value
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": state})
        self.outcome = Outcome([Epoch(**epoch) for epoch in notes["history"]], notes["best"])


def predict(network: nn.Module, images: NDArray[np.float32], device: torch.device) -> NDArray[np.float32]:
    """(N, classes) float32 logits of ``images``, the network in evaluation mode."""
    was_training = network.training
    network.eval()
    with torch.inference_mode():
        blocks = torch.from_numpy(np.ascontiguousarray(images)).split(EVALUATED_AT_ONCE)
        parts = [network(block.to(device)).float().cpu().numpy() for block in blocks]
    network.train(was_training)
    return np.concatenate(parts)


def read_notes(path: Path) -> dict[str, Any]:
    """What a checkpoint says of its run; DataError when it is none."""
    try:
        with safe_open(path, "pt") as file:
            notes: dict[str, Any] = json.loads(file.metadata()["lessons"])
        return notes
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: not a checkpoint of a training run ({error})") from error


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """PyTorch's global generator seeded inside, and as it was outside."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _difference(key: str, old: Any, new: Any) -> str:
    if isinstance(old, dict) and isinstance(new, dict):
        name = next(name for name in new if old.get(name) != new[name])
        return f"{name} was {old.get(name)} and is now {new[name]}"
    return f"{key} is not the same"


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _channels_first(images: Tensor) -> Tensor:
    """(N, 32, 32) -> (N, 1, 32, 32); (N, 32, 32, 3) -> (N, 3, 32, 32)."""
    return images[:, None] if images.dim() == 3 else images.permute(0, 3, 1, 2)


def _channels_last(images: Tensor) -> Tensor:
    """The reverse."""
    return images[:, 0] if images.shape[1] == 1 else images.permute(0, 2, 3, 1)
