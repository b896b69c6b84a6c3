"""Program code as training rows say it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ocr.reading.rows.ctc import encode
from ocr.training.row_code import code_line
from ocr.training.row_texts import Texts, load_texts
from tests.training.row_material import write_material


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    folder: Path = write_material(tmp_path_factory.mktemp("code") / "material")
    return load_texts(folder / "text")


def test_lines_are_filled_in_and_can_be_learned(texts: Texts) -> None:
    rng = np.random.default_rng(0)
    lines = [code_line(texts, rng) for _ in range(600)]
    assert all(line and len(encode(line)) == len(line) for line in lines)
    assert not any(slot in line for line in lines for slot in ("{N}", "{t}", "{q}", "{o}", "{{", "}}"))
    assert set("_()[]{}:;=\"'.,+-*/<>!#") <= set("".join(lines))
    assert len(set(lines)) > 400
    spaced = sum(" " in line for line in lines)
    assert 300 < spaced < 600  # most lines, and some are written without


def test_the_seed_decides(texts: Texts) -> None:
    def lines(seed: int) -> list[str]:
        rng = np.random.default_rng(seed)
        return [code_line(texts, rng) for _ in range(50)]

    assert lines(1) == lines(1) != lines(2)
