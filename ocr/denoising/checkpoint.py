"""The state of a training run of one network as one safetensors file: weights, optimiser, place in the data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ocr.errors import DataError, OutputError


def save(
    path: Path,
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    tensors: dict[str, Tensor],
    notes: dict[str, Any],
) -> None:
    """Write all that going on needs; the old file stays until the new one is whole. OutputError if it cannot."""
    saved = dict(tensors)
    saved |= {f"network.{name}": value for name, value in network.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        saved |= {f"optimiser.{number}.{name}": torch.as_tensor(value) for name, value in state.items()}
    saved = {name: value.detach().cpu().contiguous().clone() for name, value in saved.items()}
    partial = path.with_suffix(".partial")
    try:
        save_file(saved, partial, {"run": json.dumps(notes)})
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error


def load(
    path: Path, network: nn.Module, optimiser: torch.optim.Optimizer
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Fill ``network`` and ``optimiser``; the other tensors and the notes. DataError when it is no such file."""
    try:
        with safe_open(path, "pt") as file:
            notes = json.loads((file.metadata() or {})["run"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        network.load_state_dict(_below("network.", tensors))
    except (OSError, SafetensorError, RuntimeError, KeyError, ValueError) as error:
        raise DataError(f"{path}: not a checkpoint of this network: {error}") from error
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in _below("optimiser.", tensors).items():
        number, key = name.split(".")
        state.setdefault(int(number), {})[key] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
    return tensors, notes


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
