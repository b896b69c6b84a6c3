"""Blocks of batches: a function of seed and number, whoever makes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("fontTools")

from ocr.errors import OcrError
from ocr.training.row_draw import Damage
from ocr.training.row_mix import KINDS, MIX, Pool, load_pools, mix_without
from ocr.training.row_stream import Batch, RowStream, make_block
from tests.training.row_material import write_material

COLUMNS = 1024


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return load_pools(write_material(tmp_path_factory.mktemp("stream") / "material"))[0]


def content(batches: list[Batch]) -> list[tuple[object, ...]]:
    return [
        (batch.texts, *(getattr(batch, name).tolist() for name in ("pictures", "cased", "kinds", "columns")))
        for batch in batches
    ]


def test_batches_hold_rows_of_about_one_width(pool: Pool) -> None:
    for batch in make_block(pool, 1, 0, COLUMNS, Damage()):
        count, height, width = batch.pictures.shape
        assert height == 40 and width % 32 == 0 and (count * width <= COLUMNS or count == 1)
        assert len(batch.texts) == len(batch.cased) == len(batch.kinds) == len(batch.columns) == count
        for picture, columns in zip(batch.pictures, batch.columns, strict=True):
            assert 0 < columns <= width and not picture[:, columns:].any()


def test_workers_and_start_change_nothing(pool: Pool) -> None:
    expected = [content(make_block(pool, 7, block, COLUMNS, Damage())) for block in range(3)]
    assert expected[0] != expected[1]
    assert expected[0] != content(make_block(pool, 8, 0, COLUMNS, Damage()))
    with RowStream(pool, 7, 2, COLUMNS) as stream:
        assert [content(stream.next_block()) for _ in range(3)] == expected
    with RowStream(pool, 7, 1, COLUMNS, start=2) as stream:
        assert content(stream.next_block()) == expected[2]


def test_a_dead_worker_is_an_error_and_not_a_wait(pool: Pool, tmp_path: Path) -> None:
    with RowStream(pool, 7, 1, COLUMNS) as stream:
        stream.next_block()
        stream._workers[0].kill()
        with pytest.raises(OcrError, match="row worker 0 ended"):
            for _ in range(5):
                stream.next_block()


def test_the_kinds_come_in_their_shares(pool: Pool) -> None:
    kinds = np.concatenate([batch.kinds for batch in make_block(pool, 3, 0, 16 * COLUMNS, Damage())])
    assert set(kinds.tolist()) == set(range(11))
    assert 0.07 < np.mean(kinds == 0) < 0.25  # capitals, one in seven


def test_a_mix_of_fewer_kinds(pool: Pool) -> None:
    mix = mix_without({kind for kind in KINDS if kind not in ("words", "fonts")})
    assert mix == {"words": MIX["words"], "fonts": MIX["fonts"]}
    kinds = {
        kind for batch in make_block(pool, 3, 0, COLUMNS, Damage(), mix) for kind in batch.kinds.tolist()
    }
    assert kinds == {KINDS.index("words"), KINDS.index("fonts")}
