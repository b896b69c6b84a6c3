"""Network architectures by name.

Each takes crops (N, 32, 32) float32, 0 = paper, 1 = ink, or with ``channels=3`` pictures (N, 32, 32, 3),
and gives logits (N, classes). Its last layer is called ``head``.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

from torch import nn

from ocr.errors import OcrError
from ocr.training.networks.cnn import Cnn
from ocr.training.networks.lenet5 import LeNet5
from ocr.training.networks.logistic import Logistic
from ocr.training.networks.mlp import Mlp
from ocr.training.networks.mobilenetv2 import MobileNetV2
from ocr.training.networks.perceptron import Perceptron
from ocr.training.networks.resnet18 import ResNet18
from ocr.training.networks.squeezenet import SqueezeNet

NETWORKS: dict[str, Callable[..., nn.Module]] = {
    "perceptron": Perceptron,
    "logistic": Logistic,
    "mlp": Mlp,
    "lenet5": LeNet5,
    "cnn": Cnn,
    "resnet18": ResNet18,
    "mobilenetv2": MobileNetV2,
    "squeezenet": SqueezeNet,
}


def build(name: str, classes: int, **options: Any) -> nn.Module:
    """The network ``name`` with ``classes`` outputs; OcrError for an unknown name or option."""
    if name not in NETWORKS:
        nearest = difflib.get_close_matches(name, NETWORKS, 1)
        meant = f"; did you mean {nearest[0]}?" if nearest else ""
        raise OcrError(f"no network is called {name!r}{meant} Known: {', '.join(NETWORKS)}")
    try:
        return NETWORKS[name](classes, **options)
    except TypeError as error:
        raise OcrError(f"network {name}: {error}") from error
