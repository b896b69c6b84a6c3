"""Where training starts: a fresh network, a model of ours, or a checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from safetensors.torch import load_file
from torch import Tensor, nn

from ocr import store
from ocr.errors import DataError, ModelError
from ocr.training.export import folded
from ocr.training.lessons import read_notes
from ocr.training.networks import build


@dataclass(frozen=True)
class Start:
    """A network with weights, the architecture that it has and the classes that it knows."""

    network: nn.Module
    arch: str
    options: dict[str, Any]
    classes: tuple[str, ...]
    was_folded: bool = False
    notes: list[str] = field(default_factory=list)


def fresh(arch: str, classes: tuple[str, ...], channels: int, options: dict[str, Any], seed: int) -> Start:
    """A network with random weights; the same ``seed`` gives the same ones."""
    given = {**options, "channels": channels} if channels > 1 else options
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Start(build(arch, len(classes), **given), arch, given, classes)


def from_file(path: Path, seed: int = 0) -> Start:
    """Start from ``.onnx`` with its card, or from a checkpoint in ``.safetensors``.

    ModelError or DataError when the file does not say which network it holds, or holds another.
    """
    return from_checkpoint(path) if path.suffix == ".safetensors" else from_model(path)


def from_model(path: str | Path) -> Start:
    """A shipped or exported model. Batch normalisation was folded at export, so it goes on without."""
    model = store.load(path, "letters")
    options = dict(model["network"])
    arch = options.pop("name", "")
    classes = tuple(model["classes"])
    network = folded(build(arch, len(classes), **options).eval())
    fill(network, model.path, arch)
    return Start(network, arch, options, classes, was_folded=True)


def fill(network: nn.Module, path: Path, arch: str) -> None:
    """Give a folded ``network`` the weights of an exported one; ModelError when they are not of an ``arch``."""
    weights = _weights(path)
    wanted = network.state_dict()
    missing = [
        name
        for name, value in wanted.items()
        if name not in weights or weights[name].shape != tuple(value.shape)
    ]
    if missing:
        raise ModelError(f"{path}: has no weights {missing[0]!r} of the shape that a {arch} needs")
    network.load_state_dict({name: torch.from_numpy(weights[name]) for name in wanted})


def _weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """The weights of an exported model as float32, by the names that PyTorch gave them, however they are stored."""
    stored = {
        tensor.name: np.array(numpy_helper.to_array(tensor))
        for tensor in onnx.load(str(path)).graph.initializer
    }
    weights = {name.removesuffix(".half"): values.astype(np.float32) for name, values in stored.items()}
    for name, values in stored.items():
        if name.endswith("_quantized"):  # a scale for each output channel, zero in the middle
            plain = name.removesuffix("_quantized")
            scale = stored[f"{plain}_scale" if f"{plain}_scale" in stored else f"{name}_scale"]
            weights[plain] = (values * np.reshape(scale, (-1, *[1] * (values.ndim - 1)))).astype(np.float32)
    return weights


def from_checkpoint(path: Path) -> Start:
    """The best weights of a training run."""
    notes = read_notes(path)
    network = build(notes["arch"], len(notes["classes"]), **notes["options"])
    if notes["folded"]:
        network = folded(network.eval())
    best = {
        name.removeprefix("best."): value
        for name, value in load_file(path).items()
        if name.startswith("best.")
    }
    try:
        network.load_state_dict(best)
    except RuntimeError as error:
        raise DataError(f"{path}: its weights do not fit a {notes['arch']}") from error
    return Start(network, notes["arch"], notes["options"], tuple(notes["classes"]), notes["folded"])


def for_classes(start: Start, classes: tuple[str, ...], say: Callable[[str], None]) -> Start:
    """The start for data of the given classes.

    Where the network knows them all, it keeps its classes and its head. Else it gets a head for the new ones,
    with the weights of those it knew, and says so.
    """
    if set(classes) <= set(start.classes):
        return start
    old = start.network.head
    if not isinstance(old, nn.Linear):
        raise DataError(f"a {start.arch} cannot be given a head for other classes")
    new = nn.Linear(old.in_features, len(classes))
    known = [(row, start.classes.index(name)) for row, name in enumerate(classes) if name in start.classes]
    with torch.no_grad():
        for row, before in known:
            new.weight[row], new.bias[row] = old.weight[before], old.bias[before]
    start.network.head = new
    say(f"new head for {len(classes)} classes, {len(known)} of them known before")
    return Start(start.network, start.arch, start.options, classes, start.was_folded)


def first_layer(network: nn.Module, most: int = 64) -> np.ndarray | None:
    """(units, height, width) float32, the weights that look at the picture itself, at most ``most`` units."""
    weight: Tensor | None = next((w for w in network.parameters() if w.dim() in (2, 4)), None)
    if weight is None:
        return None
    rows = weight.detach().cpu().float()[:most]
    if rows.dim() == 4:
        return rows.mean(1).numpy()  # (units, C, k, k) -> (units, k, k)
    if rows.shape[1] % 1024:
        return None
    return rows.reshape(len(rows), 32, 32, -1).mean(3).numpy()  # (units, 1024 C) -> (units, 32, 32)
