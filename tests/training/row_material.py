"""A folder of all that training rows are made from, small and made up: pen strokes, one font, a few texts."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ocr.training.row_letters import ZONES
from tests.drawn import STROKES
from tests.training.handwriting import hands

WORDS = ("HELLO", "WORLD", "QUICK", "FOX", "hand", "print", "Lazy", "dog", "seven", "OCR")
LINES = ("THE QUICK FOX", "pack my box", "Five dozen jugs", "READ THIS ROW")
_SHAPE = "0600234046"  # of characters that the stroke alphabet lacks


def _polylines(text: str) -> list[np.ndarray]:
    """Strokes of a text on a grid, letters 6 high and 7 apart, x right and y up, about two points a unit."""
    found = []
    for place, character in enumerate(text):
        if character == " ":
            continue
        for stroke in STROKES.get(character.upper(), _SHAPE).split():
            corners = np.array([(int(x), 6 - int(y)) for x, y in zip(stroke[::2], stroke[1::2], strict=True)])
            steps = np.linspace(0, len(corners) - 1, 8 * len(corners) - 7)
            path = np.column_stack([np.interp(steps, np.arange(len(corners)), axis) for axis in corners.T])
            found.append(path + np.array([7 * place, 0]))
    return found


def _unipen(texts: list[str] | tuple[str, ...]) -> dict[str, np.ndarray]:
    """UNIPEN arrays: six hands, of whom two are held out, write every text, each in a size of their own."""
    points, counts, labels, writers = [], [], [], []
    for number, writer in enumerate(hands()):
        for text in texts:
            strokes = [np.rint(line * (20 + 5 * number)).astype(np.int32) + 1000 for line in _polylines(text)]
            points += strokes
            counts.append(len(strokes))
            labels.append(text)
            writers.append(writer)
    steps = np.diff(np.concatenate([np.zeros((1, 2), np.int32), *points]), axis=0).T
    return {
        "steps": np.ascontiguousarray(steps, np.int32),
        "stroke_len": np.array([len(line) for line in points], np.int32),
        "n_strokes": np.array(counts, np.int32),
        "label": np.array(labels),
        "writer": np.array(writers),
        "contributor": np.full(len(labels), "abc"),
        "source": np.array([f"file-{writer}" for writer in writers]),
    }


def write_material(folder: Path) -> Path:
    """unipen/, fonts/ and text/ as `ocr.training.row_mix.load_pools` wants them."""
    (folder / "unipen").mkdir(parents=True)
    for name, texts in (("chars", sorted(ZONES)), ("words", WORDS), ("texts", LINES)):
        np.savez(folder / "unipen" / f"{name}.npz", **_unipen(texts))
    matplotlib = pytest.importorskip("matplotlib")
    font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    (folder / "fonts").mkdir()
    for name in ("face0", "face1", "face5"):  # the file's name decides who is held out
        shutil.copy(font, folder / "fonts" / f"{name}.ttf")
    for name in ("freq", "words", "corpus"):
        (folder / "text" / name).mkdir(parents=True)
    frequencies = "".join(f"{word.lower()} {100 - place}\n" for place, word in enumerate(WORDS))
    (folder / "text/freq/frequency_dictionary_en_82_765.txt").write_text(frequencies)
    (folder / "text/words/american-english-large").write_text("Anna\nBerlin\nlower\nYork\n")
    (folder / "text/corpus/book.txt").write_text("The five boxing wizards jump quickly, said Jane. " * 40)
    return folder
