"""Pages to write, with everything in them that has ever broken a format."""

from __future__ import annotations

from dataclasses import replace

from ocr.page import Box, Letter, Line, Page, Word


def page_of(*lines: str, source: str = "scan.jpg", number: int = 1, slope: float = 0.0) -> Page:
    """A page of 1000 x 800 pixels; letters 40 x 60, 62 from letter to letter, 110 from line to line."""
    made = []
    for n, text in enumerate(lines):
        left, words = 50, []
        for word in text.split(" "):
            letters = []
            for character in word:
                top = 50 + 110 * n + round(slope * left)
                alternatives = (("Q", 0.0625), ("<&>", 0.015625))
                letters.append(Letter(character, Box(left, top, left + 40, top + 60), 0.875, alternatives))
                left += 62
            words.append(Word(tuple(letters), 0.75, "rows" if len(word) > 4 else "letters"))
            left += 40
        made.append(Line(tuple(words)))
    return Page(tuple(made), 1000, 800, source, number, "nist36-cnn", ("orientation 6", "light evened out"))


def stored(page: Page, rotation: int) -> Page:
    """``page`` as it comes when its picture was stored so that it must be turned clockwise by ``rotation`` degrees."""
    return replace(replace(page, rotation=-rotation % 360).upright(), rotation=rotation)


PLAIN = page_of("HELLO WORLD", "GO ON 42")
# Markup, quotes, control characters, what XML forbids, a lone surrogate, a tab, letters far outside ASCII.
NASTY = page_of(
    "<a>&amp; ]]>", "x\"'\x00\x1b \ufffe\udc80", "\té \U0001f600 -->", source='a "b" & <c>\udcff.jpg'
)
EMPTY = Page((), 1000, 800, "empty.png")
