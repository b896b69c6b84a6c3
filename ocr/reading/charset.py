"""Which characters may occur: ``digits``, ``letters``, ``alnum`` or a list such as ``A-F0-9``."""

from __future__ import annotations

import string
from difflib import get_close_matches

NAMED = {
    "digits": string.digits,
    "letters": string.ascii_letters,
    "upper": string.ascii_uppercase,
    "lower": string.ascii_lowercase,
    "alnum": string.ascii_letters + string.digits,
}


def parse_charset(text: str) -> frozenset[str]:
    """The characters that ``text`` names.

    A name of `NAMED`, or characters as they are, ``X-Y`` standing for all from X to Y; a ``-`` first or last
    is itself. ValueError when it names none, a range runs backwards, or a name is misspelt.
    """
    if text in NAMED:
        return frozenset(NAMED[text])
    meant = get_close_matches(text.lower(), NAMED, 1, 0.7)
    themselves = "".join(sorted(set(text)))
    if meant and text != themselves:
        raise ValueError(
            f"no set is called {text!r}; did you mean {meant[0]!r}? For these very characters write {themselves!r}"
        )
    characters: set[str] = set()
    at = 0
    while at < len(text):
        if at + 2 < len(text) and text[at + 1] == "-":
            first, last = text[at], text[at + 2]
            if first > last:
                raise ValueError(f"the range {first}-{last} in {text!r} runs backwards")
            characters.update(chr(code) for code in range(ord(first), ord(last) + 1))
            at += 3
        else:
            characters.add(text[at])
            at += 1
    if not characters:
        raise ValueError("a charset needs at least one character")
    return frozenset(characters)
