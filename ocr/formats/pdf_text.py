"""The invisible text of a searchable PDF.

The text is shown in a Type 3 font (ISO 32000-1, 9.6.5) whose glyphs are all of one size and empty. Each
letter is stretched over its own box by its text matrix, a ToUnicode map says which character it is, and so
any character at all can be written without a font file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ocr.formats.clean import one_line
from ocr.page import Line, Page, Word

# The glyphs' size in em. Half an em wide is what Poppler takes for granted in a Type 3 font. The writing
# fills two thirds of the type's height, which makes the type 1.5 times as large as the writing: readers
# measure gaps in em, and hand-printed words stand so far apart that they would pass for columns of a table.
_WIDTH, _ASCENT, _DESCENT = 0.5, 0.66, 0.01
_COLUMN = 0.65  # em; Poppler sees columns when the gap is 0.7
# Poppler reads the end of a line first when it is much higher than the beginning. A line that rises by less
# than its height is therefore laid flatter, to rise by this part of its height.
_RISE = 0.12

# From pixels of the page turned upright, clockwise by so many degrees, to those of its picture, width x height.
_UPSIDE: dict[int, Callable[[int, int], tuple[float, ...]]] = {
    0: lambda width, height: (1, 0, 0, 1, 0, 0),
    90: lambda width, height: (0, -1, 1, 0, 0, height),
    180: lambda width, height: (-1, 0, 0, -1, width, height),
    270: lambda width, height: (0, 1, -1, 0, width, 0),
}

_CODES = 255  # one-byte codes in a font; 0 is left out, some viewers take it for the end of a string


class TextLayer:
    """Adds the text of pages to a pikepdf document; call `finish` after the last page."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._codes: dict[str, tuple[int, int]] = {}  # text of a letter -> (font, code)
        self._fonts: list[Any] = []

    def add(self, where: Any, page: Page, matrix: tuple[float, ...]) -> None:
        """Put the text of ``page`` on the PDF page ``where``.

        matrix: (a, b, c, d, e, f) as PDF writes it, from pixels of the source picture, y down, to points.
        """
        matrix = _composed(_UPSIDE[page.rotation](page.width, page.height), matrix)
        page = page.upright()
        names: dict[int, bytes] = {}  # font -> what this page calls it
        runs = [self._line(line, where, names) for line in page.lines]
        place = " ".join(f"{value:.6f}" for value in matrix).encode()
        if runs:
            where.contents_add(b"q " + place + b" cm BT 3 Tr\n" + b"".join(runs) + b"ET Q\n")

    def _line(self, line: Line, where: Any, names: dict[int, bytes]) -> bytes:
        """Text operators for one line, in pixels.

        Readers put words in one line when their type size and baseline are alike, so these are the line's:
        the height of its middle word, and the straight line that fits the bottoms of its words. Across,
        every letter runs from its own left edge to the next letter's, and a space fills the gap to the next
        word.
        """
        heights = sorted(word.box.height for word in line.words)
        height = max(heights[len(heights) // 2], 1)
        size = height / (_ASCENT + _DESCENT)
        middle, bottom, slope = _fit([(_middle(word), word.box.bottom) for word in line.words])
        rise = -slope * (_middle(line.words[-1]) - _middle(line.words[0]))
        if _RISE * height < rise < height:
            slope *= _RISE * height / rise
        runs = []
        for n, word in enumerate(line.words):
            right = word.box.right
            baseline = bottom + slope * (_middle(word) - middle) - _DESCENT * size
            edges = [letter.box.left for letter in word.letters] + [right]
            texts = [one_line(letter.text) for letter in word.letters]
            if n + 1 < len(line.words):
                # A wider gap is bridged in part by the word's last letter.
                following = line.words[n + 1].box.left
                edges[-1] = max(right, int(following - _COLUMN * size))
                edges.append(following)
                texts.append(" ")
            for text, start, end in zip(texts, edges, edges[1:], strict=False):
                font, code = self._code(text)
                if font not in names:
                    # Named by us: the library would draw a name by lot, and no two files would be the same.
                    name = where.add_resource(self._fonts[font], "/Font", f"/HandprintOcr{font}")
                    names[font] = str(name).encode()
                runs.append(
                    b"%s 1 Tf %.1f 0 0 %.2f %d %.2f Tm <%02x> Tj\n"
                    % (names[font], max(end - start, 1) / _WIDTH, -size, start, baseline, code)
                )
        return b"".join(runs)

    def _code(self, text: str) -> tuple[int, int]:
        if text not in self._codes:
            font, code = divmod(len(self._codes), _CODES)
            if font == len(self._fonts):
                self._fonts.append(self._document.make_indirect({}))
            self._codes[text] = font, code + 1
        return self._codes[text]

    def finish(self) -> None:
        """Write the fonts, now that all characters are known."""
        import pikepdf

        for number, font in enumerate(self._fonts):
            codes = {code: text for text, (home, code) in self._codes.items() if home == number}
            last = max(codes)
            box = [0, -1000 * _DESCENT, 1000 * _WIDTH, 1000 * _ASCENT]
            empty = self._document.make_stream(b"%d 0 %d %d %d %d d1" % (box[2], *box))
            glyphs = {f"/g{code}": empty for code in codes}
            font.update(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Font,
                    Subtype=pikepdf.Name.Type3,
                    FontBBox=box,
                    FontMatrix=[0.001, 0, 0, 0.001, 0, 0],
                    FirstChar=1,
                    LastChar=last,
                    Widths=[1000 * _WIDTH] * last,
                    CharProcs=pikepdf.Dictionary(glyphs),
                    Encoding=pikepdf.Dictionary(
                        Type=pikepdf.Name.Encoding,
                        Differences=[1, *(pikepdf.Name(f"/g{code}") for code in range(1, last + 1))],
                    ),
                    FontDescriptor=self._document.make_indirect(
                        pikepdf.Dictionary(
                            Type=pikepdf.Name.FontDescriptor,
                            FontName=pikepdf.Name("/Invisible"),
                            Flags=4,
                            FontBBox=box,
                            ItalicAngle=0,
                            Ascent=1000 * _ASCENT,
                            Descent=-1000 * _DESCENT,
                            CapHeight=1000 * _ASCENT,
                            StemV=0,
                        )
                    ),
                    Resources=pikepdf.Dictionary(),
                    ToUnicode=self._document.make_stream(_unicode_map(codes)),
                )
            )


def _composed(first: tuple[float, ...], then: tuple[float, ...]) -> tuple[float, ...]:
    """One matrix (a, b, c, d, e, f) for the two, one after the other."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


def _middle(word: Word) -> float:
    return (word.box.left + word.box.right) / 2


def _fit(points: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Mean x, mean y and slope of the least-squares line through ``points``; flat through a single one."""
    count = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
    return mean_x, mean_y, slope


def _unicode_map(codes: dict[int, str]) -> bytes:
    """A ToUnicode CMap (ISO 32000-1, 9.10.3)."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <00> <ff> endcodespacerange",
    ]
    entries = [f"<{code:02x}> <{text.encode('utf-16-be').hex()}>" for code, text in sorted(codes.items())]
    for start in range(0, len(entries), 100):  # the most that one block may hold
        block = entries[start : start + 100]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode("ascii")
