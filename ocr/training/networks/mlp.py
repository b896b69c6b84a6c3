"""One hidden layer: the network of the reference reports, in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Mlp(nn.Module):
    """1024 pixels -> ``hidden`` ReLU units -> ``classes`` logits."""

    def __init__(self, classes: int, hidden: int = 256, dropout: float = 0.1) -> None:
        super().__init__()
        self.hidden = nn.Linear(32 * 32, hidden)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, classes)

    def forward(self, crops: Tensor) -> Tensor:
        """crops (N, 32, 32) -> logits (N, classes)."""
        x = crops.flatten(1)                      # (N, 1024)
        x = torch.relu(self.hidden(x - 0.2))      # (N, hidden); 0.2 is about the mean of a crop
        return self.head(self.dropout(x))         # (N, classes)
