"""From drawings to ``denoiser.onnx`` and the autoencoders, with their curves in ``training.json``."""

from __future__ import annotations

import copy
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import torch

from ocr import store
from ocr.denoising import cards
from ocr.denoising.curves import read_curves
from ocr.denoising.damage import damage_at_random
from ocr.denoising.fit import Check, Fit, Held, Settings
from ocr.denoising.from_scratch import BATCH, MOMENTUM, RATE, train_from_scratch, write_onnx
from ocr.denoising.networks import BOTTLENECK, NETWORKS, Bottleneck32, parameters
from ocr.denoising.pairs import BLOCK, Pairs, Ring, draw_clean, originals
from ocr.denoising.pca import Pca
from ocr.errors import DataError, OutputError
from ocr.training.device import choose
from ocr.training.export import export, folded
from ocr.training.start import fill

HELD_OUT_SEED = 20_000
FROM_SCRATCH = "bottleneck32-numpy"


@dataclass(frozen=True)
class Part:
    """One network: its part of the time, peak rate and letters, and whether it only gives clean ones back.

    ``legible`` as in `Settings`.
    """

    share: float
    rate: float
    recipe: str
    reconstruct: bool
    legible: float = 0.0

    @property
    def given(self) -> str:
        """What it is given, for the name of a test set."""
        return "clean" if self.reconstruct else "damaged at random"


PARTS = {
    "denoiser": Part(0.7, 3e-3, "print94", False, 6.0),
    "bottleneck32-deep": Part(0.2, 1e-3, "nist36-cnn", True),
    "bottleneck32": Part(0.1, 6e-3, "nist36-cnn", True),
}
ALL = (*PARTS, FROM_SCRATCH)


class Watcher(Protocol):
    """Is told how training goes."""

    def progress(self, name: str, done: float) -> None:
        """Network ``name`` has come this far, from 0 to 1 or just above."""

    def check(self, name: str, check: Check) -> None:
        """It was measured and written."""


class Nobody:
    """Watches nothing."""

    def progress(self, name: str, done: float) -> None:
        pass

    def check(self, name: str, check: Check) -> None:
        pass


@dataclass(frozen=True)
class Plan:
    """How to train.

    minutes:  for all networks of PyTorch together
    steps:    of each of them instead of a time, for runs that must repeat exactly
    rate:     at its peak, each network's own where None
    workers:  processes that draw and damage letters; 0 draws and learns in turn
    held_out: letters of unseen writers to measure on, ``checks`` times
    epochs:   of the network in NumPy, which takes no part in ``minutes``: about a fifth of a second each
    letters:  how many different ones that network learns from, and `Bottleneck32` starts from
    init:     model to start from, the weights of the same network
    """

    minutes: float = 10.0
    steps: int = 0
    rate: float | None = None
    batch: int = 256
    workers: int = 1
    device: str = "auto"
    held_out: int = 4096
    checks: int = 10
    epochs: int = 100
    letters: int = 12_000
    init: str | Path | None = None
    seed: int = 0


def train(
    data: str | Path,
    output: str | Path,
    plan: Plan,
    networks: tuple[str, ...] = ALL,
    *,
    resume: bool = False,
    watcher: Watcher | None = None,
) -> dict[str, list[Check]]:
    """Train ``networks`` one after the other and write them into the folder ``output``; their checks.

    data:   holds ``unipen/chars.npz`` and, where they exist, ``fonts`` and ``mnist``
    resume: go on from the checkpoints in ``output``; networks without one begin. With ``steps``, the result is
            that of a run that was never interrupted.

    Every network becomes NAME.onnx with a card beside it; those of PyTorch are written at every check, with
    NAME.checkpoint.safetensors, so that a stopped run leaves what it had. DataError when there is nothing to
    resume or it is of another run, OutputError when nothing can be written.
    """
    torch.backends.cudnn.benchmark = True  # batches are all of one size
    cv2.setNumThreads(1)
    output, watcher = Path(output), watcher or Nobody()
    in_torch = [name for name in PARTS if name in networks]
    if resume and not any(_checkpoint(output, name).exists() for name in in_torch):
        raise DataError(f"{output}: no checkpoint to go on from")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{output}: cannot be made: {error.strerror}") from error
    total = sum(PARTS[name].share for name in in_torch)
    curves: dict[str, list[Check]] = {}
    for name in in_torch:
        share = PARTS[name].share / total
        curves[name] = _train_in_torch(name, data, output, plan, share, resume, watcher)
    if FROM_SCRATCH in networks:
        curves[FROM_SCRATCH] = _train_from_scratch(data, output, plan, resume, watcher)
    return curves


