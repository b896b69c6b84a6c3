"""A reader that says, while the denoiser learns, whether a cleaned crop still reads like the clean one.

PSNR alone is content with a grey guess where a stroke is broken; a reader is not. Its weights never change, and
it is asked for no label: what it misreads in the clean letter it shall misread in the cleaned one.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from ocr.reading.placement import FEATURES
from ocr.training.start import from_model


class Judge:
    """A classifier of ours, a shipped one by name or any by path; ModelError when it cannot be used."""

    def __init__(self, reader: str | Path, device: torch.device, bf16: bool) -> None:
        start = from_model(reader)
        self.network = start.network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.network.eval().requires_grad_(False)
        self._features = len(FEATURES) if start.options.get("features") else 0
        self._device, self._bf16 = device, bf16

    def difference(self, cleaned: Tensor, clean: Tensor) -> Tensor:
        """Mean Kullback-Leibler divergence, in nats, from the reading of ``clean`` to that of ``cleaned``.

        Both (N, 32, 32), 0 = paper, 1 = ink; gradients flow into ``cleaned`` alone.
        """
        with torch.no_grad():
            wanted = self._reading(clean)
        return F.kl_div(self._reading(cleaned), wanted, reduction="batchmean", log_target=True)

    def _reading(self, crops: Tensor) -> Tensor:
        """(N, 32, 32) -> (N, classes) logarithms of probabilities; nothing is known of size and row."""
        given = [crops]
        if self._features:
            given.append(torch.zeros(len(crops), self._features, device=self._device))
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16):
            logits = self.network(*given)
        return logits.float().log_softmax(1)
