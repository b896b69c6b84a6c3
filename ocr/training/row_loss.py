"""CTC loss of row batches, and what the logits say, read greedily."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ocr.reading.rows.ctc import ALPHABET, BLANK, greedy
from ocr.training.networks.crnn import STRIDE
from ocr.training.row_stream import Batch

_UPPER = [ALPHABET.index(letter) + 1 for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
_LOWER = [ALPHABET.index(letter) + 1 for letter in "abcdefghijklmnopqrstuvwxyz"]
_NEVER = -1e4


def targets_of(batch: Batch) -> tuple[Tensor, Tensor]:
    """(targets (N, longest) int64 padded with the blank, lengths (N,)); small where case is unknown."""
    texts = [
        text if cased else text.lower() for text, cased in zip(batch.texts, batch.cased.tolist(), strict=True)
    ]
    targets = np.full((len(texts), max(map(len, texts))), BLANK, np.int64)
    for row, text in zip(targets, texts, strict=True):
        row[: len(text)] = np.frombuffer(text.encode("ascii"), np.uint8) - 31  # as `ctc.encode`
    return torch.from_numpy(targets), torch.tensor([len(text) for text in texts])


def columns_of(batch: Batch) -> Tensor:
    """(N,) output columns that lie on each row, without its padding."""
    return torch.from_numpy(-(-batch.columns // STRIDE))


def ctc_loss(logits: Tensor, columns: Tensor, targets: Tensor, lengths: Tensor, cased: Tensor) -> Tensor:
    """Sum of the rows' -log p(text).

    logits: (N, T, C). columns, lengths, cased: (N,). Where the case is unknown a capital and its small letter
    count as one class, so that the row teaches the shape and leaves the case alone.
    """
    scores = functional.log_softmax(logits.float(), dim=2)
    merged = scores.clone()
    merged[..., _LOWER] = torch.logaddexp(scores[..., _LOWER], scores[..., _UPPER])
    merged[..., _UPPER] = _NEVER
    scores = torch.where(cased[:, None, None], scores, merged)
    return functional.ctc_loss(
        scores.transpose(0, 1), targets, columns, lengths, BLANK, reduction="sum", zero_infinity=True
    )


def read_greedily(logits: Tensor, columns: Tensor) -> list[str]:
    """The best class of each column, (N, T, C) -> N texts."""
    best = logits.argmax(dim=2).cpu().numpy()
    return [greedy(row[:count]).strip() for row, count in zip(best, columns.tolist(), strict=True)]