def _train_in_torch(
    name: str, data: str | Path, output: Path, plan: Plan, share: float, resume: bool, watcher: Watcher
) -> list[Check]:
    part, where = PARTS[name], choose(plan.device)
    torch.manual_seed(plan.seed)
    network, begun = NETWORKS[name](), {}
    if plan.init is not None:
        path = store.find(plan.init)
        network = folded(network.eval())
        fill(network, path, name)
        begun = {"init": {"sha256": store.sha256(path), **store.load(path, "denoiser")["training"]}}
    source = originals(data, part.recipe)
    if isinstance(network, Bottleneck32) and plan.init is None:
        drawn = draw_clean(source, plan.letters, np.random.default_rng(plan.seed))
        network.start_from(Pca.fit(drawn.crops, BOTTLENECK))
    settings = Settings(
        rate=plan.rate or part.rate,
        batch=plan.batch,
        minutes=plan.minutes * share,
        steps=plan.steps,
        checks=plan.checks,
        legible=part.legible,
        seed=plan.seed,
    )
    base = cards.card(name, source.checksums, {**asdict(settings), **begun}, parameters(network))
    # A clean letter is one pair, a damaged one several, and the autoencoders learn faster than it is drawn.
    pairs = Pairs(source, plan.seed, not part.reconstruct, min(BLOCK, 4 * plan.batch))
    reuse = 8.0 if part.reconstruct else 2.0
    ring = Ring(pairs, where, plan.batch, plan.workers, reuse=reuse, seed=plan.seed)
    fit = Fit(network, ring, settings, where)
    checkpoint = _checkpoint(output, name)
    if resume and checkpoint.exists():
        fit.resume(checkpoint)

    def on_check(check: Check) -> None:
        told = cards.reached(base, check, part.given)
        export(copy.deepcopy(network), output / f"{name}.onnx", told, output="cleaned")
        cards.write_curve(name, fit.checks, output)
        fit.save(checkpoint)
        watcher.check(name, check)

    if fit.progress() < 1:
        held = hold_out(data, part, plan.held_out, where)
        fit.run(held, on_check, lambda done: watcher.progress(name, done))
    return fit.checks


def _train_from_scratch(
    data: str | Path, output: Path, plan: Plan, resume: bool, watcher: Watcher
) -> list[Check]:
    part, path = PARTS["bottleneck32"], output / f"{FROM_SCRATCH}.onnx"
    told: dict[str, Any] = {"rate": RATE, "momentum": MOMENTUM, "batch": BATCH, "epochs": plan.epochs}
    told |= {"letters": plan.letters, "seed": plan.seed}
    if resume and path.exists() and store.load(path, "denoiser")["training"].items() >= told.items():
        return [Check(**check) for check in read_curves(output)[FROM_SCRATCH]]  # it was done
    source = originals(data, part.recipe)
    drawn = draw_clean(source, plan.letters, np.random.default_rng(plan.seed)).crops
    held = hold_out(data, part, plan.held_out, torch.device("cpu")).targets.numpy()
    began = time.monotonic()
    checks: list[Check] = []

    def on_epoch(epoch: int, training: float, validation: float) -> None:
        watcher.progress(FROM_SCRATCH, epoch / plan.epochs)
        if epoch * plan.checks // plan.epochs > len(checks):
            step, seconds = epoch * -(-plan.letters // BATCH), time.monotonic() - began
            checks.append(Check(step, seconds, plan.letters, training, validation))
            watcher.check(FROM_SCRATCH, checks[-1])

    network = train_from_scratch(drawn, held, plan.epochs, seed=plan.seed, on_epoch=on_epoch)
    write_onnx(network, path)
    base = cards.card(FROM_SCRATCH, source.checksums, told, network.theta.size)
    cards.write_card(path, cards.reached(base, checks[-1], part.given))
    cards.write_curve(FROM_SCRATCH, checks, output)
    return checks


def hold_out(data: str | Path, part: Part, count: int, device: torch.device) -> Held:
    """Letters by writers and faces that training never sees, damaged at random unless reconstructed."""
    rng = np.random.default_rng(HELD_OUT_SEED)
    clean = draw_clean(originals(data, part.recipe, held_out=True), count, rng).crops
    given = clean if part.reconstruct else damage_at_random(clean, rng)
    return Held(torch.from_numpy(given).to(device), torch.from_numpy(clean).to(device))


def _checkpoint(output: Path, name: str) -> Path:
    return output / f"{name}.checkpoint.safetensors"
