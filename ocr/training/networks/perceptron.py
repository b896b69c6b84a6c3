"""The multi-class perceptron: one linear layer, taught only by its mistakes."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Perceptron(nn.Module):
    """Pictures (N, 32, 32), or (N, 32, 32, 3) for three channels, -> (N, classes) scores.

    The score of class k is ``w_k . x + b_k``, and the largest wins.
    Source: F. Rosenblatt, "The perceptron", Psychological Review 65, 1958.
    """

    def __init__(self, classes: int, channels: int = 1) -> None:
        super().__init__()
        self.head = nn.Linear(channels * 32 * 32, classes)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(images.flatten(1))  # (N, 32, 32) -> (N, 1024) -> (N, classes)

    @staticmethod
    def loss(scores: Tensor, labels: Tensor, label_smoothing: float = 0.0) -> Tensor:
        """Mean of ``max_k s_k - s_y``: 0 where the right class wins.

        A gradient step on it is Rosenblatt's rule: the picture is added to the weights of its own class and
        taken from those of the class that wrongly won. Label smoothing has no meaning here and is ignored.
        """
        own = scores.gather(1, labels[:, None]).squeeze(1)  # (N,)
        return torch.mean(scores.amax(1) - own)
