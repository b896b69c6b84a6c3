"""ResNet-18 for small pictures."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from ocr.training.networks.layout import maps


class Block(nn.Module):
    """Two 3x3 convolutions and a way past them, relu(x + f(x)): (N, inner, H, W) -> (N, outer, H/s, W/s)."""

    def __init__(self, inner: int, outer: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inner, outer, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outer),
            nn.ReLU(inplace=True),
            nn.Conv2d(outer, outer, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outer),
        )
        self.around: nn.Module = nn.Identity()
        if stride > 1 or inner != outer:
            self.around = nn.Sequential(nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer))

    def forward(self, maps: Tensor) -> Tensor:
        return F.relu(self.around(maps) + self.body(maps))


class ResNet18(nn.Module):
    """Pictures (N, 32, 32), or (N, 32, 32, 3) for three channels, -> (N, classes) logits.

    11.2 million weights. The stem is a 3x3 convolution without pooling, as the authors did for CIFAR: the 7x7
    stem of ImageNet would leave 8x8 of the 32x32 pixels before the first block.
    Source: K. He et al., "Deep residual learning for image recognition", CVPR 2016.
    """

    def __init__(self, classes: int, channels: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 64, 3, 1, 1, bias=False),  # (N, 64, 32, 32)
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            Block(64, 64, 1),
            Block(64, 64, 1),  # (N, 64, 32, 32)
            Block(64, 128, 2),
            Block(128, 128, 1),  # (N, 128, 16, 16)
            Block(128, 256, 2),
            Block(256, 256, 1),  # (N, 256, 8, 8)
            Block(256, 512, 2),
            Block(512, 512, 1),  # (N, 512, 4, 4)
            nn.AdaptiveAvgPool2d(1),  # (N, 512, 1, 1)
            nn.Flatten(),  # (N, 512)
            nn.Dropout(dropout),
        )
        self.head = nn.Linear(512, classes)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.features(maps(images)))
