"""From drawings to ``denoiser.onnx`` and the autoencoders, with their curves in ``training.json``."""

from __future__ import annotations

import copy
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from ocr import store
from ocr.denoising.curves import read_curves
from ocr.denoising.damage import damage_at_random
from ocr.denoising.fit import Check, Held, Settings, fit
from ocr.denoising.from_scratch import BATCH, MOMENTUM, RATE, train_from_scratch, write_onnx
from ocr.denoising.networks import NETWORKS, parameters
from ocr.denoising.pairs import BLOCK, Pairs, Ring, draw_clean, originals
from ocr.errors import OutputError
from ocr.training.device import choose
from ocr.training.export import export
from ocr.training.letter_model import SOURCES

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


PARTS = {
    "denoiser": Part(0.7, 3e-3, "print94", False, 2.0),
    "bottleneck32-deep": Part(0.2, 1e-3, "nist36-cnn", True),
    "bottleneck32": Part(0.1, 6e-3, "nist36-cnn", True),
}
ALL = (*PARTS, FROM_SCRATCH)


def train(
    data: str | Path,
    output: str | Path,
    minutes: float = 10.0,
    *,
    networks: tuple[str, ...] = ALL,
    workers: int = 1,
    device: str = "auto",
    batch: int = 256,
    steps: int = 0,
    held_out: int = 4096,
    checks: int = 10,
    epochs: int = 400,
    letters: int = 12_000,
    seed: int = 0,
) -> dict[str, list[Check]]:
    """Train ``networks`` one after the other within ``minutes`` and write them into the folder ``output``.

    data:    holds ``unipen/chars.npz`` and, where they exist, ``fonts`` and ``mnist``
    workers: processes that draw and damage letters; 0 draws and learns in turn
    steps:   of each network instead of a time, for runs that must repeat exactly
    epochs:  of the network in NumPy, which takes no part in ``minutes``: about a fifth of a second each
    letters: how many different ones that network learns from

    Every network becomes NAME.onnx with a card beside it; those of PyTorch are written at every check, so
    that a stopped run leaves what it had. Returns the checks of each network.
    """
    torch.manual_seed(seed)
    torch.backends.cudnn.benchmark = True  # batches are all of one size
    cv2.setNumThreads(1)
    where, output = choose(device), Path(output)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{output}: cannot be made: {error.strerror}") from error
    in_torch = [name for name in PARTS if name in networks]
    total = sum(PARTS[name].share for name in in_torch)
    curves: dict[str, list[Check]] = {}
    for name in in_torch:
        part = PARTS[name]
        network = NETWORKS[name]()
        source = originals(data, part.recipe)
        settings = Settings(
            part.rate,
            minutes=minutes * part.share / total,
            steps=steps,
            checks=checks,
            legible=part.legible,
            classes=len(source.recipe.classes),
        )
        told = {**asdict(settings), "batch": batch, "seed": seed}
        base = card(name, source.checksums, told, parameters(network))
        held = hold_out(data, part, held_out, where)
        curves[name] = []

        def on_check(
            check: Check, name: str = name, network: torch.nn.Module = network, base: dict[str, Any] = base
        ) -> None:
            _tell(name, check)
            curves[name].append(check)
            write(name, network, base, curves, output)

        # A clean letter is one pair, a damaged one several, and the autoencoders learn faster than it is drawn.
        ring = Ring(
            Pairs(source, seed, not part.reconstruct, min(BLOCK, 4 * batch)),
            where,
            batch,
            workers,
            reuse=32.0 if part.reconstruct else 2.0,
            seed=seed,
        )
        fit(network, ring, held, settings, where, on_check)
        del ring  # ends its processes
    if FROM_SCRATCH in networks:
        curves[FROM_SCRATCH] = []
        _train_from_scratch(data, output, curves, epochs, letters, held_out, checks, seed)
    return curves


