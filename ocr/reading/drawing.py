"""A page with everything that was found drawn on it, for a person's eye.

Letters have a box and their reading above it, red where it is doubtful and green where it is sure. Words have
a blue frame, rows a violet one with their number. The picture itself is faded, so that colours stand out. It stays
turned as it was; what is written on it is turned like its writing.
"""

from __future__ import annotations

from colorsys import hls_to_rgb
from functools import cache
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ocr.page import Box, Letter, Line, Page
from ocr.reading.image import SHRINKS, PicturePage
from ocr.reading.turning import turned

Colour = tuple[int, int, int]

_LONGEST = 3000  # the longer side of a drawing, in pixels, is at most about this much ...
_SHORTEST = 1200  # ... and, small pictures being enlarged, at least this much
_LETTER = 40  # letters are at least so high, even where the drawing has to be twice as long for it
_LARGEST_ZOOM = 8.0
_FADE = 0.6  # how much of its contrast the picture keeps
_MARGIN = 2.0  # white around the picture, in heights of text
_WORD: Colour = (38, 96, 200)
_ROW: Colour = (150, 90, 190)
_SMALLEST_TEXT, _LARGEST_TEXT = 12, 44  # pixels of the drawing


def draw(source: PicturePage, page: Page, min_confidence: float = 0.0) -> Image.Image:
    """An RGB picture of ``page`` over its ``source``; letters below ``min_confidence`` are filled.

    Raises InputError when the source cannot be decoded again.
    """
    longest = max(source.width, source.height)
    shrink = next((shrink for shrink in SHRINKS if longest / shrink <= _LONGEST), SHRINKS[-1])
    upright = page.upright()
    height = _letter_height(upright)
    legible = min(_LETTER / height, 2 * _LONGEST / longest) if height else 1.0
    zoom = min(max(_SHORTEST / longest, legible, 1 / shrink), _LARGEST_ZOOM)
    picture = _faded(turned(source.decode(shrink).gray, page.rotation))
    sheet = _Sheet(picture, (upright.width, upright.height), zoom, height * zoom)
    sheet.draw(upright, min_confidence)
    return sheet.canvas.rotate(page.rotation, expand=True) if page.rotation else sheet.canvas


def _letter_height(page: Page) -> float:
    """Median height of the letters in source pixels, 0 when there are none."""
    heights = [letter.box.height for letter in page.letters]
    return float(np.median(heights)) if heights else 0.0


def _faded(gray: NDArray[np.uint8]) -> Image.Image:
    """The picture with its paper turned white and its ink gray; a blackboard stays darker than its chalk."""
    paper = max(float(np.percentile(gray[::4, ::4], 90)), 128.0)
    table = 255 - (255 - np.minimum(np.arange(256) * (255 / paper), 255)) * _FADE
    return Image.fromarray(table.astype(np.uint8)[gray])


def save(drawing: Image.Image, stream: BinaryIO, suffix: str) -> None:
    """Write a drawing as what the suffix of its file names: PNG, or JPEG for ``.jpg`` and ``.jpeg``."""
    if suffix.lower() == ".png":
        drawing.save(stream, "PNG", compress_level=4)
    else:
        drawing.save(stream, "JPEG", quality=88)


def colour_of(confidence: float) -> Colour:
    """Red below one half, through amber, to green at one: what matters happens near the top."""
    hue = 0.36 * min(max(2 * confidence - 1, 0.0), 1.0)
    red, green, blue = hls_to_rgb(hue, 0.38, 0.85)
    return round(255 * red), round(255 * green), round(255 * blue)


class _Sheet:
    """Draws boxes of the source, ``zoom`` pixels of the drawing for each of the source's."""

    def __init__(self, picture: Image.Image, size: tuple[int, int], zoom: float, height: float) -> None:
        """``size``: width and height of the source; ``height``: of its letters, in pixels of the drawing."""
        self._zoom = zoom
        self._line = max(1, round(height / 24))
        self._text = round(min(max(0.42 * height, _SMALLEST_TEXT), _LARGEST_TEXT))
        self._margin = round(_MARGIN * self._text)
        across, down = (max(round(side * zoom), 1) for side in size)
        self.canvas = Image.new("RGB", (across + 2 * self._margin, down + 2 * self._margin), "white")
        self.canvas.paste(picture.resize((across, down), Image.Resampling.BICUBIC), (self._margin,) * 2)
        self._pen = ImageDraw.Draw(self.canvas, "RGBA")

    def draw(self, page: Page, min_confidence: float) -> None:
        """Frames first, then the letters, then all text, so that no frame crosses a text."""
        for number, line in enumerate(page.lines, 1):
            self._row(line, number)
            for word in line.words:
                self._frame(word.box, _WORD, 2.5)
        for letter in page.letters:
            self._letter(letter, letter.confidence < min_confidence)
        for letter in page.letters:
            self._reading(letter)

    def _place(self, box: Box, margin: float = 0.0) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels of the drawing, both inclusive as Pillow wants them."""
        left, top, right, bottom = (value * self._zoom + self._margin for value in box)
        return left - margin, top - margin, max(right - 1, left) + margin, max(bottom - 1, top) + margin

    def _frame(self, box: Box, colour: Colour, distance: float) -> None:
        """An outline ``distance`` line widths outside the box."""
        left, top, right, bottom = place = self._place(box, distance * self._line)
        radius = min(3 * self._line, int(min(right - left, bottom - top)) // 4)
        self._pen.rounded_rectangle(place, radius, outline=(*colour, 200), width=self._line)

    def _row(self, line: Line, number: int) -> None:
        self._frame(line.box, _ROW, 5)
        left, top, _, bottom = self._place(line.box, 5 * self._line)
        self._label((left - 3 * self._line, (top + bottom) / 2), str(number), _ROW, "rm")

    def _letter(self, letter: Letter, doubtful: bool) -> None:
        colour = colour_of(letter.confidence)
        fill = (*colour, 90 if doubtful else 28)
        self._pen.rectangle(self._place(letter.box), fill, (*colour, 255), self._line)

    def _reading(self, letter: Letter) -> None:
        left, top, right, _ = self._place(letter.box)
        self._label(((left + right) / 2, top - self._line), letter.text, colour_of(letter.confidence), "mb")

    def _label(self, at: tuple[float, float], text: str, colour: Colour, anchor: str) -> None:
        """Text on a veil of white, moved inside the drawing where it would leave it."""
        font = _font(self._text)
        left, top, right, bottom = self._pen.textbbox(at, text, font, anchor)
        width, height = self.canvas.size
        x = max(-left, 0) or min(width - 1 - right, 0)
        y = max(-top, 0) or min(height - 1 - bottom, 0)
        self._pen.rectangle((left + x - 1, top + y - 1, right + x + 1, bottom + y + 1), (255, 255, 255, 170))
        self._pen.text((at[0] + x, at[1] + y), text, (*colour, 255), font, anchor)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
