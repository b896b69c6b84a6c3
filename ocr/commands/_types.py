"""What options understand beyond numbers and names."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

import click

from ocr.errors import OcrError
from ocr.reading.charset import parse_charset


@dataclass(frozen=True)
class PageNumbers:
    """Pages such as ``1-3,5,9-``; holds nothing but the ranges, so that ``1-`` may be endless."""

    ranges: tuple[range, ...]

    def __contains__(self, number: object) -> bool:
        return any(number in numbers for numbers in self.ranges)


class Pages(click.ParamType):
    name = "pages"

    def convert(
        self, value: str | PageNumbers, param: click.Parameter | None, ctx: click.Context | None
    ) -> PageNumbers:
        if isinstance(value, PageNumbers):
            return value
        return PageNumbers(tuple(self._range(part.strip(), param, ctx) for part in value.split(",")))

    def _range(self, part: str, param: click.Parameter | None, ctx: click.Context | None) -> range:
        match = re.fullmatch(r"([0-9]{1,9})(?:(-)([0-9]{1,9})?)?", part)
        if not match:
            self.fail(f"'{part}' is not a page or a range of pages; write 1-3, 1,4 or 5-", param, ctx)
        first = int(match[1])
        last = int(match[3]) if match[3] else sys.maxsize - 1 if match[2] else first
        if not 1 <= first <= last:
            self.fail(f"'{part}': pages count from 1 upwards", param, ctx)
        return range(first, last + 1)


class Pixels(click.ParamType):
    name = "pixels"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"([0-9]{1,15})([kM]?)", value)
        pixels = int(match[1]) * {"": 1, "k": 1_000, "M": 1_000_000}[match[2]] if match else 0
        if pixels < 1:
            self.fail(f"'{value}' is not a number of pixels; write 200000000 or 200M", param, ctx)
        return pixels


class Charset(click.ParamType):
    """A set of characters, checked here and passed on as written: the reader takes the same notation."""

    name = "charset"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            parse_charset(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return value


class Lexicon(click.ParamType):
    """A file of words, one a line, read here: what counts later is its words, not where they were."""

    name = "lexicon"

    def convert(
        self, value: str | list[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> list[str]:
        if isinstance(value, list):
            return value
        from ocr.reading.decoding.constraints import read_lexicon

        try:
            return read_lexicon(value)
        except OcrError as error:
            self.fail(str(error), param, ctx)
