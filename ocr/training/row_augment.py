"""What a camera does to a row, on whole batches and on the device that trains: warp, stroke weight, fading
ink, gaps, low resolution, blur, noise and thresholding. Every row gets its own amounts."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

_STRIP = 32  # columns for each node of the warp


def augment(pictures: Tensor, random: torch.Generator, strength: float = 1.0) -> Tensor:
    """(N, 1, H, W) float32, 0 = paper, 1 = ink -> the same shape, damaged; strength 0 changes nothing."""
    if strength == 0:
        return pictures
    steps = (_warp, _weight, _fade, _coarse, _blur, _noise, _threshold)
    for step in steps:
        pictures = step(pictures, random, strength)
    return pictures.clamp(0, 1)


def _uniform(pictures: Tensor, random: torch.Generator, low: float, high: float) -> Tensor:
    """(N, 1, 1, 1) numbers between low and high."""
    draw = torch.rand(len(pictures), 1, 1, 1, generator=random, device=pictures.device)
    return low + (high - low) * draw


def _some(pictures: Tensor, random: torch.Generator, part: float) -> Tensor:
    """(N, 1, 1, 1), 1 for about that part of the rows, 0 for the others."""
    return (_uniform(pictures, random, 0, 1) < part).to(pictures.dtype)


def _field(pictures: Tensor, random: torch.Generator, rows: int, columns: int, channels: int = 1) -> Tensor:
    """(N, channels, H, W) smooth Gaussian noise with about ``rows`` x ``columns`` independent values."""
    size = (len(pictures), channels, rows, columns)
    noise = torch.randn(size, generator=random, device=pictures.device)
    return functional.interpolate(noise, pictures.shape[2:], mode="bilinear", align_corners=False)


def _each(pictures: Tensor, step: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> Tensor:
    """OpenCV on every picture: on a processor ten times faster than PyTorch's pooling and convolution."""
    return torch.from_numpy(np.stack([step(picture) for picture in pictures[:, 0].numpy()])[:, None])


def _dilated(pictures: Tensor) -> Tensor:
    """The greatest value among each pixel and its eight neighbours."""
    if pictures.device.type == "cpu":
        return _each(pictures, lambda picture: cv2.dilate(picture, np.ones((3, 3), np.uint8)))
    return functional.max_pool2d(pictures, 3, 1, 1)


def _blurred(pictures: Tensor, sigma: float) -> Tensor:
    """Blurred by a Gaussian of ``sigma`` pixels, cut off at four."""
    if pictures.device.type == "cpu":
        return _each(
            pictures, lambda picture: cv2.GaussianBlur(picture, (9, 9), sigma, borderType=cv2.BORDER_CONSTANT)
        )
    x = torch.arange(-4, 5, device=pictures.device, dtype=pictures.dtype)
    kernel = torch.exp(-x * x / (2 * sigma * sigma))
    kernel = kernel / kernel.sum()
    soft = functional.conv2d(pictures, kernel.view(1, 1, 9, 1), padding=(4, 0))
    return functional.conv2d(soft, kernel.view(1, 1, 1, 9), padding=(0, 4))


def _warp(pictures: Tensor, random: torch.Generator, strength: float) -> Tensor:
    """Move ink by up to about two pixels along a smooth random field."""
    height, width = pictures.shape[2:]
    amount = _uniform(pictures, random, 0, 1.6 * strength) * _some(pictures, random, 0.6)
    move = _field(pictures, random, 3, max(2, width // _STRIP), 2) * amount
    x = (torch.arange(width, device=pictures.device) + 0.5) * 2 / width - 1
    y = (torch.arange(height, device=pictures.device) + 0.5) * 2 / height - 1
    grid = torch.stack([x + move[:, 0] * 2 / width, y[:, None] + move[:, 1] * 2 / height], dim=-1)
    return functional.grid_sample(pictures, grid, align_corners=False)


def _weight(pictures: Tensor, random: torch.Generator, strength: float) -> Tensor:
    """Thicker or thinner strokes: part of the way to the dilated or the eroded picture."""
    amount = _uniform(pictures, random, -0.55, 1.0) * strength * _some(pictures, random, 0.5)
    thicker, thinner = _dilated(pictures) - pictures, _dilated(-pictures) + pictures
    return pictures + amount.clamp(min=0) * thicker + amount.clamp(max=0) * thinner


def _fade(pictures: Tensor, random: torch.Generator, strength: float) -> Tensor:
    """Uneven pressure over the row, and a pen that skips."""
    height, width = pictures.shape[2:]
    pressure = _field(pictures, random, 4, max(2, width // 16)).sigmoid()
    pictures = pictures * (
        1 - _uniform(pictures, random, 0, 0.6 * strength) * _some(pictures, random, 0.4) * pressure
    )
    grain = _field(pictures, random, height // 2, width // 2)
    limit = _uniform(pictures, random, 1.1, 2.2)
    skips = ((grain - limit) * 4).clamp(0, 1) * _some(pictures, random, 0.2 * strength)
    return pictures * (1 - skips)


def _coarse(pictures: Tensor, random: torch.Generator, strength: float) -> Tensor:
    """Part of the rows from a picture of lower resolution (one for the whole batch,
    drawn on the CPU so that the device is not waited for)."""
    factor = 1 - strength * float(torch.rand(())) * 0.65
    height, width = pictures.shape[2:]
    size = (max(12, round(height * factor)), max(4, round(width * factor)))
    small = functional.interpolate(pictures, size, mode="bilinear", antialias=True, align_corners=False)
    back = functional.interpolate(small, (height, width), mode="bilinear", align_corners=False)
    return torch.lerp(pictures, back, _some(pictures, random, 0.35))


def _blur(pictures: Tensor, random: torch.Generator, strength: float) -> Tensor:
    """Blur by a Gaussian of up to about 1.5 pixels."""
    soft = _blurred(pictures, 1.5)
    amount = _uniform(pictures, random, 0, 1).square() * strength * _some(pictures, random, 0.6)
    return torch.lerp(pictures, soft, amount)


def _noise(pictures: Tensor, random: torch.Generator, strength: float) -> Tensor:
    """Grain, the squares of JPEG, and a haze that the paper left."""
    height, width = pictures.shape[2:]
    grain = torch.randn(pictures.shape, generator=random, device=pictures.device)
    pictures = pictures + grain * _uniform(pictures, random, 0, 0.1 * strength) * _some(pictures, random, 0.4)
    blocks = functional.interpolate(
        torch.randn((len(pictures), 1, height // 4, width // 4), generator=random, device=pictures.device),
        (height, width),
    )
    pictures = pictures + blocks * _uniform(pictures, random, 0, 0.07 * strength) * _some(
        pictures, random, 0.2
    )
    haze = _field(pictures, random, 3, max(2, width // 64)).sigmoid()
    return pictures + haze * _uniform(pictures, random, 0, 0.2 * strength) * _some(pictures, random, 0.15)


def _threshold(pictures: Tensor, random: torch.Generator, strength: float) -> Tensor:
    """From soft grey to black and white: a logistic curve of random place and steepness."""
    place = _uniform(pictures, random, 0.3, 0.6)
    steep = _uniform(pictures, random, 1.8, 3.4).exp()
    hard = torch.sigmoid((pictures - place) * steep)
    floor = torch.sigmoid(-place * steep)
    hard = (hard - floor) / (1 - floor)
    pictures = torch.lerp(pictures, hard, _some(pictures, random, 0.5 * strength))
    return pictures * (1 - _uniform(pictures, random, 0, 0.5 * strength) * _some(pictures, random, 0.25))
