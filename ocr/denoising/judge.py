"""A reader that learns beside the denoiser and says whether a cleaned crop still reads like the clean one.

PSNR alone is content with a grey guess where a stroke is broken; a reader is not. The judge is a network of
its own, not the one that ships, so that what a shipped reader gains can be measured fairly.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ocr.training.networks.cnn import Cnn


class Judge:
    """``classes`` as in the labels it learns from."""

    def __init__(self, classes: int, device: torch.device, bf16: bool) -> None:
        self.network = Cnn(classes).to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._optimiser = torch.optim.AdamW(self.network.parameters(), 1e-3, fused=device.type == "cuda")
        self._device, self._bf16 = device, bf16

    def learn(self, damaged: Tensor, clean: Tensor, labels: Tensor) -> None:
        """One step on crops (N, 32, 32) and their labels (N,), half of them damaged as in a reader's life."""
        half = len(labels) // 2
        self.network.train().requires_grad_(True)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16):
            logits = self.network(torch.cat([damaged[:half], clean[half:]]))
        self._optimiser.zero_grad(set_to_none=True)
        F.cross_entropy(logits.float(), labels).backward()
        self._optimiser.step()

    def difference(self, cleaned: Tensor, clean: Tensor) -> Tensor:
        """Mean Kullback-Leibler divergence, in nats, from the reading of ``clean`` to that of ``cleaned``."""
        self.network.eval().requires_grad_(False)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16):
            wanted = self.network(clean).float().log_softmax(1)
            found = self.network(cleaned).float().log_softmax(1)
        return F.kl_div(found, wanted, reduction="batchmean", log_target=True)
