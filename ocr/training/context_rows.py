"""Validation pages for the weights of the search: rows set in the letters of held-out writers.

The texts are what people wrote in UNIPEN's words and lines, none of it seen by the language model, entries of forms,
names, acronyms and, where the alphabet has small letters, program code; some rows are brought to capitals. Each row is
set with one writer's letters, some so that letters touch. Where the alphabet has small letters, some rows are words as
one writer wrote them, letters joined or not. Pages are drawn with what photographs add: rows that lean and wave, dry
pens, specks, shadow, blur, noise.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ocr.training.language import held_out_texts
from ocr.training.row_code import code_line
from ocr.training.row_compose import Spacing, Written, random_spacing, set_letters, words_in_row
from ocr.training.row_entries import entry
from ocr.training.row_letters import Letters, scale_letters
from ocr.training.row_strokes import Strokes, load_strokes
from ocr.training.row_texts import Texts, load_texts

ROWS = 8
TOUCHING = 0.1  # part of the rows
# What the rows say, the rest being what people wrote; code only where the alphabet has small letters.
ENTRIES, CODE, NAMES, ACRONYMS = 0.22, 0.12, 0.06, 0.06
CAPITALS = 0.45  # part of the rows that are not code, where the alphabet has small letters
JOINED = 0.12  # part of the rows that are whole words as written, where the alphabet has small letters
BROKEN = 0.25  # part of the rows whose strokes have gaps
SPECKS = 0.15  # part of the rows with specks on the paper
_LONGEST = 30
_DISTANCE = 2.2  # between baselines, in letter heights


@dataclass(frozen=True)
class DrawnPage:
    """gray: (H, W) uint8 as photographed; texts and baselines (pixels) of its rows, top to bottom."""

    gray: NDArray[np.uint8]
    texts: tuple[str, ...]
    baselines: tuple[float, ...]


class Source:
    """Held-out texts and letters from the folder of training data."""

    def __init__(self, data: Path, characters: str) -> None:
        """``characters``: texts are kept to these and spaces; capitals only if it has no small letters."""
        self._letters: Letters = scale_letters(load_strokes(data / "unipen" / "chars.npz")[1])
        self.texts: Texts = load_texts(data / "text")
        self._characters = frozenset(characters)
        self._capitals = not any(character.islower() for character in characters)
        self._words: Strokes | None = None
        if not self._capitals and (data / "unipen" / "words.npz").is_file():
            self._words = self._spelled(load_strokes(data / "unipen" / "words.npz")[1])
        self._written = [text for texts in held_out_texts(data / "unipen").values() for text in texts]

    def text(self, rng: Generator) -> str:
        """One row's text."""
        kind = rng.random()
        code = kind < CODE and not self._capitals
        if code:
            text = code_line(self.texts, rng)
        elif kind < CODE + ENTRIES:
            text = entry(self.texts, rng)
        elif kind < CODE + ENTRIES + NAMES:
            names = self.texts.names
            text = " ".join(names[rng.integers(0, len(names), rng.integers(1, 4))].tolist())
        elif kind < CODE + ENTRIES + NAMES + ACRONYMS:
            text = self._acronym(rng)
        else:
            text = self._written[rng.integers(len(self._written))]
            while len(text) < 12 and rng.random() < 0.7:
                text += " " + self._written[rng.integers(len(self._written))]
        if self._capitals or (not code and rng.random() < CAPITALS):
            text = text.upper()
        text = " ".join("".join(c if c in self._characters else " " for c in text).split())
        if len(text) > _LONGEST:
            text = text[:_LONGEST].rsplit(" ", 1)[0]
        return text

    def _acronym(self, rng: Generator) -> str:
        """An acronym, alone or among words."""
        letters = rng.choice(list(string.ascii_uppercase), rng.integers(2, 6))
        words = self.texts.words_of(rng, int(rng.integers(0, 3)))
        words.insert(int(rng.integers(0, len(words) + 1)), "".join(letters.tolist()))
        return " ".join(words)

    def pages(self, count: int, seed: int) -> Iterator[DrawnPage]:
        """``count`` pages, the same for the same seed."""
        rng = np.random.default_rng(seed)
        for _ in range(count):
            joined = int(rng.binomial(ROWS, JOINED)) if self._words is not None else 0
            rows = [*islice(self._joined(rng), joined), *islice(self.rows(rng), ROWS - joined)]
            yield draw_page(rows, rng)

    def _spelled(self, words: Strokes) -> Strokes:
        """Those words whose case is known and that have none but these characters."""
        legible = np.array(
            [len(text) > 1 and self._characters >= set(text) for text in words.labels.tolist()]
        )
        return words.select(legible & words.cased)

    def _joined(self, rng: Generator) -> Iterator[tuple[Written, float]]:
        """Rows of a few words as one writer wrote them, without end, each with its pen's width."""
        assert self._words is not None
        while True:
            first = int(rng.integers(len(self._words)))
            own = np.flatnonzero(self._words.writers == self._words.writers[first])
            row = words_in_row(self._words, rng.choice(own, min(int(rng.integers(1, 5)), len(own))), rng)
            if row is not None and len(row.text) <= _LONGEST:
                yield row, _pen(rng)

    def rows(
        self, rng: Generator, say: Callable[[Generator], str] | None = None
    ) -> Iterator[tuple[Written, float]]:
        """Rows without end, each with its pen's width in letter heights. say: makes their texts instead of `text`."""
        say = say or self.text
        while True:
            text = say(rng)
            writer = int(rng.integers(len(self._letters.by_writer)))
            own = self._letters.by_writer[writer]
            # A writer who has few of the text's letters would borrow most of them: not one hand.
            if len(text) < 2 or sum(c in own for c in text) < 0.7 * len(text.replace(" ", "")):
                continue
            pen = _pen(rng)
            touching = random_spacing(rng, touching=True)
            spacing = touching if rng.random() < TOUCHING else _apart(touching, pen, rng)
            row = set_letters(self._letters, writer, text, spacing, rng)
            if row is not None:
                yield row, pen


