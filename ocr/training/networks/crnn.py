"""The row reader: a convolutional-recurrent network that turns a row picture into character probabilities.

Residual blocks of depthwise-separable convolutions bring a (48, W) picture to (3, W / 4) features, which are
folded into one column each; two bidirectional LSTM layers carry context along the row. Trained with CTC.

Sources: Shi, Bai and Yao, "An end-to-end trainable neural network for image-based sequence recognition",
2017; Howard et al., "MobileNets", 2017; Graves et al., "Connectionist temporal classification", 2006.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

STRIDE = 4  # picture columns for each column of the output


def _convolution(
    inside: int,
    outside: int,
    kernel: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
    groups: int = 1,
    relu: bool = True,
) -> nn.Sequential:
    padding = (kernel[0] // 2, kernel[1] // 2)
    layers = [
        nn.Conv2d(inside, outside, kernel, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(outside, momentum=0.03),
    ]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))


class Separable(nn.Module):
    """Two depthwise-separable convolutions with a shortcut: (N, C, H, W) -> the same shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _convolution(channels, channels, (5, 5), groups=channels, relu=False),
            _convolution(channels, channels, (1, 1)),
            _convolution(channels, channels, (3, 3), groups=channels, relu=False),
            _convolution(channels, channels, (1, 1), relu=False),
        )

    def forward(self, features: Tensor) -> Tensor:
        return torch.relu(features + self.body(features))


class Reduce(nn.Module):
    """Halve the height, with more channels: (N, C, H, W) -> (N, D, H / 2, W)."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _convolution(inside, outside, (1, 1)),
            _convolution(outside, outside, (3, 3), (2, 1), groups=outside, relu=False),
            _convolution(outside, outside, (1, 1)),
        )

    def forward(self, features: Tensor) -> Tensor:
        return self.body(features)


class Crnn(nn.Module):
    """(N, 1, 48, W) rows, 0 = paper, 1 = ink -> (N, ceil(W / 4), classes) logits; class 0 is CTC's blank.

    channels: after the stem and the three reductions. hidden: size of each direction of the LSTM layers.
    """

    def __init__(
        self,
        classes: int,
        channels: tuple[int, int, int, int] = (24, 64, 128, 192),
        blocks: tuple[int, int, int] = (2, 3, 2),
        hidden: int = 160,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.settings = {
            "classes": classes,
            "channels": channels,
            "blocks": blocks,
            "hidden": hidden,
            "dropout": dropout,
        }
        stem, first, second, third = channels
        self.features = nn.Sequential(
            _convolution(1, stem, (5, 5), (2, 2)),  # (24, W / 2)
            _convolution(stem, stem, (3, 3)),
            _convolution(stem, first, (3, 3), (2, 2)),  # (12, W / 4)
            *(Separable(first) for _ in range(blocks[0])),
            Reduce(first, second),  # (6, W / 4)
            *(Separable(second) for _ in range(blocks[1])),
            Reduce(second, third),  # (3, W / 4)
            *(Separable(third) for _ in range(blocks[2])),
        )
        self.fold = nn.Sequential(
            nn.Conv2d(third, 256, (3, 1), bias=False),
            nn.BatchNorm2d(256, momentum=0.03),
            nn.ReLU(inplace=True),
        )
        self.dropout = nn.Dropout(dropout)
        self.context = nn.LSTM(
            256, hidden, num_layers=2, bidirectional=True, batch_first=True, dropout=dropout
        )
        self.classify = nn.Linear(2 * hidden, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        columns = self.fold(self.features(pictures)).squeeze(2).transpose(1, 2)  # (N, W / 4, 256)
        context, _ = self.context(self.dropout(columns))
        return self.classify(self.dropout(context))
