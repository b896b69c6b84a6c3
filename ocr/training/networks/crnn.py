"""The row reader: a convolutional-recurrent network that turns a row picture into character probabilities.

Dense 3 x 3 convolutions bring a (40, W) picture to (3, W / 4) features, which are folded into one column each;
two bidirectional LSTM layers carry context along the row. Trained with CTC. Depthwise-separable convolutions
would have fewer operations but learn six times slower on a processor, whose matrix units they leave idle.

Sources: Shi, Bai and Yao, "An end-to-end trainable neural network for image-based sequence recognition",
2017; He et al., "Deep residual learning", 2016; Graves et al., "Connectionist temporal classification", 2006.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

STRIDE = 4  # picture columns for each column of the output


def scaled(width: float) -> dict[str, Any]:
    """Options of `Crnn` for a network ``width`` times as wide as its own, in steps of 8 channels."""

    def part(channels: int) -> int:
        return max(8, 8 * round(channels * width / 8))

    return {
        "channels": tuple(part(channels) for channels in (32, 64, 96, 128)),
        "columns": part(192),
        "hidden": part(128),
    }


def _convolution(
    inside: int, outside: int, kernel: int = 3, stride: tuple[int, int] = (1, 1)
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outside, momentum=0.03),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """x + f(x), f one convolution block: (N, C, H, W) -> the same shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = _convolution(channels, channels)

    def forward(self, features: Tensor) -> Tensor:
        return features + self.body(features)


class Crnn(nn.Module):
    """(N, 1, 40, W) rows, 0 = paper, 1 = ink -> (N, ceil(W / 4), classes) logits; class 0 is CTC's blank.

    channels: after each of the four reductions. blocks: residual blocks after all but the first of them.
    columns: features of a column. hidden: size of each direction of the LSTM layers.
    """

    def __init__(
        self,
        classes: int,
        channels: tuple[int, int, int, int] = (32, 64, 96, 128),
        blocks: tuple[int, int, int] = (1, 2, 2),
        columns: int = 192,
        hidden: int = 128,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.settings = {
            "classes": classes,
            "channels": channels,
            "blocks": blocks,
            "columns": columns,
            "hidden": hidden,
            "dropout": dropout,
        }
        first, second, third, fourth = channels
        self.features = nn.Sequential(
            _convolution(1, first, 5, (2, 2)),  # (20, W / 2)
            _convolution(first, second, stride=(2, 2)),  # (10, W / 4)
            *(Residual(second) for _ in range(blocks[0])),
            _convolution(second, third, stride=(2, 1)),  # (5, W / 4)
            *(Residual(third) for _ in range(blocks[1])),
            _convolution(third, fourth, stride=(2, 1)),  # (3, W / 4)
            *(Residual(fourth) for _ in range(blocks[2])),
        )
        self.fold = nn.Sequential(
            nn.Conv2d(fourth, columns, (3, 1), bias=False),
            nn.BatchNorm2d(columns, momentum=0.03),
            nn.ReLU(inplace=True),
        )
        self.dropout = nn.Dropout(dropout)
        self.context = nn.LSTM(
            columns, hidden, num_layers=2, bidirectional=True, batch_first=True, dropout=dropout
        )
        self.classify = nn.Linear(2 * hidden, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        columns = self.fold(self.features(pictures)).squeeze(2).transpose(1, 2)  # (N, W / 4, columns)
        context, _ = self.context(self.dropout(columns))
        return self.classify(self.dropout(context))
