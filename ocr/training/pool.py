"""Drawn letters on the training device, kept fresh by processes that draw while the network learns."""

from __future__ import annotations

import multiprocessing
import queue
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ocr.reading.placement import FEATURES
from ocr.training.drawers import BLOCK, Slot, draw_forever
from ocr.training.letters import Letters
from ocr.training.recipes import RECIPES

_SLOTS = 3  # blocks of shared memory for each process
_FIRST = 16  # blocks to begin with


@dataclass(frozen=True)
class Batch:
    """Tensors on one device: crops (N, 32, 32), labels (N,), placements (N, 6), glyphs (N,)."""

    crops: Tensor
    labels: Tensor
    placements: Tensor
    glyphs: Tensor


class Pool:
    """A ring of drawings on ``device`` from which batches are taken at random.

    With ``workers`` processes drawing, each drawing is used a few times before a new one replaces it.
    Without, drawing and learning take turns, and the same ``seed`` gives the same batches.
    """

    def __init__(
        self, data: str | Path, recipe: str, workers: int, capacity: int, device: torch.device, seed: int = 0
    ) -> None:
        capacity = max(1, capacity // BLOCK) * BLOCK
        self.images = torch.zeros((capacity, 32, 32), dtype=torch.uint8, device=device)
        self.labels = torch.zeros(capacity, dtype=torch.int64, device=device)
        self.glyphs = torch.zeros(capacity, dtype=torch.int64, device=device)
        self.placements = torch.zeros((capacity, len(FEATURES)), device=device)
        self.drawn = 0
        self._generator = torch.Generator(device).manual_seed(seed)
        self._processes: list[BaseProcess] = []
        self.letters: Letters | None = None  # with no workers, drawn from here
        self._rng = np.random.default_rng(seed)
        if workers == 0:
            self.letters = Letters(data, RECIPES[recipe])
            return
        context = multiprocessing.get_context("spawn")
        self._slots = [Slot() for _ in range(_SLOTS * workers)]
        self._free: Queue[int] = context.Queue()
        self._full: Queue[int] = context.Queue()
        for slot in range(len(self._slots)):
            self._free.put(slot)
        for worker in range(workers):
            process = context.Process(
                target=draw_forever,
                daemon=True,
                args=(str(data), recipe, 1000 * seed + worker + 1, self._slots, self._free, self._full),
            )
            process.start()
            self._processes.append(process)

    def refresh(self, wait: bool = False) -> None:
        """Take in what was drawn since; with ``wait``, enough to begin with."""
        if self.letters is not None:
            drawings = self.letters.draw(BLOCK, self._rng)
            self._take(
                {name: getattr(drawings, name) for name in ("images", "labels", "glyphs", "placements")}
            )
            return
        while True:
            try:
                slot = self._full.get(timeout=1) if wait else self._full.get_nowait()
            except queue.Empty:
                if not wait:
                    return
                if not any(process.is_alive() for process in self._processes):
                    raise RuntimeError("all drawing processes have ended; see their messages above") from None
                continue
            self._take(self._slots[slot].arrays())
            self._free.put(slot)
            wait = wait and self.drawn < min(_FIRST * BLOCK, len(self.labels))

    def _take(self, block: dict[str, NDArray[Any]]) -> None:
        start = self.drawn % len(self.labels)
        for name, array in block.items():
            getattr(self, name)[start : start + BLOCK].copy_(torch.from_numpy(array))
        self.drawn += BLOCK

    def batch(self, size: int) -> Batch:
        """``size`` drawings picked at random from what is in the ring."""
        held = min(self.drawn, len(self.labels))
        pick = torch.randint(held, (size,), generator=self._generator, device=self.labels.device)
        return Batch(
            self.images[pick].float() / 255, self.labels[pick], self.placements[pick], self.glyphs[pick]
        )

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.terminate()
            process.join()
