"""Two autoencoders that squeeze a crop through 32 numbers, and the denoiser, which need not squeeze.

All take crops (N, 32, 32) float32, 0 = paper, 1 = ink, and return crops of that shape.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ocr.denoising.pca import Pca

PIXELS = 1024  # 32 x 32
BOTTLENECK = 32
_LEAK = 0.01


class Bottleneck32(nn.Module):
    """The reference: 1024-32-32-32-1024, ReLU, ReLU, ReLU, sigmoid."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(PIXELS, BOTTLENECK), nn.ReLU(),
            nn.Linear(BOTTLENECK, BOTTLENECK), nn.ReLU(),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Linear(BOTTLENECK, BOTTLENECK), nn.ReLU(),
            nn.Linear(BOTTLENECK, PIXELS), nn.Sigmoid(),
        )  # fmt: skip

    @torch.no_grad()
    def start_from(self, pca: Pca) -> None:
        """Begin as the projection on 32 principal components.

        From random weights up to half of its few ReLUs fall silent early, and for good.
        """
        found = (layer for layer in (*self.encoder, *self.decoder) if isinstance(layer, nn.Linear))
        for layer, (weight, bias) in zip(found, pca.as_layers(), strict=True):
            layer.weight.copy_(torch.from_numpy(weight.T))
            layer.bias.copy_(torch.from_numpy(bias))

    def forward(self, crops: Tensor) -> Tensor:
        code = self.encoder(crops.flatten(1))  # (N, 1024) -> (N, 32)
        return self.decoder(code).unflatten(1, (32, 32))  # (N, 1024) -> (N, 32, 32)


class Bottleneck32Deep(nn.Module):
    """The same 32 numbers between deeper layers: 1024-1024-512-32-512-1024-1024, the code itself linear."""

    def __init__(self, wide: int = 1024, narrow: int = 512) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(PIXELS, wide), nn.GELU(),
            nn.Linear(wide, narrow), nn.GELU(),
            nn.Linear(narrow, BOTTLENECK),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Linear(BOTTLENECK, narrow), nn.GELU(),
            nn.Linear(narrow, wide), nn.GELU(),
            nn.Linear(wide, PIXELS), nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, crops: Tensor) -> Tensor:
        code = self.encoder(crops.flatten(1))  # (N, 1024) -> (N, 32)
        return self.decoder(code).unflatten(1, (32, 32))  # (N, 1024) -> (N, 32, 32)


def convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """3x3 convolution, batch normalisation, ReLU; export folds the normalisation into the convolution."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Enlarge(nn.Module):
    """Twice the resolution: a 1x1 convolution to four times the channels, then 2x2 blocks of them."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weights = nn.Conv2d(inputs, 4 * outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.pixel_shuffle(self.weights(x), 2)  # (N, inputs, H, W) -> (N, outputs, 2H, 2W)


class Denoiser(nn.Module):
    """A convolutional encoder-decoder that computes what to add to the damaged crop.

    Layers at 32 x 32 would cost most and see least, so pixels are first gathered into 2x2 blocks. At 4 x 4
    the network sees the whole letter, as it must to tell a gap from the end of a stroke; sums across (the U
    of O. Ronneberger et al., 2015) hand the fine lines over.
    """

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        w = width
        self.fine = nn.Sequential(convolution(4, w), convolution(w, w))
        self.middle = nn.Sequential(convolution(w, 2 * w, stride=2), convolution(2 * w, 2 * w))
        self.coarse = nn.Sequential(
            convolution(2 * w, 3 * w, stride=2), convolution(3 * w, 3 * w), Enlarge(3 * w, 2 * w)
        )
        self.middle_again = nn.Sequential(convolution(2 * w, 2 * w), Enlarge(2 * w, w))
        self.fine_again = nn.Sequential(convolution(w, w), nn.Conv2d(w, 4, 3, padding=1))

    def forward(self, crops: Tensor) -> Tensor:
        x = crops.unsqueeze(1)  # (N, 1, 32, 32)
        fine = self.fine(F.pixel_unshuffle(x, 2))  # (N, 4, 16, 16) -> (N, w, 16, 16)
        middle = self.middle(fine)  # (N, 2w, 8, 8)
        middle = middle + self.coarse(middle)  # (N, 3w, 4, 4) -> (N, 2w, 8, 8)
        fine = fine + self.middle_again(middle)  # (N, w, 16, 16)
        change = F.pixel_shuffle(self.fine_again(fine), 2)  # (N, 4, 16, 16) -> (N, 1, 32, 32)
        cleaned = (x + change).squeeze(1)  # (N, 32, 32)
        if self.training:
            # Beyond [0, 1] lies pure paper or ink: no error, but a little slope to come back by.
            inside = cleaned.clamp(0, 1)
            return inside + _LEAK * (cleaned - inside)
        return cleaned.clamp(0, 1)


NETWORKS: dict[str, type[nn.Module]] = {
    "bottleneck32": Bottleneck32,
    "bottleneck32-deep": Bottleneck32Deep,
    "denoiser": Denoiser,
}


def parameters(network: nn.Module) -> int:
    """Number of trained numbers."""
    return sum(parameter.numel() for parameter in network.parameters())