def _train_from_scratch(
    data: str | Path,
    output: Path,
    curves: dict[str, list[Check]],
    epochs: int,
    letters: int,
    held_out: int,
    checks: int,
    seed: int,
) -> None:
    part = PARTS["bottleneck32"]
    source = originals(data, part.recipe)
    drawn = draw_clean(source, letters, np.random.default_rng(seed)).crops
    held = hold_out(data, part, held_out, torch.device("cpu")).targets.numpy()
    began = time.monotonic()

    def on_epoch(epoch: int, training: float, validation: float) -> None:
        if epoch * checks // epochs > len(curves[FROM_SCRATCH]):
            step = epoch * -(-letters // BATCH)
            check = Check(step, time.monotonic() - began, letters, training, validation)
            _tell(FROM_SCRATCH, check)
            curves[FROM_SCRATCH].append(check)

    network = train_from_scratch(drawn, held, epochs, seed=seed, on_epoch=on_epoch)
    told = {"rate": RATE, "momentum": MOMENTUM, "batch": BATCH, "epochs": epochs, "seed": seed}
    base = card(FROM_SCRATCH, source.checksums, told, network.theta.size)
    path = output / f"{FROM_SCRATCH}.onnx"
    write_onnx(network, path)
    now = {
        "format_version": store.CARD_VERSION,
        **_reached(FROM_SCRATCH, base, curves),
        "sha256": store.sha256(path),
    }
    _write_text(path.with_suffix(".json"), json.dumps(now, indent=2))
    _write_curves(curves, output)


def _tell(name: str, check: Check) -> None:
    print(
        f"{name}: {check.seconds:5.0f} s, step {check.step}, drawn {check.drawn}, PSNR "
        f"{check.training:.2f} dB, held out {check.validation:.2f} dB",
        file=sys.stderr,
        flush=True,
    )


def hold_out(data: str | Path, part: Part, count: int, device: torch.device) -> Held:
    """Letters by writers and faces that training never sees, damaged at random unless reconstructed."""
    rng = np.random.default_rng(HELD_OUT_SEED)
    clean = draw_clean(originals(data, part.recipe, held_out=True), count, rng).crops
    given = clean if part.reconstruct else damage_at_random(clean, rng)
    return Held(torch.from_numpy(given).to(device), torch.from_numpy(clean).to(device))


def card(name: str, checksums: dict[str, str], training: dict[str, Any], size: int) -> dict[str, Any]:
    """The model card, without what was reached."""
    return {
        "kind": "denoiser",
        "name": name,
        "input": {"crops": {"shape": ["N", 32, 32], "polarity": "0 = paper, 1 = ink"}},
        "output": {"cleaned": {"shape": ["N", 32, 32], "polarity": "0 = paper, 1 = ink"}},
        "normalisation": "none: crops in [0, 1] as ocr.reading.crops.normalise makes them",
        "network": {"name": name, "parameters": size},
        "training": training,
        "training_data": [
            {"name": SOURCES[key][0], "licence": SOURCES[key][1], "sha256": checksum}
            for key, checksum in checksums.items()
        ],
    }


def write(
    name: str, network: torch.nn.Module, base: dict[str, Any], curves: dict[str, list[Check]], output: Path
) -> None:
    """The network as it is now, its card, and all curves so far."""
    export(copy.deepcopy(network), output / f"{name}.onnx", _reached(name, base, curves), output="cleaned")
    _write_curves(curves, output)


def _reached(name: str, base: dict[str, Any], curves: dict[str, list[Check]]) -> dict[str, Any]:
    """The card with how far training has come."""
    last = curves[name][-1]
    given = "damaged at random" if name in PARTS and not PARTS[name].reconstruct else "clean"
    reached = {
        "name": "mean PSNR, dB, data range 1",
        "value": round(last.validation, 2),
        "test_set": f"drawings of unseen writers and faces, {given}",
    }
    told = {**base["training"], "step": last.step, "drawn": last.drawn}
    return {**base, "training": told, "metrics": [reached]}


def _write_curves(curves: dict[str, list[Check]], output: Path) -> None:
    """Those of this run; the curves of networks that other runs left in the folder stay."""
    points = {key: [asdict(check) for check in checks] for key, checks in curves.items()}
    _write_text(output / "training.json", json.dumps(read_curves(output) | points, indent=1))


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
