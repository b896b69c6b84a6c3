"""Data in the format of NIST36, made from UNIPEN pen strokes: the substitute for NIST36, which is not free.

    python -m benchmarks.experiments.nist36_like ../shared/data/unipen/chars.npz FOLDER

Writes ``nist36like_train.mat``, ``_valid`` and ``_test`` with 300, 100 and 50 letters of each of A-Z and 0-9,
by writers of whom no two files have one in common. Each letter is drawn once, by a random pen, clean as a
scanned form is: no photograph, no damage. Sizes and stroke widths are those measured on genuine NIST letters.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.io import savemat

from ocr.reading.crops import normalise
from ocr.training import pen
from ocr.training.recipes import NIST36
from ocr.training.strokes import read_unipen, validation_glyphs

EACH = {"train": 300, "valid": 100, "test": 50}


def make(chars: Path, folder: Path, seed: int = 0) -> Path:
    """Write the three files, unless they are there; ``folder``."""
    if all((folder / f"nist36like_{split}.mat").exists() for split in EACH):
        return folder
    rng = np.random.default_rng(seed)
    strokes = read_unipen(chars)
    held_out = validation_glyphs(strokes.writers)
    hands = rng.permutation(np.unique(strokes.writers[held_out]))
    sides = {
        "train": ~held_out,
        "valid": np.isin(strokes.writers, hands[::2]),
        "test": np.isin(strokes.writers, hands[1::2]),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for split, each in EACH.items():
        chosen, labels = [], []
        for label, name in enumerate(NIST36):
            members = np.flatnonzero(sides[split] & (strokes.labels == name))
            # A few writers wrote thousands of letters: each hand counts by the root of its number.
            _, hand, number = np.unique(strokes.writers[members], return_inverse=True, return_counts=True)
            weight = 1 / np.sqrt(number[hand])
            chosen.append(rng.choice(members, each, replace=len(members) < each, p=weight / weight.sum()))
            labels += [label] * each
        ink = [
            pen.draw(strokes.points, strokes.bounds(glyph), float(strokes.units[glyph]), rng)[0]
            for glyph in np.concatenate(chosen).tolist()
        ]
        longest, widths = (
            rng.normal(25, 2.8, len(ink)).clip(17, 31),
            rng.normal(4.3, 0.35, len(ink)).clip(3.6, 5.3),
        )
        images = normalise(ink, longest, widths).astype(np.float64)  # (N, 32, 32), 0 = paper, 1 = ink
        rows = (1 - images).transpose(0, 2, 1).reshape(len(images), 1024)  # black on white, column by column
        savemat(
            folder / f"nist36like_{split}.mat",
            {f"{split}_data": rows, f"{split}_labels": np.eye(len(NIST36), dtype=np.uint8)[labels]},
            do_compression=True,
        )
    return folder


if __name__ == "__main__":
    print(make(Path(sys.argv[1]), Path(sys.argv[2])))
