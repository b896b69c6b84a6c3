"""The state of a row training run as one safetensors file: networks, optimiser, place in the data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ocr.errors import ModelError, OutputError
from ocr.training.networks.crnn import Crnn

NAME = "checkpoint.safetensors"


def save(
    path: Path, network: Crnn, average: Crnn, optimiser: torch.optim.Optimizer, progress: dict[str, Any]
) -> None:
    """Write everything needed to go on; the old file stays until the new one is whole."""
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in average.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{name}": torch.as_tensor(value) for name, value in state.items()}
    _write(path, tensors, network, progress)


def save_average(path: Path, average: Crnn, progress: dict[str, Any]) -> None:
    """Write the averaged network alone: a quarter of the size, enough to export or to begin another run."""
    _write(
        path, {f"average.{name}": value for name, value in average.state_dict().items()}, average, progress
    )


def _write(path: Path, tensors: dict[str, Tensor], network: Crnn, progress: dict[str, Any]) -> None:
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    metadata = {"settings": json.dumps(network.settings), "progress": json.dumps(progress)}
    fresh = path.with_suffix(".part")
    try:
        save_file(tensors, fresh, metadata)
        fresh.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any], dict[str, Any]]:
    """(tensors, settings of the network, progress); ModelError when it is no such file."""
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        return tensors, json.loads(metadata["settings"]), json.loads(metadata["progress"])
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ModelError(f"{path}: not a checkpoint of the row reader ({error})") from error


def averaged_network(path: Path) -> tuple[Crnn, dict[str, Any]]:
    """The averaged network of a checkpoint, on the CPU, and its progress."""
    tensors, settings, progress = load(path)
    network = Crnn(**settings)
    fill(network, tensors, "average.")
    return network, progress


def fill(network: nn.Module, tensors: dict[str, Tensor], prefix: str) -> None:
    """Load the tensors whose names begin with ``prefix``."""
    network.load_state_dict(
        {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
    )


def fill_optimiser(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Load the moments and step counts that `save` wrote."""
    state = optimiser.state_dict()
    for name, value in tensors.items():
        if name.startswith("optimiser."):
            _, number, key = name.split(".")
            state["state"].setdefault(int(number), {})[key] = value
    optimiser.load_state_dict(state)
