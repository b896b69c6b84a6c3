"""The mix of training rows: which kinds there are, how often each is drawn, and how one row is made."""

from __future__ import annotations

import re
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ocr.training.row_code import code_line
from ocr.training.row_compose import (
    Written,
    random_spacing,
    set_font,
    set_letters,
    whole_segment,
    words_in_row,
)
from ocr.training.row_draw import Damage, Polylines, draw
from ocr.training.row_entries import entry, symbols
from ocr.training.row_fonts import Face, load_faces
from ocr.training.row_letters import Letters, scale_letters
from ocr.training.row_strokes import Strokes, load_strokes
from ocr.training.row_texts import Texts, load_texts

# Shares of the training rows. Capitals come first: they are what the product is made for.
MIX = {
    "capitals": 0.15,  # phrases in capitals, one writer's letters
    "touching": 0.11,  # the same with letters that touch or overlap
    "entries": 0.08,  # numbers, codes, dates, times, amounts, telephone numbers, e-mails
    "mixed": 0.13,  # phrases in mixed case, one writer's letters
    "code": 0.07,  # program code
    "symbols": 0.03,  # characters by chance
    "words": 0.12,  # UNIPEN words as written, printed to joined
    "capital words": 0.03,  # those written in capitals
    "word rows": 0.11,  # several of a writer's words in a row
    "lines": 0.10,  # UNIPEN lines as written
    "fonts": 0.07,  # any text in a handwriting font
}
KINDS = tuple(MIX)
LONGEST = 64  # characters in a row
_FEWEST = 12  # different characters that a writer must have given to write a row


def mix_without(kinds: Collection[str]) -> dict[str, float]:
    """Shares of the rows without some kinds, which leave their room to the others in proportion."""
    return {kind: share for kind, share in MIX.items() if kind not in kinds}


class Row(NamedTuple):
    """A training row. picture: (40, W) uint8, 0 = paper, 255 = ink; cased: its capitals are told apart."""

    picture: NDArray[np.uint8]
    text: str
    cased: bool
    kind: int
    writer: int


@dataclass(frozen=True)
class Pool:
    """All the material of one side of the split; ``*_by`` list segments by person, for a balanced choice."""

    letters: Letters
    words: Strokes
    lines: Strokes
    faces: list[Face]
    texts: Texts
    words_by: list[NDArray[np.int64]]
    capitals_by: list[NDArray[np.int64]]
    lines_by: list[NDArray[np.int64]]
    scribes: list[int]
    capital_scribes: list[int]

    def written(self, kind: str) -> tuple[Strokes, list[NDArray[np.int64]]] | None:
        """The segments that rows of a kind are made of, and which of them each person wrote; None where text
        is set."""
        people = {
            "words": self.words_by,
            "word rows": self.words_by,
            "capital words": self.capitals_by,
            "lines": self.lines_by,
        }.get(kind)
        return None if people is None else (self.lines if kind == "lines" else self.words, people)

    def writer_name(self, kind: str, number: int) -> str:
        """Who wrote a row, by its number within its kind: a person, who has one name in all kinds, or a font."""
        if kind == "fonts":
            return f"font {self.faces[number].name}"
        if (source := self.written(kind)) is not None:
            strokes, segments = source[0], source[1][number]
        else:
            strokes, segments = self.letters.strokes, next(iter(self.letters.by_writer[number].values()))
        return strokes.names[strokes.writers[segments[0]]]


def load_pools(data: Path) -> tuple[Pool, Pool]:
    """(training, validation) material of ``data``: unipen, fonts, text; DataError names what is missing."""
    with ThreadPoolExecutor(5) as jobs:
        letters, words, lines = (
            jobs.submit(load_strokes, data / "unipen" / f"{name}.npz") for name in ("chars", "words", "texts")
        )
        faces, texts = jobs.submit(load_faces, data / "fonts"), jobs.submit(load_texts, data / "text")
        sides = zip(letters.result(), words.result(), lines.result(), faces.result(), strict=True)
        training, validation = (make_pool(*side, texts.result()) for side in sides)
    return training, validation


def make_pool(characters: Strokes, words: Strokes, lines: Strokes, faces: list[Face], texts: Texts) -> Pool:
    """The material of one side, as rows are made from it."""
    lines = lines.select(_single_line(lines))
    letters = scale_letters(characters)
    capitals = np.array([label.isupper() and len(label) > 1 for label in words.labels.tolist()]) & words.cased
    everything = np.arange(len(words))
    scribes = [index for index, own in enumerate(letters.by_writer) if len(own) >= _FEWEST]
    capital_scribes = [
        index
        for index in scribes
        if sum("A" <= character <= "Z" for character in letters.by_writer[index]) >= _FEWEST
    ]
    return Pool(
        letters,
        words,
        lines,
        faces,
        texts,
        _by_person(words, everything),
        _by_person(words, np.flatnonzero(capitals)),
        _by_person(lines, np.arange(len(lines))),
        scribes,
        capital_scribes,
    )


