"""Validation rows by held-out writers and fonts, and what a network reads of them."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ocr.training.device import gains_from_bf16
from ocr.training.row_augment import augment
from ocr.training.row_draw import Damage
from ocr.training.row_errors import ReadRow
from ocr.training.row_loss import columns_of, read_greedily
from ocr.training.row_mix import KINDS, Pool
from ocr.training.row_stream import Batch, draw_rows, make_batches

_SEED = 20_000_001
_DAMAGE = Damage(0.7, 0.06, 0.2, 0.06, 0.02, 0.06, 0.05, 0.05)  # about half of what training rows go through
_STRENGTH = 0.5  # of what `augment` does to training rows


class Validation:
    """The same rows for the same numbers: so many of each kind, with half the damage of training."""

    def __init__(self, pool: Pool, rows_of_each: int, columns: int) -> None:
        rng = np.random.default_rng([_SEED])
        kinds = [kind for kind in KINDS for _ in range(rows_of_each)]
        rows = list(draw_rows(pool, rng, kinds, _DAMAGE))
        self._batches = list(make_batches(rows, columns))
        self._pool = pool

    @torch.no_grad()
    def read(self, network: nn.Module, device: torch.device) -> list[ReadRow]:
        """What ``network`` reads, greedily; it is left in evaluation mode."""
        network.eval()
        found = []
        for number, batch in enumerate(self._batches):
            random = torch.Generator(device).manual_seed(_SEED + number)
            torch.manual_seed(_SEED + number)  # for what `augment` draws on the CPU
            pictures = torch.from_numpy(batch.pictures)[:, None].to(device).float() / 255
            pictures = augment(pictures, random, _STRENGTH)
            with torch.autocast(device.type, torch.bfloat16, enabled=gains_from_bf16(device)):
                logits = network(pictures)
            seen = (255 * pictures[:, 0]).byte().cpu().numpy()
            found += self._rows(batch, read_greedily(logits, columns_of(batch)), seen)
        return found

    def _rows(self, batch: Batch, texts: list[str], seen: NDArray[np.uint8]) -> list[ReadRow]:
        rows = []
        for place, read in enumerate(texts):
            kind = KINDS[batch.kinds[place]]
            rows.append(
                ReadRow(
                    seen[place, :, : batch.columns[place]],
                    batch.texts[place],
                    read,
                    bool(batch.cased[place]),
                    kind,
                    self._pool.writer_name(kind, int(batch.writers[place])),
                )
            )
        return rows
