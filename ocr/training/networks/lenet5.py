"""LeNet-5, which was made for 32x32 pictures of letters."""

from __future__ import annotations

from torch import Tensor, nn

from ocr.training.networks.layout import maps


class LeNet5(nn.Module):
    """Pictures (N, 32, 32), or (N, 32, 32, 3) for three channels, -> (N, classes) logits.

    62,000 weights for one channel and ten classes. As published but for three things: average pooling has no
    weights of its own, every map of C3 sees all six maps of S2, and the output is linear instead of radial
    basis functions.
    Source: Y. LeCun et al., "Gradient-based learning applied to document recognition", Proc. IEEE 86, 1998.
    """

    def __init__(self, classes: int, channels: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.features = nn.Sequential(  # (N, C, 32, 32)
            nn.Conv2d(channels, 6, 5),  # C1: (N, 6, 28, 28)
            nn.Tanh(),
            nn.AvgPool2d(2),  # S2: (N, 6, 14, 14)
            nn.Conv2d(6, 16, 5),  # C3: (N, 16, 10, 10)
            nn.Tanh(),
            nn.AvgPool2d(2),  # S4: (N, 16, 5, 5)
            nn.Conv2d(16, 120, 5),  # C5: (N, 120, 1, 1)
            nn.Tanh(),
            nn.Flatten(),  # (N, 120)
            nn.Linear(120, 84),  # F6: (N, 84)
            nn.Tanh(),
            nn.Dropout(dropout),
        )
        self.head = nn.Linear(84, classes)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.features(maps(images)))
