"""One thread for PyTorch: these networks are too small to share, and a busy machine makes sharing slow."""

from __future__ import annotations

import contextlib

with contextlib.suppress(ImportError):
    import torch

    torch.set_num_threads(1)
