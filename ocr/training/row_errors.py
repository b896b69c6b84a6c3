"""How wrong what was read of rows is: by kind of row, by writer, by character."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ocr.scoring import Errors, levenshtein
from ocr.training.row_mix import KINDS

FEWEST = 20  # characters that a writer must have written to be counted among the writers


@dataclass(frozen=True)
class ReadRow:
    """A row as the network saw it, (40, W) uint8, 0 = paper, what it says, what was read, and who wrote it."""

    picture: NDArray[np.uint8]
    written: str
    read: str
    cased: bool
    kind: str
    writer: str

    @cached_property
    def errors(self) -> Errors:
        """Wrong characters among those written; a capital and its small letter are one where not cased."""
        return Errors(levenshtein(*self._compared), len(self.written))

    @property
    def _compared(self) -> tuple[str, str]:
        if self.cased:
            return self.read, self.written
        return self.read.lower(), self.written.lower()

    @property
    def confusions(self) -> list[tuple[str, str]]:
        """(written, read) of every wrong character; "" stands for what is left out or put in."""
        return alignment(*reversed(self._compared))


def by_kind(rows: Iterable[ReadRow]) -> dict[str, float]:
    """CER of each kind of row, and over "all"."""
    sums: defaultdict[str, Errors] = defaultdict(Errors)
    for row in rows:
        sums[row.kind] += row.errors
        sums["all"] += row.errors
    return {kind: round(sums[kind].rate, 5) for kind in (*KINDS, "all") if kind in sums}


def by_writer(rows: Iterable[ReadRow], fewest: int = FEWEST) -> dict[str, float]:
    """CER of every writer and font over rows of all kinds, the best first; without those who wrote too little."""
    sums: defaultdict[str, Errors] = defaultdict(Errors)
    for row in rows:
        sums[row.writer] += row.errors
    rates = {writer: errors.rate for writer, errors in sums.items() if errors.length >= fewest}
    return dict(sorted(rates.items(), key=lambda item: (item[1], item[0])))


def spread(rates: Iterable[float]) -> dict[str, float]:
    """Of the writers' error rates: how many, their quartiles, and where the worst tenth begins."""
    found = np.array(list(rates))
    if not len(found):
        return {"count": 0}
    names = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "worst_tenth_from": 0.9}
    values = np.quantile(found, list(names.values()))
    return {"count": len(found), **{name: round(float(v), 5) for name, v in zip(names, values, strict=True)}}


def commonest_confusions(rows: Iterable[ReadRow], count: int = 20) -> list[tuple[tuple[str, str], int]]:
    """((written, read), how often), the most frequent first."""
    return Counter(pair for row in rows for pair in row.confusions).most_common(count)


def alignment(written: str, read: str) -> list[tuple[str, str]]:
    """The (written, read) characters that a shortest edit of ``written`` into ``read`` changes, from the left;
    "" stands for nothing. Source: Wagner and Fischer, The String-to-String Correction Problem, 1974."""
    cost = np.zeros((len(written) + 1, len(read) + 1), np.int64)
    cost[:, 0], cost[0] = np.arange(len(written) + 1), np.arange(len(read) + 1)
    for i, a in enumerate(written, 1):
        for j, b in enumerate(read, 1):
            cost[i, j] = min(cost[i - 1, j] + 1, cost[i, j - 1] + 1, cost[i - 1, j - 1] + (a != b))
    pairs = []
    i, j = len(written), len(read)
    while i or j:
        if i and j and cost[i, j] == cost[i - 1, j - 1] + (written[i - 1] != read[j - 1]):
            i, j = i - 1, j - 1
            if written[i] != read[j]:
                pairs.append((written[i], read[j]))
        elif i and cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
            pairs.append((written[i], ""))
        else:
            j -= 1
            pairs.append(("", read[j]))
    return pairs[::-1]
