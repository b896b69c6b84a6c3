"""The material of training rows and its split; rows of every kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("fontTools")

from ocr.errors import DataError
from ocr.reading.rows.ctc import encode
from ocr.reading.rows.picture import HEIGHT
from ocr.training.row_draw import CLEAN, MAX_WIDTH, Damage
from ocr.training.row_mix import KINDS, LONGEST, Pool, load_pools
from ocr.training.row_stream import draw_rows
from ocr.training.row_strokes import load_strokes
from tests.training.handwriting import SHARED
from tests.training.row_material import LINES, WORDS, write_material


@pytest.fixture(scope="module")
def pools(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pool, Pool]:
    return load_pools(write_material(tmp_path_factory.mktemp("rows") / "material"))


def test_no_writer_and_no_font_is_on_both_sides(pools: tuple[Pool, Pool]) -> None:
    training, held_out = pools
    for strokes in ("words", "lines"):
        sides = [set(getattr(pool, strokes).writers.tolist()) for pool in pools]
        assert len(sides[0]) == 4 and len(sides[1]) == 2 and not sides[0] & sides[1]
    assert {face.name for face in training.faces} == {"face0", "face1"}
    assert {face.name for face in held_out.faces} == {"face5"}


def test_rows_of_every_kind(pools: tuple[Pool, Pool]) -> None:
    rng = np.random.default_rng(0)
    for row, kind in zip(draw_rows(pools[0], rng, list(KINDS) * 3, Damage()), list(KINDS) * 3, strict=True):
        assert KINDS[row.kind] == kind and row.cased
        assert row.picture.shape[0] == HEIGHT and 0 < row.picture.shape[1] <= MAX_WIDTH
        assert row.picture.dtype == np.uint8 and row.picture.max() > 100
        assert 0 < len(row.text) <= LONGEST and len(encode(row.text)) == len(row.text)
        assert row.text == " ".join(row.text.split())
        if kind == "words":
            assert row.text in WORDS
        if kind == "lines":
            assert row.text in LINES
        if kind in ("capitals", "capital words"):
            assert row.text.upper() == row.text


def test_a_person_has_one_name_in_all_kinds(pools: tuple[Pool, Pool]) -> None:
    rng = np.random.default_rng(0)
    for pool, count in zip(pools, (4, 2), strict=True):
        names: dict[str, set[str]] = {}
        for row in draw_rows(pool, rng, list(KINDS) * 12, CLEAN):
            kind = KINDS[row.kind]
            names.setdefault(kind, set()).add(pool.writer_name(kind, row.writer))
        fonts = names.pop("fonts")
        assert fonts <= {f"font {face.name}" for face in pool.faces}
        assert all(found <= names["words"] for found in names.values())
        assert len(names["words"]) == count and all(name.startswith("abc/") for name in names["words"])


def test_the_seed_decides_every_row(pools: tuple[Pool, Pool]) -> None:
    def rows(seed: int, damage: Damage) -> list[bytes]:
        rng = np.random.default_rng(seed)
        return [
            row.picture.tobytes() + row.text.encode() for row in draw_rows(pools[1], rng, list(KINDS), damage)
        ]

    assert rows(5, Damage()) == rows(5, Damage())
    assert rows(5, Damage()) != rows(6, Damage())
    assert rows(5, Damage()) != rows(5, CLEAN)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    material = write_material(tmp_path / "material")
    (material / "text/corpus/book.txt").unlink()
    with pytest.raises(DataError, match="corpus: no books"):
        load_pools(material)
    (material / "unipen/words.npz").unlink()
    with pytest.raises(DataError, match=r"words\.npz: not a UNIPEN archive"):
        load_pools(material)


def test_genuine_lines_are_split_by_writer() -> None:
    path = SHARED / "unipen" / "texts.npz"
    if not path.exists():
        pytest.skip("no UNIPEN lines beside the repository")
    training, held_out = load_strokes(path)
    assert not set(training.writers.tolist()) & set(held_out.writers.tolist())
    assert 0.05 < len(held_out) / (len(training) + len(held_out)) < 0.2
    for strokes in (training, held_out):
        assert strokes.strokes[-1] == len(strokes.points) and strokes.segments[-1] == len(strokes.strokes) - 1
        points, lengths = strokes.get(len(strokes) // 2)
        assert lengths.sum() == len(points) and np.isfinite(points).all()
