"""Pictures changed a little in each epoch, so that a network learns the letter and not its pixels.

    off    nothing
    light  turned, scaled, sheared, shifted: what differs between two letters of one hand
    full   the same more strongly, bent elastically, strokes thicker or thinner, blurred, noisy

Elastic distortion: P. Simard et al., "Best practices for convolutional neural networks applied to visual
document analysis", ICDAR 2003.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Strength:
    """Standard deviations: turn (radians), scale and shear (parts), shift and bend (parts of the half width).

    ``stroke`` and ``blur`` are shares of pictures, ``noise`` is in units of ink.
    """

    turn: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    shift: float = 0.0
    bend: float = 0.0
    stroke: float = 0.0
    blur: float = 0.0
    noise: float = 0.0


LEVELS = {
    "off": Strength(),
    "light": Strength(turn=0.06, scale=0.05, shear=0.06, shift=0.03),
    "full": Strength(
        turn=0.11, scale=0.09, shear=0.14, shift=0.06, bend=0.055, stroke=0.5, blur=0.3, noise=0.06
    ),
}


def augment(images: Tensor, level: str, generator: torch.Generator) -> Tensor:
    """(N, C, 32, 32) in 0..1 -> the same, each changed in its own way; ``level`` is a key of `LEVELS`."""
    strength = LEVELS[level]
    if level == "off":
        return images
    images = F.grid_sample(images, _grid(len(images), strength, generator), align_corners=False)
    if strength.stroke:
        images = _stroke(images, strength.stroke, generator)
    if strength.blur:
        soft = F.avg_pool2d(F.pad(images, (1, 1, 1, 1)), 3, 1)
        images = torch.where(_some(len(images), strength.blur, generator), soft, images)
    if strength.noise:
        amount = torch.rand((len(images), 1, 1, 1), generator=generator) * strength.noise
        images = images + amount * torch.randn(images.shape, generator=generator)
    return images.clamp(0, 1)


def _grid(count: int, strength: Strength, generator: torch.Generator) -> Tensor:
    """(N, 32, 32, 2) where each pixel is taken from, in -1..1."""
    turn, wide, high, shear, right, down = torch.randn((6, count), generator=generator)
    turn, shear = turn * strength.turn, shear * strength.shear
    wide, high = torch.exp(wide * strength.scale), torch.exp(high * strength.scale)
    across = torch.stack([turn.cos() * wide, shear - turn.sin(), right * strength.shift], 1)  # (N, 3)
    along = torch.stack([turn.sin(), turn.cos() * high, down * strength.shift], 1)  # (N, 3)
    grid = F.affine_grid(torch.stack([across, along], 1), [count, 1, 32, 32], align_corners=False)
    if strength.bend:
        # A field of 4x4 random pushes, made smooth: neighbouring pixels move together.
        push = torch.randn((count, 2, 4, 4), generator=generator) * strength.bend
        grid = grid + F.interpolate(push, (32, 32), mode="bicubic", align_corners=True).permute(0, 2, 3, 1)
    return grid


def _stroke(images: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Make the strokes of some pictures thicker and those of as many thinner, by up to a pixel."""
    thick = F.max_pool2d(images, 3, 1, 1)
    thin = -F.max_pool2d(-images, 3, 1, 1)
    amount = torch.rand((len(images), 1, 1, 1), generator=generator)
    other = torch.where(_some(len(images), 0.5, generator), thick, 0.35 * thin + 0.65 * images)
    chosen = _some(len(images), share, generator)
    return torch.where(chosen, images + amount * (other - images), images)


def _some(count: int, share: float, generator: torch.Generator) -> Tensor:
    """(N, 1, 1, 1) bool, True for about ``share``."""
    return torch.rand((count, 1, 1, 1), generator=generator) < share
