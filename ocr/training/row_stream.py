"""Batches of training rows, made on the fly by worker processes.

The unit is the block: block ``b`` is a function of (seed, b) alone, so that a run that is taken up again sees
the same rows whatever the number of workers. Worker ``w`` of ``n`` makes blocks w, w + n, w + 2n, ... into
memory that it shares with the trainer; blocks are handed out in order.
"""

from __future__ import annotations

import mmap
import multiprocessing as mp
import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.errors import OcrError
from ocr.reading.rows.picture import HEIGHT
from ocr.training.row_draw import MAX_WIDTH, Damage, Polylines
from ocr.training.row_mix import KINDS, MIX, Pool, Row, make_row

_STEP = 32  # widths are padded to multiples of this
_BATCHES = 6  # batches in a block, about: rows of a block are sorted by width, and cut
_SLOTS = 2  # blocks that a worker may have finished and not yet handed over
_PATIENCE = 5.0  # seconds between looks at whether a silent worker is alive


@dataclass(frozen=True)
class Batch:
    """Rows of about one width. pictures: (N, 40, W) uint8, 0 = paper, padded at the right; cased: (N,) bool;
    kinds: (N,) index into KINDS; writers: (N,); columns: (N,) width of each row before padding."""

    pictures: NDArray[np.uint8]
    texts: list[str]
    cased: NDArray[np.bool_]
    kinds: NDArray[np.int64]
    writers: NDArray[np.int64]
    columns: NDArray[np.int64]


def padded(width: int) -> int:
    """Width of the batch that a row of this width goes into, at least."""
    return -(-width // _STEP) * _STEP


def draw_rows(pool: Pool, rng: np.random.Generator, kinds: list[str], damage: Damage) -> Iterator[Row]:
    """Rows of the given kinds, in order; each may be a neighbour to the next."""
    neighbour: Polylines | None = None
    for kind in kinds:
        row, neighbour = make_row(pool, kind, rng, damage, neighbour)
        yield row


def make_batches(rows: list[Row], columns: int) -> Iterator[Batch]:
    """Rows sorted by width, cut so that no batch has more than ``columns`` picture columns (or one row)."""
    rows = sorted(rows, key=lambda row: row.picture.shape[1])
    start = 0
    while start < len(rows):
        end = start + 1
        while end < len(rows) and (end + 1 - start) * padded(rows[end].picture.shape[1]) <= columns:
            end += 1
        part = rows[start:end]
        pictures = np.zeros((len(part), HEIGHT, padded(part[-1].picture.shape[1])), np.uint8)
        for picture, row in zip(pictures, part, strict=True):
            picture[:, : row.picture.shape[1]] = row.picture
        yield Batch(
            pictures,
            [row.text for row in part],
            np.array([row.cased for row in part]),
            np.array([row.kind for row in part]),
            np.array([row.writer for row in part]),
            np.array([row.picture.shape[1] for row in part]),
        )
        start = end


def make_block(
    pool: Pool, seed: int, block: int, columns: int, damage: Damage, mix: Mapping[str, float] = MIX
) -> list[Batch]:
    """Block number ``block``: batches in random order. The same arguments give the same block."""
    rng = np.random.default_rng([seed, block])
    rows: list[Row] = []
    shares = np.array([mix.get(kind, 0.0) for kind in KINDS]) / sum(mix.values())
    total = 0
    neighbour: Polylines | None = None
    while total < _BATCHES * columns:
        kind = KINDS[rng.choice(len(KINDS), p=shares)]
        row, neighbour = make_row(pool, kind, rng, damage, neighbour)
        rows.append(row)
        total += row.picture.shape[1]
    batches = list(make_batches(rows, columns))
    return [batches[index] for index in rng.permutation(len(batches))]


class RowStream:
    """Blocks of batches from ``workers`` processes, from block ``start`` on. Use as a context manager.

    Start it before the first use of CUDA: the workers are forked, so that they share the material.
    mix: shares of the kinds of rows, as `row_mix.MIX`.
    """

    def __init__(
        self,
        pool: Pool,
        seed: int,
        workers: int,
        columns: int,
        damage: Damage | None = None,
        start: int = 0,
        mix: Mapping[str, float] = MIX,
    ) -> None:
        context = mp.get_context("fork")
        self._next = start
        self._first = start
        self._room = HEIGHT * ((_BATCHES * columns * 3) // 2 + 2 * MAX_WIDTH * 8)
        self._memory = [mmap.mmap(-1, _SLOTS * self._room) for _ in range(workers)]
        self._free = [context.Semaphore(_SLOTS) for _ in range(workers)]
        self._pipes: list[Connection] = []
        self._workers = []
        for worker in range(workers):
            mine, theirs = context.Pipe(duplex=False)
            process = context.Process(
                target=_work,
                daemon=True,
                args=(
                    pool,
                    seed,
                    range(start + worker, 1 << 62, workers),
                    columns,
                    damage or Damage(),
                    mix,
                    self._memory[worker],
                    self._room,
                    self._free[worker],
                    theirs,
                ),
            )
            process.start()
            theirs.close()
            self._pipes.append(mine)
            self._workers.append(process)

    def __enter__(self) -> RowStream:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._workers:
            process.terminate()
        for process in self._workers:
            process.join()

    def ready(self) -> bool:
        """Whether `next_block` would return at once."""
        return self._pipes[(self._next - self._first) % len(self._pipes)].poll()

    def next_block(self) -> list[Batch]:
        """The next block in order; waits for it. OcrError when its worker has died."""
        worker = (self._next - self._first) % len(self._pipes)
        while not self._pipes[worker].poll(_PATIENCE):
            if not self._workers[worker].is_alive():
                raise OcrError(
                    f"row worker {worker} ended with exit code {self._workers[worker].exitcode}; "
                    "its own message is above (out of memory? try fewer --workers)"
                )
        try:
            slot, described = self._pipes[worker].recv()
        except EOFError as error:
            raise OcrError(f"row worker {worker} ended early; its own message is above") from error
        memory = np.frombuffer(self._memory[worker], np.uint8)
        batches = []
        place = slot * self._room
        for shape, rest in described:
            size = int(np.prod(shape))
            batches.append(Batch(memory[place : place + size].reshape(shape).copy(), *rest))
            place += size
        self._free[worker].release()
        self._next += 1
        return batches


def _work(
    pool: Pool,
    seed: int,
    blocks: range,
    columns: int,
    damage: Damage,
    mix: Mapping[str, float],
    shared: mmap.mmap,
    room: int,
    free: Any,
    pipe: Connection,
) -> None:
    """Make blocks until ended, or until the trainer is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the trainer, which ends its workers
    cv2.setNumThreads(1)
    trainer = os.getppid()
    memory = np.frombuffer(shared, np.uint8)
    for number, block in enumerate(blocks):
        batches = make_block(pool, seed, block, columns, damage, mix)
        slot = number % _SLOTS
        while not free.acquire(timeout=_PATIENCE):
            if os.getppid() != trainer:
                return
        place, described = slot * room, []
        for batch in batches:
            size = batch.pictures.size
            if place + size > (slot + 1) * room:
                break
            memory[place : place + size] = batch.pictures.ravel()
            place += size
            described.append(
                (batch.pictures.shape, (batch.texts, batch.cased, batch.kinds, batch.writers, batch.columns))
            )
        pipe.send((slot, described))
