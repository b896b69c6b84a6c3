"""An endless supply of (damaged, clean) letters, drawn anew by writers of one side of the split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from ocr.denoising.damage import damage_at_random
from ocr.reading.crops import LETTER, STROKE, normalise
from ocr.training.letters import Letters
from ocr.training.recipes import RECIPES

BLOCK = 1024  # clean letters drawn at a time
DAMAGED = 4  # times each of them is damaged: damage is cheaper than drawing
_SPREAD = 2.5  # pixels, standard deviation of the longest side of genuine NIST letters
_MOVED = 0.4  # part of the varied letters that do not sit in the middle of their crop
_FURTHEST = 4  # pixels
_MIXED = 4  # blocks that a batch comes from


@dataclass(frozen=True)
class CleanLetters:
    """crops (N, 32, 32) float32, 0 = paper, 1 = ink; labels (N,) int64 into the recipe's classes."""

    crops: NDArray[np.float32]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """damaged, clean: (N, 32, 32) uint8, 255 = ink."""

    damaged: NDArray[np.uint8]
    clean: NDArray[np.uint8]


@dataclass(frozen=True)
class Batch:
    """damaged, clean: (N, 32, 32) float32 in [0, 1] on the training device."""

    damaged: Tensor
    clean: Tensor


@cache
def originals(data: str | Path, recipe: str = "print94", held_out: bool = False) -> Letters:
    """What can be drawn from the folder ``data``, for training or by ``held_out`` writers and faces."""
    return Letters(data, replace(RECIPES[recipe], negatives=0.0, placement=False), held_out)


def draw_clean(letters: Letters, count: int, rng: np.random.Generator, varied: bool = False) -> CleanLetters:
    """Letters as reading cuts them from a perfect page: whole strokes, sharp edges, white paper.

    ``varied``: sizes, pens and places beyond the standard ones, for crops that damage has made badly cut.
    """
    glyphs = np.searchsorted(letters.cumulative, rng.random(count))
    patches = []
    for glyph in glyphs.tolist():
        ink, _ = letters.write(glyph, rng)
        patches.append(cv2.copyMakeBorder(ink, 2, 2, 2, 2, cv2.BORDER_CONSTANT))
    sides, widths = rng.normal(LETTER, _SPREAD, count), rng.normal(STROKE, 0.35, count)
    if varied:
        sides = np.where(rng.random(count) < 0.5, sides, rng.uniform(14, 31, count))
        widths = np.where(rng.random(count) < 0.8, widths, rng.uniform(2.0, 6.0, count))
    crops = normalise(patches, sides.clip(12, 31), widths.clip(1.5, 6.5))
    if varied:
        for row in np.flatnonzero(rng.random(count) < _MOVED):
            crops[row] = _move(crops[row], *rng.integers(-_FURTHEST, _FURTHEST + 1, 2).tolist())
    return CleanLetters(crops, letters.labels[glyphs])


class Pairs(IterableDataset[Block]):
    """Blocks without end, each of ``block`` letters, varied and damaged `DAMAGED` times in different ways.

    With ``damaged`` off: letters in the standard geometry, each paired with itself.

    Every block has a generator of its own, so that the same seed gives the same blocks in the same order,
    however many processes draw them, and a run can be taken up again at block ``first``.
    """

    def __init__(self, letters: Letters, seed: int = 0, damaged: bool = True, block: int = BLOCK) -> None:
        self.letters, self.seed, self.damaged, self.block = letters, seed, damaged, block
        self.first = 0

    def __iter__(self) -> Iterator[Block]:
        worker = get_worker_info()
        if worker is not None:
            cv2.setNumThreads(1)
        own, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        for number in count(self.first + own, workers):
            rng = np.random.default_rng([self.seed, number])
            drawn = draw_clean(self.letters, self.block, rng, varied=self.damaged)
            if self.damaged:
                clean = np.repeat(drawn.crops, DAMAGED, axis=0)
                damaged = _bytes(damage_at_random(clean, rng))
                yield Block(damaged, _bytes(clean))
            else:
                yield Block(_bytes(drawn.crops), _bytes(drawn.crops))


class Ring:
    """The latest blocks on the training device, from which batches are taken at random.

    Each fresh block replaces the oldest; a pair is used ``reuse`` times on average before it goes.
    """

    def __init__(
        self,
        pairs: Pairs,
        device: torch.device,
        batch: int,
        workers: int = 0,
        blocks: int = 48,
        reuse: float = 2.0,
        seed: int = 0,
    ) -> None:
        self._pairs, self._workers = pairs, workers
        self._loader: Iterator[Block] | None = None
        self._device, self._size, self._blocks, self._reuse = device, batch, blocks, reuse
        self._ring: list[Batch] = []  # as whole blocks, crops still uint8
        self._fetched, self._left = 0, 0
        self._generator = torch.Generator().manual_seed(seed)
        self.drawn = 0

    def batch(self) -> Batch:
        """``batch`` pairs, a multiple of 4, from a few blocks picked at random."""
        if self._left == 0:
            self._fetch()
            self._left = max(1, round(self._reuse * len(self._ring[0].clean) / self._size))
        self._left -= 1
        picked = torch.randint(len(self._ring), (_MIXED,), generator=self._generator).tolist()
        each = (_MIXED, self._size // _MIXED)
        rows = torch.randint(len(self._ring[0].clean), each, generator=self._generator)
        blocks = [(self._ring[block], row) for block, row in zip(picked, rows.to(self._device), strict=True)]
        return Batch(
            torch.cat([block.damaged[row] for block, row in blocks]).float() / 255,
            torch.cat([block.clean[row] for block, row in blocks]).float() / 255,
        )

    def state(self) -> dict[str, Tensor]:
        """Its place in the data, for `resume`."""
        return {
            "ring.place": torch.tensor([self._fetched, self._left, self.drawn]),
            "ring.generator": self._generator.get_state(),
        }

    def resume(self, state: dict[str, Tensor]) -> None:
        """Go on from `state`, before any batch is taken; the blocks that were held then are drawn again."""
        fetched, left, drawn = state["ring.place"].tolist()
        self._fetched = self._pairs.first = max(0, fetched - self._blocks)
        while self._fetched < fetched:
            self._fetch()
        self._left, self.drawn = left, drawn
        self._generator.set_state(state["ring.generator"])

    def _fetch(self) -> None:
        if self._loader is None:
            loader = DataLoader(self._pairs, batch_size=None, num_workers=self._workers, collate_fn=_as_it_is)
            self._loader = iter(loader)
        block = next(self._loader)
        self.drawn += len(block.clean)
        fresh = Batch(*(torch.from_numpy(part).to(self._device) for part in (block.damaged, block.clean)))
        place = self._fetched % self._blocks
        if len(self._ring) < self._blocks:
            self._ring.insert(place, fresh)
        else:
            self._ring[place] = fresh
        self._fetched += 1


def _move(crop: NDArray[np.float32], right: int, down: int) -> NDArray[Any]:
    """Shift by whole pixels; paper comes in, what leaves is lost."""
    matrix = np.array([[1.0, 0, right], [0, 1, down]])
    return cv2.warpAffine(crop, matrix, crop.shape[::-1], flags=cv2.INTER_NEAREST)


def _as_it_is(block: Any) -> Any:
    """Leave arrays arrays: tensors would travel through shared memory, of which some machines have little."""
    return block


def _bytes(crops: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(crops * 255).astype(np.uint8)
