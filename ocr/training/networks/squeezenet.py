"""SqueezeNet for small pictures."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ocr.training.networks.layout import maps


class Fire(nn.Module):
    """Squeeze to few channels, expand by 1x1 and 3x3 in parallel: (N, inner, H, W) -> (N, 2 * half, H, W)."""

    def __init__(self, inner: int, squeezed: int, half: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(inner, squeezed, 1)
        self.expand1 = nn.Conv2d(squeezed, half, 1)
        self.expand3 = nn.Conv2d(squeezed, half, 3, padding=1)

    def forward(self, maps: Tensor) -> Tensor:
        narrow = F.relu(self.squeeze(maps))
        return F.relu(torch.cat([self.expand1(narrow), self.expand3(narrow)], dim=1))


class SqueezeNet(nn.Module):
    """Pictures (N, 32, 32), or (N, 32, 32, 3) for three channels, -> (N, classes) logits.

    730,000 weights for ten classes. Version 1.1 with a stem of stride 1, so that 32x32 pictures end at 4x4.
    There is no fully connected layer: the head is a 1x1 convolution whose map is averaged.
    Source: F. Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters", 2016.
    """

    def __init__(self, classes: int, channels: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 64, 3, padding=1),  # (N, 64, 32, 32)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),  # (N, 64, 16, 16)
            Fire(64, 16, 64),
            Fire(128, 16, 64),  # (N, 128, 16, 16)
            nn.MaxPool2d(2),  # (N, 128, 8, 8)
            Fire(128, 32, 128),
            Fire(256, 32, 128),  # (N, 256, 8, 8)
            nn.MaxPool2d(2),  # (N, 256, 4, 4)
            Fire(256, 48, 192),
            Fire(384, 48, 192),  # (N, 384, 4, 4)
            Fire(384, 64, 256),
            Fire(512, 64, 256),  # (N, 512, 4, 4)
            nn.Dropout(dropout),
        )
        self.head = nn.Conv2d(512, classes, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                # Without normalisation layers the signal fades through 18 convolutions from a smaller start.
                nn.init.kaiming_uniform_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, images: Tensor) -> Tensor:
        scores = self.head(self.features(maps(images)))  # (N, classes, 4, 4)
        return scores.mean((2, 3))  # (N, classes)