def _by_person(strokes: Strokes, segments: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    writers = strokes.writers[segments]
    order = np.argsort(writers, kind="stable")
    cuts = np.flatnonzero(np.diff(writers[order])) + 1
    return [group for group in np.split(segments[order], cuts) if len(group)]


def _single_line(lines: Strokes) -> NDArray[np.bool_]:
    """(S,) whether the ink has the shape of one line: at least a spread wide for each character.

    One line of writing is about 2.2 spreads wide for each character; several are both narrower and higher.
    """
    starts = lines.strokes[lines.segments[:-1]]
    sizes = np.diff(lines.strokes[lines.segments])
    width = np.ptp(
        np.stack(
            [np.maximum.reduceat(lines.points[:, 0], starts), np.minimum.reduceat(lines.points[:, 0], starts)]
        ),
        axis=0,
    )
    segment = np.repeat(np.arange(len(lines)), sizes)
    x, y = lines.points.T.astype(np.float64)
    x, y = (axis - (np.bincount(segment, axis) / sizes)[segment] for axis in (x, y))
    xx, xy = np.bincount(segment, x * x), np.bincount(segment, x * y)
    down = y - np.clip(xy / np.maximum(xx, 1e-9), -0.3, 0.3)[segment] * x
    spread = np.sqrt(np.bincount(segment, down * down) / sizes)
    lengths = np.char.str_len(lines.labels)
    return (width >= spread * lengths) & (lengths <= LONGEST)


def make_row(
    pool: Pool, kind: str, rng: Generator, damage: Damage, neighbour: Polylines | None
) -> tuple[Row, Polylines]:
    """One row of a kind; tries again until one fits."""
    while True:
        written, writer = write_row(pool, kind, rng)
        if written is None or not 0 < len(written.text) <= LONGEST:
            continue
        drawn = draw(written, rng, damage, neighbour)
        if drawn is not None:
            picture, strokes = drawn
            return Row(picture, as_written(written.text), written.cased, KINDS.index(kind), writer), strokes


def as_written(text: str) -> str:
    """Single spaces, and none before a mark: some contributors' transcriptions set every mark apart."""
    return re.sub(r" ([,.;:!?])(?= |$)", r"\1", " ".join(text.split()))


def _length(rng: Generator) -> int:
    return int(rng.integers(1, 12)) if rng.random() < 0.35 else int(rng.integers(8, 36))


def write_row(pool: Pool, kind: str, rng: Generator) -> tuple[Written | None, int]:
    """A row of a kind before drawing (None: try again), and the number of its writer within the kind."""
    texts = pool.texts
    if (source := pool.written(kind)) is not None:
        strokes, people = source
        person = int(rng.integers(len(people)))
        if kind == "word rows":
            count = min(int(rng.integers(2, 7)), len(people[person]))
            return words_in_row(strokes, rng.choice(people[person], count), rng), person
        return whole_segment(strokes, int(rng.choice(people[person]))), person
    if kind == "fonts":
        number = int(rng.integers(len(pool.faces)))
        face = pool.faces[number]
        text = _any_text(texts, rng)
        return set_font(face, text if face.cased else text.upper(), rng), number
    length = _length(rng)
    if kind == "capitals":
        text = texts.capitals(rng, length)
    elif kind == "touching":
        text = texts.capitals(rng, length) if rng.random() < 0.65 else texts.phrase(rng, length)
    elif kind == "entries":
        text = entry(texts, rng)
    elif kind == "mixed":
        text = texts.phrase(rng, length)
    elif kind == "code":
        text = code_line(texts, rng)
    else:
        text = symbols(rng, int(rng.integers(1, 20)))
    scribes = pool.capital_scribes if kind in ("capitals", "touching", "entries") else pool.scribes
    writer = scribes[rng.integers(len(scribes))]
    return set_letters(pool.letters, writer, text, random_spacing(rng, kind == "touching"), rng), writer


def _any_text(texts: Texts, rng: Generator) -> str:
    pick = rng.random()
    if pick < 0.35:
        return texts.capitals(rng, _length(rng))
    if pick < 0.75:
        return texts.phrase(rng, _length(rng))
    if pick < 0.87:
        return entry(texts, rng)
    return code_line(texts, rng) if pick < 0.95 else symbols(rng, int(rng.integers(1, 16)))
