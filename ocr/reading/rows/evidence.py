"""What the network says of whole rows: the columns of a row's strips side by side, a space between them or none.

Each strip is looked at twice, the second time a little closer; a text is as likely as both looks say on average.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.page import Box
from ocr.reading.rows.align import log_likelihoods
from ocr.reading.rows.boxes import letter_boxes
from ocr.reading.rows.ctc import log_probabilities
from ocr.reading.rows.network import RowNetwork
from ocr.reading.rows.strips import Strip

_NEVER = -30.0


@dataclass(frozen=True)
class RowEvidence:
    """One row.

    logs: (T, C + 2) natural logarithms as `ocr.reading.rows.ctc.log_probabilities` gives them. closer: (T', C + 2), the
    same for the second look. firsts: for each
    of ``strips`` its first column in ``logs``; between strips there is one column that says "space" or "blank".
    stride: picture columns for each column of ``logs``.
    """

    logs: NDArray[np.float64]
    closer: NDArray[np.float64]
    strips: tuple[Strip, ...]
    firsts: tuple[int, ...]
    stride: int

    def likelihoods(self, texts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        """(K,) mean over both looks of the natural logarithm of each text's probability, -inf where one rules it out.

        texts: symbols as `ocr.reading.rows.align.align` takes them.
        """
        return (log_likelihoods(self.logs, texts) + log_likelihoods(self.closer, texts)) / 2

    def boxes(self, spans: NDArray[np.int64], spaces: NDArray[np.bool_]) -> list[Box | None]:
        """For each symbol its box in pixels of the ink, None for spaces; spans (L, 2) are columns of ``logs``."""
        boxes: list[Box | None] = [None] * len(spans)
        owner = np.searchsorted(self.firsts, spans[:, 0], "right") - 1
        for number, strip in enumerate(self.strips):
            members = np.flatnonzero((owner == number) & ~spaces)
            if len(members):
                inside = spans[members] - self.firsts[number]
                for member, box in zip(
                    members.tolist(), letter_boxes(strip, inside, self.stride), strict=True
                ):
                    boxes[member] = box
        return boxes


def row_evidence(
    network: RowNetwork, rows: Sequence[Sequence[Strip]], alphabet: Sequence[str]
) -> list[RowEvidence]:
    """What ``network`` says of rows, each given by its strips, over ``alphabet``, C characters and no space."""
    every = [strip for strips in rows for strip in strips]
    logits = network.logits([*(strip.picture for strip in every), *(strip.closer for strip in every)])
    found = []
    start = 0
    for strips in rows:
        logs, firsts = _joined(logits[start:], strips, alphabet, network.temperature)
        closer, _ = _joined(logits[len(every) + start :], strips, alphabet, network.temperature)
        found.append(RowEvidence(logs, closer, tuple(strips), firsts, network.stride))
        start += len(strips)
    return found


def _joined(
    logits: Sequence[NDArray[np.float32]],
    strips: Sequence[Strip],
    alphabet: Sequence[str],
    temperature: float,
) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """The logs of a row and the first column of each strip; logits: of its strips, and maybe more."""
    parts: list[NDArray[np.float64]] = []
    firsts: list[int] = []
    columns = 0
    for strip, said in zip(strips, logits, strict=False):
        if parts:
            parts.append(_between(strip.odds, len(alphabet)))
            columns += 1
        firsts.append(columns)
        parts.append(log_probabilities(said, alphabet, temperature))
        columns += len(parts[-1])
    return np.concatenate(parts), tuple(firsts)


def _between(odds: float, size: int) -> NDArray[np.float64]:
    """One column: a space with these log-odds against a blank."""
    column = np.full((1, size + 2), _NEVER)
    column[0, size], column[0, size + 1] = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)
    return column
