"""bottleneck32 once more, trained with the library from nothing but NumPy, as in the reference report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx

from ocr.denoising.damage import Crops
from ocr.denoising.pca import Pca
from ocr.denoising.psnr import psnr
from ocr.errors import OutputError
from ocr.scratch.autoencoder import BOTTLENECK, bottleneck32
from ocr.scratch.export import dense_layers, to_onnx
from ocr.scratch.network import Epoch, Network
from ocr.scratch.optimisers import Momentum

RATE, MOMENTUM, BATCH = 0.001, 0.9, 64
_WARM_UP = 5  # epochs in which the rate grows


def train_from_scratch(
    crops: Crops,
    held_out: Crops,
    epochs: int,
    *,
    seed: int = 0,
    on_epoch: Callable[[int, float, float], None] | None = None,
) -> Network:
    """1024-32-32-32-1024 that gives crops (N, 32, 32) back: momentum 0.9, squared error, a falling rate.

    It begins as the projection on 32 principal components (`Pca.as_layers`).

    ``on_epoch(epoch, training, validation)``: mean PSNR in dB, that of training from its mean squared error,
    so a little lower than a mean of PSNR.
    """
    network, optimiser = bottleneck32(seed=seed), Momentum(RATE / _WARM_UP, MOMENTUM)
    start = Pca.fit(crops, BOTTLENECK).as_layers()
    for layer, (weight, bias) in zip(network.dense, start, strict=True):
        layer.W[:], layer.b[:] = weight, bias
    flat = crops.reshape(len(crops), -1)

    def after(epoch: Epoch) -> None:
        falling = (1 + np.cos(np.pi * epoch.number / epochs)) / 2
        optimiser.rate = RATE * min(1.0, (epoch.number + 1) / _WARM_UP) * falling
        if on_epoch is not None:
            # The loss is half the squared error summed over the pixels.
            training = -10 * np.log10(2 * epoch.training.loss / flat.shape[1])
            on_epoch(epoch.number, float(training), validate(network, held_out))

    network.train(flat, flat, optimiser, epochs=epochs, batch=BATCH, on_epoch=after)
    return network


def validate(network: Network, crops: Crops) -> float:
    """Mean PSNR, in dB, of crops (N, 32, 32) given back."""
    back = network.predict(crops.reshape(len(crops), -1)).reshape(crops.shape)
    return float(psnr(crops, back).mean())


def write_onnx(network: Network, path: Path) -> None:
    """The network as ``path`` (.onnx): crops (N, 32, 32) to cleaned (N, 1024). OutputError when it cannot."""
    try:
        onnx.save(to_onnx(dense_layers(network), (32, 32), output_name="cleaned"), str(path))
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
