"""Network architectures by name. Each takes crops (N, 32, 32) float32, 0 = paper, 1 = ink, and gives logits."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from ocr.errors import OcrError
from ocr.training.networks.cnn import Cnn
from ocr.training.networks.mlp import Mlp

NETWORKS: dict[str, Callable[..., nn.Module]] = {"cnn": Cnn, "mlp": Mlp}


def build(name: str, classes: int, **options: int | float) -> nn.Module:
    """The network ``name`` with ``classes`` outputs; OcrError for a name that is not known."""
    if name not in NETWORKS:
        raise OcrError(f"no network is called {name!r}; known: {', '.join(sorted(NETWORKS))}")
    return NETWORKS[name](classes, **options)
