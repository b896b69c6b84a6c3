"""What each shipped classifier learns: its classes, where their examples come from, its network."""

from __future__ import annotations

import string
from dataclasses import dataclass, field

NIST36 = tuple(string.ascii_uppercase + string.digits)
ASCII94 = tuple(chr(code) for code in range(33, 127))
NOT_A_LETTER = ""  # the class of whatever is no single character

# Small letters that hand printers use for capitals, as NIST's forms show: smaller capitals, and f, m, u, y.
SMALL_CAPITALS = {small: small.upper() for small in "cfkmopsuvwxyz"}
_RARE_MARKS = (
    dict.fromkeys("`~^\\{}|<>", 0.25) | dict.fromkeys("[]_@%$#&*+=;", 0.5) | dict.fromkeys("'\",.-", 1.0)
)


@dataclass(frozen=True)
class Recipe:
    """How to train one classifier.

    characters: UNIPEN and font labels to use, each with its class
    aliases:    more UNIPEN labels with their classes, used sparingly
    shares:     part of each source in every class that has it: unipen, aliases, fonts, mnist
    weights:    how often a class is drawn, 1 where it is not named
    negatives:  part of drawings that are no single letter (class `NOT_A_LETTER`)
    network:    name in `ocr.training.networks` and its arguments
    quantised:  whether its convolutions are exported in 8-bit integers
    """

    name: str
    classes: tuple[str, ...]
    characters: dict[str, str]
    network: str
    network_options: dict[str, int | float] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    shares: dict[str, float] = field(
        default_factory=lambda: {"unipen": 0.72, "fonts": 0.28, "aliases": 0.08, "mnist": 0.35}
    )
    weights: dict[str, float] = field(default_factory=dict)
    negatives: float = 0.0
    placement: bool = False
    quantised: bool = False
    rate: float = 3e-3


_NIST36_LETTERS = {character: character for character in NIST36}
# Hand-printed pages hold more letters than digits, which matters most where both are one shape.
_DIGITS_RARER = dict.fromkeys(string.digits, 0.8) | {"0": 0.4, "1": 0.5}

RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "nist36-cnn", NIST36, _NIST36_LETTERS, "cnn", {"width": 32}, SMALL_CAPITALS, weights=_DIGITS_RARER
        ),
        Recipe(
            "nist36-mlp",
            NIST36,
            _NIST36_LETTERS,
            "mlp",
            {"hidden": 256},
            SMALL_CAPITALS,
            weights=_DIGITS_RARER,
            rate=2e-3,
        ),
        Recipe(
            "print94",
            (*ASCII94, NOT_A_LETTER),
            {c: c for c in ASCII94},
            "cnn",
            {"width": 40, "features": 6},
            shares={"unipen": 0.75, "fonts": 0.25, "mnist": 0.2},
            weights=_RARE_MARKS,
            negatives=0.10,
            placement=True,
            quantised=True,
        ),
    )
}
