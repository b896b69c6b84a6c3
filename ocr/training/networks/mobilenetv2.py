"""MobileNetV2 for small pictures."""

from __future__ import annotations

from torch import Tensor, nn

from ocr.training.networks.layout import maps

# expansion, channels, blocks, stride of the first block. Against the paper's table the strides of the stem
# and of the second row are 1 instead of 2: 32x32 pictures end at 4x4 so, and not at 1x1.
ROWS = (
    (1, 16, 1, 1),
    (6, 24, 2, 1),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


class InvertedResidual(nn.Module):
    """Widen by a 1x1 convolution, look around channel by channel, narrow again without a nonlinearity."""

    def __init__(self, inner: int, outer: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inner * expansion
        widen = [_convolution(inner, wide, 1)] if expansion > 1 else []
        self.body = nn.Sequential(
            *widen,  # (N, wide, H, W)
            _convolution(wide, wide, 3, stride, groups=wide),  # (N, wide, H/s, W/s)
            nn.Conv2d(wide, outer, 1, bias=False),  # (N, outer, H/s, W/s)
            nn.BatchNorm2d(outer),
        )
        self.residual = stride == 1 and inner == outer

    def forward(self, maps: Tensor) -> Tensor:
        return maps + self.body(maps) if self.residual else self.body(maps)


class MobileNetV2(nn.Module):
    """Pictures (N, 32, 32), or (N, 32, 32, 3) for three channels, -> (N, classes) logits.

    2.2 million weights for one channel and ten classes.
    Source: M. Sandler et al., "MobileNetV2: Inverted residuals and linear bottlenecks", CVPR 2018.
    """

    def __init__(self, classes: int, channels: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        layers: list[nn.Module] = [_convolution(channels, 32, 3)]  # (N, 32, 32, 32)
        inner = 32
        for expansion, outer, blocks, first_stride in ROWS:
            for index in range(blocks):
                layers.append(InvertedResidual(inner, outer, first_stride if index == 0 else 1, expansion))
                inner = outer
        layers += [
            _convolution(inner, 1280, 1),  # (N, 1280, 4, 4)
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(dropout),
        ]  # (N, 1280)
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(1280, classes)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.features(maps(images)))


def _convolution(inner: int, outer: int, size: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inner, outer, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outer),
        nn.ReLU6(inplace=True),
    )
