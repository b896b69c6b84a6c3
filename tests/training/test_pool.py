"""The ring of drawings, with and without processes that fill it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from ocr.training.drawers import BLOCK  # noqa: E402
from ocr.training.pool import Pool  # noqa: E402
from tests.training.handwriting import write_data  # noqa: E402

CPU = torch.device("cpu")


def test_without_processes_one_seed_gives_one_batch(tmp_path: Path) -> None:
    data = write_data(tmp_path)
    batches = []
    for _ in range(2):
        with Pool(data, "nist36-mlp", 0, BLOCK, CPU, seed=3) as pool:
            pool.refresh()
            batches.append(pool.batch(16))
    first, again = batches
    assert first.crops.shape == (16, 32, 32) and float(first.crops.max()) <= 1
    assert torch.equal(first.crops, again.crops) and torch.equal(first.glyphs, again.glyphs)


def test_the_ring_replaces_the_oldest(tmp_path: Path) -> None:
    with Pool(write_data(tmp_path), "nist36-mlp", 0, 2 * BLOCK + 5, CPU) as pool:
        assert len(pool.labels) == 2 * BLOCK
        block = {
            "images": np.zeros((BLOCK, 32, 32), np.uint8),
            "labels": np.zeros(BLOCK, np.int64),
            "glyphs": np.zeros(BLOCK, np.int64),
            "placements": np.zeros((BLOCK, 6), np.float32),
        }
        for label in (1, 2, 3):
            pool._take({**block, "labels": np.full(BLOCK, label)})
            held = set(pool.batch(200).labels.tolist())
            assert held == ({1} if label == 1 else {1, 2} if label == 2 else {3, 2})
        assert pool.drawn == 3 * BLOCK


def test_a_process_draws_meanwhile_and_ends_with_the_pool(tmp_path: Path) -> None:
    with Pool(write_data(tmp_path), "nist36-mlp", 1, BLOCK, CPU) as pool:
        pool.refresh(wait=True)
        batch = pool.batch(64)
        process = pool._processes[0]
        assert process.is_alive()
    assert not process.is_alive()
    assert len(set(batch.labels.tolist())) > 10
    assert (batch.crops.flatten(1).amax(1) > 0.7).all()


def test_a_process_that_fails_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with (
        Pool(tmp_path / "nowhere", "nist36-mlp", 1, BLOCK, CPU) as pool,
        pytest.raises(RuntimeError, match="ended"),
    ):
        pool.refresh(wait=True)
    assert "chars.npz" in capfd.readouterr().err
