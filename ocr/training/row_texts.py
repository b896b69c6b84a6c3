"""What the training rows say: sentences, phrases and names, from the corpora."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ocr.errors import DataError


@dataclass(frozen=True)
class Texts:
    """Sources of text. words with their probabilities; names: capitalised words; prose: running text."""

    words: NDArray[np.str_]
    chance: NDArray[np.float64]
    names: NDArray[np.str_]
    prose: str

    def words_of(self, rng: Generator, count: int) -> list[str]:
        """``count`` words, frequent ones more often (by the square root of their count)."""
        picks = np.searchsorted(self.chance, rng.random(count))
        return self.words[np.minimum(picks, len(self.words) - 1)].tolist()

    def sentence(self, rng: Generator, length: int) -> str:
        """About ``length`` characters of running text, cut between words."""
        start = int(rng.integers(0, len(self.prose) - 2 * length - 60))
        start = self.prose.find(" ", start) + 1
        end = self.prose.find(" ", start + length - 3)
        return (
            self.prose[start:end]
            if 0 < end - start < 2 * length + 10
            else self.prose[start : start + length].strip()
        )

    def phrase(self, rng: Generator, length: int) -> str:
        """Words or names in mixed case, as in titles, lists and labels."""
        pick = rng.random()
        if pick < 0.45:
            return self.sentence(rng, length)
        if pick < 0.65:
            return " ".join(word.capitalize() for word in self.words_of(rng, max(1, length // 6)))
        if pick < 0.8:
            return " ".join(self.names[rng.integers(0, len(self.names), max(1, length // 7))].tolist())
        return " ".join(self.words_of(rng, max(1, length // 6)))

    def capitals(self, rng: Generator, length: int) -> str:
        """A phrase in capitals."""
        text = self.phrase(rng, length).upper()
        if rng.random() < 0.08:
            text = f"{rng.integers(1, 20)}. {text}"
        if rng.random() < 0.06:
            text += str(rng.choice(list("!?.:")))
        if rng.random() < 0.05:
            text = "- " + text
        return text


def load_texts(folder: Path) -> Texts:
    """Words and prose under ``folder`` (freq/, words/, corpus/); DataError names what is missing."""
    frequency, names = (
        folder / "freq/frequency_dictionary_en_82_765.txt",
        folder / "words/american-english-large",
    )
    try:
        rows = [line.split() for line in frequency.read_text("utf-8-sig").splitlines()]
        listed = names.read_text("utf-8").splitlines()
        books = [_book(path) for path in sorted((folder / "corpus").glob("*.txt"))]
        for archive in sorted((folder / "corpus").glob("*.zip")):
            with zipfile.ZipFile(archive) as file:
                books += [
                    file.read(name).decode("utf-8", "ignore")
                    for name in sorted(file.namelist())
                    if name.endswith(".txt") and "README" not in name
                ]
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{folder}: text sources cannot be read ({error}); see the data README") from error
    if not books:
        raise DataError(f"{folder}/corpus: no books; see the data README")
    words = np.array([row[0] for row in rows if row[0].isascii()])
    weight = np.sqrt([float(row[1]) for row in rows if row[0].isascii()])
    capitalised = np.array(
        [name for name in listed if name.isascii() and name.isalpha() and name[:1].isupper()]
    )
    return Texts(words, np.cumsum(weight / weight.sum()), capitalised, _plain(" ".join(books)))


def _book(path: Path) -> str:
    """A Project Gutenberg book without its header and footer."""
    text = path.read_text("utf-8", "ignore")
    start, end = re.search(r"\*\*\* ?START OF.*?\*\*\*", text), re.search(r"\*\*\* ?END OF", text)
    return text[start.end() if start else 0 : end.start() if end else len(text)]


def _plain(text: str) -> str:
    """Printable ASCII with single spaces."""
    for curly, straight in {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2014": "-",
        "\u2013": "-",
    }.items():
        text = text.replace(curly, straight)
    return re.sub(r"\s+", " ", re.sub(r"[^ -~\s]|_", "", text))