def _pen(rng: Generator) -> float:
    """Width of a pen in letter heights."""
    return float(np.clip(rng.normal(0.11, 0.03), 0.06, 0.2))


def _apart(spacing: Spacing, pen: float, rng: Generator) -> Spacing:
    """Letters that stand apart by more than the pen's width, most of them; ``pen`` in letter heights."""
    gap = pen + max(0.08, rng.normal(0.18, 0.07)) + (rng.uniform(0.2, 0.7) if rng.random() < 0.15 else 0.0)
    space = max(0.3, 0.6 * gap + rng.lognormal(-0.5, 0.35))
    return replace(spacing, gap=gap, spread=0.05, nearness=rng.uniform(0, 0.15), space=space)


def _scratch(
    ink: NDArray[np.uint8], points: NDArray[np.floating], thick: int, count: int, rng: Generator
) -> None:
    """Take narrow gaps out of the strokes at ``count`` of their points, as a dry pen leaves them."""
    for x, y in points[rng.integers(0, len(points), count)]:
        across = rng.normal(0, 1, 2)
        across *= 0.9 * thick / max(float(np.hypot(*across)), 1e-6)
        middle = np.array([x, y])
        start, end = np.rint(middle - across).astype(int), np.rint(middle + across).astype(int)
        cv2.line(ink, start.tolist(), end.tolist(), 0, int(rng.integers(2, 4)))


def _wave(x: NDArray[np.floating], rng: Generator) -> NDArray[np.floating]:
    """How far a row's points stray from a level baseline, in letter heights as ``x``: tilt and a slow wave."""
    middle, length = float(x.mean()), max(float(np.ptp(x)), 1.0)
    tilt = np.clip(rng.normal(0, 0.012), -0.03, 0.03)
    return tilt * (x - middle) + rng.uniform(0, 0.06) * np.sin(2 * np.pi * (x / (length + 6) + rng.random()))


def _speck(ink: NDArray[np.uint8], baseline: float, height: float, thick: int, rng: Generator) -> None:
    """Put a few specks, no larger than a full stop, where a row is written."""
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(0, ink.shape[1]), baseline + rng.uniform(-1.1, 0.2) * height
        size = max(1, round(rng.uniform(0.15, 0.6) * thick))
        cv2.circle(ink, (round(x), round(y)), size, int(rng.integers(120, 256)), -1, cv2.LINE_AA)


def draw_page(rows: list[tuple[Written, float]], rng: Generator) -> DrawnPage:
    """Draw rows below each other, each with its pen (width in letter heights), a little blurred and noisy."""
    height = rng.uniform(26, 46)
    margin = 2 * height
    wide = max(float(np.ptp(row.points[:, 0])) for row, _ in rows)
    shape = (int((len(rows) * _DISTANCE + 3) * height), int(wide * height + 2 * margin))
    ink = np.zeros(shape, np.uint8)
    baselines = []
    for number, (row, pen) in enumerate(rows):
        baseline = (number * _DISTANCE + 2.2) * height
        slant = rng.normal(0, 0.1)
        points = row.points * height
        points[:, 1] += _wave(points[:, 0] / height, rng) * height
        points = np.column_stack(
            [
                points[:, 0] - slant * points[:, 1] + margin - height * row.points[:, 0].min(),
                points[:, 1] + baseline,
            ]
        )
        thick = max(2, round(height * pen))
        fixed = np.rint(points * 16).astype(np.int32)
        for stroke in np.split(fixed, np.cumsum(row.lengths)[:-1]):
            cv2.polylines(ink, [stroke], False, 255, thick, cv2.LINE_AA, 4)
        if rng.random() < BROKEN:
            _scratch(ink, points, thick, len(row.text) // 4 + 1, rng)
        if rng.random() < SPECKS:
            _speck(ink, baseline, height, thick, rng)
        baselines.append(baseline)
    soft = cv2.GaussianBlur(ink, (0, 0), float(rng.uniform(0.5, 1.4))) / np.float32(255)
    shadow = np.linspace(rng.uniform(0.7, 1), rng.uniform(0.7, 1), shape[1], dtype=np.float32)
    paper = 225 * shadow * (1 - soft * np.float32(rng.uniform(0.55, 0.85)))
    paper += rng.normal(0, rng.uniform(1, 5), shape)
    return DrawnPage(
        np.clip(paper, 0, 255).astype(np.uint8), tuple(row.text for row, _ in rows), tuple(baselines)
    )
