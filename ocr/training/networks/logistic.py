"""Multinomial logistic regression: one linear layer under a softmax."""

from __future__ import annotations

from torch import Tensor, nn


class Logistic(nn.Module):
    """Pictures (N, 32, 32), or (N, 32, 32, 3) for three channels, -> (N, classes) logits.

    Linear in the pixels, like the perceptron. What sets it apart is the loss, cross-entropy: every picture
    teaches, not only the mistaken ones, and the softmax of the logits is a probability.
    """

    def __init__(self, classes: int, channels: int = 1) -> None:
        super().__init__()
        self.head = nn.Linear(channels * 32 * 32, classes)
        nn.init.zeros_(self.head.weight)  # the problem is convex: any start leads to the same end
        nn.init.zeros_(self.head.bias)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(images.flatten(1))  # (N, 32, 32) -> (N, 1024) -> (N, classes)
