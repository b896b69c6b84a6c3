"""Pictures as data holds them -> the maps that convolutions take."""

from __future__ import annotations

from torch import Tensor


def maps(images: Tensor) -> Tensor:
    """(N, 32, 32) -> (N, 1, 32, 32), or (N, 32, 32, 3) -> (N, 3, 32, 32)."""
    return images.unsqueeze(1) if images.dim() == 3 else images.permute(0, 3, 1, 2)
