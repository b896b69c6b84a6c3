"""Text for the language model: books, speeches, word counts, word lists, each with a weight.

Sources in the folder given by the caller: ``corpus/*.txt`` and ``corpus/*.zip`` (public domain; Project
Gutenberg's header and footer are stripped), ``freq/*.txt`` (words and pairs of words with counts,
SymSpell), ``words/*`` (SCOWL).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ocr.errors import DataError

FOREIGN = ("finnish", "french", "german", "portuguese", "swedish", "lolcat", "README", ".dtd", ".css", ".xsl")

_START = re.compile(r"\*\*\* ?START OF TH[EI]S? PROJECT GUTENBERG.*?\*\*\*", re.S)
_END = re.compile(r"\*\*\* ?END OF TH[EI]S? PROJECT GUTENBERG|End of (?:the )?Project Gutenberg")
_TYPOGRAPHY = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "--", "…": "..."})


def plain(text: str) -> str:
    """Printable ASCII with single spaces: accents dropped, typographic quotes and dashes made plain."""
    text = unicodedata.normalize("NFKD", text.translate(_TYPOGRAPHY))
    return re.sub(r"[^!-~]+", " ", "".join(c for c in text if not unicodedata.combining(c)))


def strip_gutenberg(text: str) -> str:
    """What stands between Project Gutenberg's start and end marks; all where there are none."""
    start = _START.search(text)
    end = _END.search(text, start.end() if start else 0)
    return text[start.end() if start else 0 : end.start() if end else len(text)]


def books(folder: Path) -> Iterator[str]:
    """Each English text in ``folder``/corpus as plain running text; DataError where there is none."""
    paths = sorted((folder / "corpus").glob("*.txt")) + sorted((folder / "corpus").glob("*.zip"))
    if not paths:
        raise DataError(f"{folder}: no corpus/*.txt or corpus/*.zip to learn the language from")
    for path in paths:
        if path.suffix == ".txt":
            yield plain(strip_gutenberg(path.read_text("utf-8", "replace")).replace("_", ""))
            continue
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if name.endswith("/") or any(part in name for part in FOREIGN):
                    continue
                text = archive.read(name).decode("utf-8", "replace")
                if name.endswith(".xml"):
                    text = re.sub(r"<SPEAKER>.*?</SPEAKER>|<[^>]*>", " ", text)
                yield plain(text)


def counted_words(folder: Path) -> dict[str, float]:
    """Words and their counts from ``freq/frequency_dictionary_*.txt``."""
    found = _counted(folder, "frequency_dictionary_*.txt")
    return {" ".join(fields[:-1]): float(fields[-1]) for fields in found}


def counted_pairs(folder: Path) -> dict[str, float]:
    """Pairs of words, a space between, and their counts from ``freq/frequency_bigramdictionary_*.txt``."""
    found = _counted(folder, "frequency_bigramdictionary_*.txt")
    return {" ".join(fields[:-1]): float(fields[-1]) for fields in found}


def _counted(folder: Path, pattern: str) -> Iterator[list[str]]:
    for path in sorted((folder / "freq").glob(pattern)):
        for number, line in enumerate(path.read_text("utf-8-sig").splitlines(), 1):
            fields = plain(line).split()
            if len(fields) < 2 or not fields[-1].isdigit():
                raise DataError(f"{path}, line {number}: not words and a count: {line!r}")
            yield fields


def listed_words(folder: Path) -> list[str]:
    """Every word of the lists in ``words/``, names among them."""
    words: set[str] = set()
    for path in sorted((folder / "words").glob("*english*")):
        words.update(plain(path.read_text("utf-8")).split())
    return sorted(words)


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every source file, by its path relative to ``folder``."""
    paths = [path for name in ("corpus", "freq", "words") for path in sorted((folder / name).glob("*"))]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
