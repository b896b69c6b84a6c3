"""How sure a letter is, when two readers were asked: what speaks for each letter of the text that was chosen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocr.reading.decoding.words import ReadLetter
from ocr.reading.proposals import Proposals, Words, text_of

BELIEFS = ("one", "own", "agrees", "other", "share", "rows")
_MOST = 8.0  # the largest logit of a chance that counts


def beliefs(proposals: Proposals, words: Words, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(L, B) what speaks for each letter of ``words``, one of the proposals, as in `BELIEFS`.

    own: logit of what its reader says; agrees: whether the other reader reads the same there; other: logit of
    what that says; share: logit of the part of all proposals, by their ``scores``, that has the letter; rows: whether
    it was the rows reader's.
    """
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    text = text_of(words)
    share = sum(
        (
            chance * shared(text, other)
            for chance, other in zip(chances.tolist(), proposals.texts, strict=True)
        ),
        np.zeros(len(text)),
    )
    rivals = {"letters": _letters(proposals.rows), "rows": _letters(proposals.letters)}
    others = {
        reader: text_of(proposals.rows if reader == "letters" else proposals.letters) for reader in rivals
    }
    matches = {reader: shared(text, other) for reader, other in others.items()}
    found = []
    place = 0
    for word in words:
        for letter in word.letters:
            agrees = bool(matches[word.reader][place])
            other = 0.0
            if agrees:
                other = _logit(_at(rivals[word.reader], others[word.reader], text, place))
            found.append(
                [1, _logit(letter.chance), agrees, other, _logit(float(share[place])), word.reader == "rows"]
            )
            place += 1
        place += 1  # the space
    return np.array(found, np.float64).reshape(-1, len(BELIEFS))


def shared(text: str, other: str) -> NDArray[np.float64]:
    """(L,) 1 for the characters of ``text`` before and after the part where it differs from ``other``."""
    first, last = _ends(text, other)
    same = np.zeros(len(text))
    same[:first] = 1
    same[len(text) - last :] = 1
    return same


def _ends(text: str, other: str) -> tuple[int, int]:
    """How many characters two texts have in common at the beginning, and then at the end."""
    least = min(len(text), len(other))
    first = next((k for k in range(least) if text[k] != other[k]), least)
    last = next((k for k in range(least - first) if text[-1 - k] != other[-1 - k]), least - first)
    return first, last


def _letters(words: Words) -> list[ReadLetter | None]:
    """The letters of words, None for the space between two."""
    letters: list[ReadLetter | None] = []
    for word in words:
        letters += [None] * bool(letters)
        letters += word.letters
    return letters


def _at(letters: list[ReadLetter | None], other: str, text: str, place: int) -> float:
    """The chance of the letter in ``other`` that stands for character ``place`` of ``text``."""
    first, _ = _ends(text, other)
    letter = letters[place if place < first else place + len(other) - len(text)]
    return letter.chance if letter else 0.5


def _logit(chance: float) -> float:
    return float(np.clip(np.log(max(chance, 1e-9) / max(1 - chance, 1e-9)), -_MOST, _MOST))
