"""Where to train, and in which precision."""

from __future__ import annotations

import torch

from ocr.errors import SettingError


def choose(name: str = "auto") -> torch.device:
    """``auto`` takes a GPU when there is one; SettingError when ``cuda`` is asked for and absent."""
    if name == "cuda" and not torch.cuda.is_available():
        raise SettingError("--device cuda: PyTorch finds no CUDA device here; use --device cpu")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def gains_from_bf16(device: torch.device) -> bool:
    """Whether ``device`` multiplies bfloat16 faster than float32: GPUs, and CPUs with instructions for it."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    if device.type != "cpu":
        return False
    checks = (
        getattr(torch.cpu, name, None) for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    )
    return any(check is not None and bool(check()) for check in checks)
