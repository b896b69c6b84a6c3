"""Processes that draw letters into shared memory. They know nothing of PyTorch, which is slow to import."""

from __future__ import annotations

import multiprocessing
import os
import queue
from ctypes import c_byte
from multiprocessing.queues import Queue
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.placement import FEATURES
from ocr.training.letters import Letters
from ocr.training.recipes import RECIPES

BLOCK = 1024  # letters that a process draws before it hands them over
_PATIENCE = 2.0  # seconds between two looks at whether the trainer lives
_MODEST = 5  # where cores are few, learning goes before drawing, which may be used a few times more


class Slot:
    """Shared memory for one block of drawings."""

    def __init__(self) -> None:
        self.memory = {
            name: multiprocessing.get_context("spawn").RawArray(c_byte, size)
            for name, size in (
                ("images", BLOCK * 1024),
                ("labels", BLOCK * 8),
                ("glyphs", BLOCK * 8),
                ("placements", BLOCK * 4 * len(FEATURES)),
            )
        }

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Views of the shared memory."""
        bytes_of = {name: memoryview(memory) for name, memory in self.memory.items()}
        return {
            "images": np.frombuffer(bytes_of["images"], np.uint8).reshape(BLOCK, 32, 32),
            "labels": np.frombuffer(bytes_of["labels"], np.int64),
            "glyphs": np.frombuffer(bytes_of["glyphs"], np.int64),
            "placements": np.frombuffer(bytes_of["placements"], np.float32).reshape(BLOCK, len(FEATURES)),
        }


def draw_forever(
    data: str, recipe: str, seed: int, slots: list[Slot], free: Queue[int], full: Queue[int]
) -> None:
    """A drawing process: fill free slots until the trainer ends it, or is gone."""
    cv2.setNumThreads(1)
    if hasattr(os, "nice"):
        os.nice(_MODEST)
    letters = Letters(data, RECIPES[recipe])
    rng = np.random.default_rng(seed)
    trainer = multiprocessing.parent_process()
    while trainer is None or trainer.is_alive():  # a trainer that was killed leaves nobody to draw for
        try:
            slot = free.get(timeout=_PATIENCE)
        except queue.Empty:
            continue
        drawings = letters.draw(BLOCK, rng)
        for name, array in slots[slot].arrays().items():
            array[:] = getattr(drawings, name)
        full.put(slot)
