"""The shipped convolutional network: small enough to read a page of letters in milliseconds on one core."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ocr.training.networks.layout import maps


def convolution(inputs: int, outputs: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    """Convolution, batch normalisation, ReLU; export folds the normalisation into the convolution."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """x + f(x), f one convolution block (K. He et al., 2015, with a single layer per block)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.block = convolution(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.block(x)


class Cnn(nn.Module):
    """Crops, and placement features where ``features`` > 0, to logits.

    Resolution is halved three times while it is cheap to do so: at 32 x 32 there is one layer with one input
    channel. The last 4 x 4 cells are not averaged, because where a stroke is tells O from Q.
    """

    def __init__(
        self, classes: int, width: int = 32, features: int = 0, dropout: float = 0.2, channels: int = 1
    ) -> None:
        super().__init__()
        self.stem = convolution(channels, width, stride=2, kernel=5)
        self.middle = nn.Sequential(convolution(width, 2 * width, stride=2), Residual(2 * width))
        self.top = nn.Sequential(convolution(2 * width, 4 * width, stride=2), Residual(4 * width))
        self.squeeze = convolution(4 * width, 2 * width, kernel=1)
        self.context = nn.Sequential(nn.Linear(features, 32), nn.ReLU(inplace=True)) if features else None
        inputs = 2 * width * 16 + (32 if features else 0)
        self.hidden = nn.Sequential(nn.Dropout(dropout), nn.Linear(inputs, 4 * width), nn.ReLU(inplace=True))
        self.head = nn.Linear(4 * width, classes)

    def forward(self, crops: Tensor, placement: Tensor | None = None) -> Tensor:
        """crops (N, 32, 32) or (N, 32, 32, 3), placement (N, features) -> logits (N, classes)."""
        x = self.stem(maps(crops))  # (N, w, 16, 16)
        x = self.middle(x)  # (N, 2w, 8, 8)
        x = self.squeeze(self.top(x)).flatten(1)  # (N, 4w, 4, 4) -> (N, 2w, 4, 4) -> (N, 32w)
        if self.context is not None:
            x = torch.cat([x, self.context(placement)], dim=1)
        return self.head(self.hidden(x))  # (N, 4w) -> (N, classes)
