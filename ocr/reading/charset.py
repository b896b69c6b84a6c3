"""Which characters may occur: ``digits``, ``letters``, ``alnum`` or a list such as ``A-F0-9``."""

from __future__ import annotations

import string

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
    is itself. ValueError when it names none, or a range runs backwards.
    """
    if text in NAMED:
        return frozenset(NAMED[text])
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
