"""Hidden layers and nothing else: the network of the reference reports, in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}


class Mlp(nn.Module):
    """1024 pixels -> one or more hidden layers -> ``classes`` logits.

    hidden: width of the hidden layer, or of each of several; activation: relu, sigmoid or tanh.
    """

    def __init__(
        self,
        classes: int,
        hidden: int | Sequence[int] = 256,
        dropout: float = 0.1,
        activation: str = "relu",
        channels: int = 1,
    ) -> None:
        super().__init__()
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation is {activation!r}, not one of {', '.join(ACTIVATIONS)}")
        widths = [hidden] if isinstance(hidden, int) else list(hidden)
        self.hidden = nn.Linear(channels * 32 * 32, widths[0])
        self.deeper = nn.ModuleList(nn.Linear(before, after) for before, after in pairwise(widths))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(widths[-1], classes)
        self.activation = ACTIVATIONS[activation]

    def forward(self, crops: Tensor) -> Tensor:
        """crops (N, 32, 32) or (N, 32, 32, 3) -> logits (N, classes)."""
        x = crops.flatten(1)  # (N, 1024)
        x = self.dropout(self.activation(self.hidden(x - 0.2)))  # (N, widths[0]); 0.2 is about a crop's mean
        for layer in self.deeper:
            x = self.dropout(self.activation(layer(x)))  # (N, widths[i])
        return self.head(x)  # (N, classes)
