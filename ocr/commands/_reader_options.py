"""How pages are opened and read: declared once, for every command that has a reader.

A new option of `ocr.reading.reader.Reader` is one entry of `_READING`, whose key is the keyword argument; one of
`open_pictures` is one entry of `_OPENING`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from ocr import store
from ocr.commands._types import Charset, Lexicon, Pixels

_Command = Callable[..., Any]
_READING: dict[str, Callable[[_Command], _Command]] = {
    "model": click.option(
        "--model",
        default=store.LETTERS,
        metavar="NAME_OR_FILE",
        show_default=True,
        help="The model that reads letters: a name that ships, or a file.",
    ),
    "reader": click.option(
        "--reader",
        type=click.Choice(["auto", "letters", "rows"]),
        default="auto",
        show_default=True,
        help="Read letter by letter, whole rows at once, or both where the first is not certain.",
    ),
    "rows_model": click.option(
        "--rows-model",
        default=store.ROWS,
        metavar="NAME_OR_FILE",
        show_default=True,
        help="The model that reads rows; without it, auto reads letter by letter.",
    ),
    "charset": click.option(
        "--charset",
        type=Charset(),
        metavar="SET",
        help="What may occur: digits, letters, alnum, or a list such as A-F0-9.",
    ),
    "pattern": click.option(
        "--pattern",
        metavar="99-99-9999",
        help="What every row looks like: 9 a digit, A a capital, a a small letter, X either, ? anything. "
        "A row that cannot be read so is read freely, with confidence 0: --review lists it first.",
    ),
    "lexicon": click.option("--lexicon", type=Lexicon(), metavar="FILE", help="Words to prefer, one a line."),
    "closed": click.option(
        "--only-lexicon",
        "closed",
        is_flag=True,
        help="No other words than those of --lexicon occur; a row of others is read freely, with confidence 0.",
    ),
    "context": click.option(
        "--context/--no-context",
        default=True,
        help="Decide letters together, by what English, numbers and codes look like, or each alone.",
    ),
    "alternatives": click.option(
        "--alternatives",
        type=click.IntRange(0),
        default=3,
        metavar="N",
        show_default=True,
        help="Other readings to keep of each letter.",
    ),
    "denoise": click.option(
        "--denoise",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Clean letters before they are read: those that are noisy or broken, all, or none.",
    ),
    "rotate": click.option(
        "--rotate",
        type=click.Choice(["auto", "0", "90", "180", "270"]),
        default="auto",
        show_default=True,
        help="Degrees to turn pages clockwise before they are read; auto finds out which stand on their side or head.",
    ),
}
_OPENING: dict[str, Callable[[_Command], _Command]] = {
    "pdf_dpi": click.option(
        "--dpi",
        "pdf_dpi",
        type=click.IntRange(36, 2400),
        default=200,
        metavar="N",
        show_default=True,
        help="Resolution at which PDF pages are drawn.",
    ),
    "max_pixels": click.option(
        "--max-pixels",
        type=Pixels(),
        default="200M",
        metavar="N",
        show_default=True,
        help="Refuse larger pictures.",
    ),
}


def reader_options(command: _Command) -> _Command:
    """Add the options of the reader; the command gets them as ``reading``, keyword arguments for `Reader`.

    All values are plain JSON: a lexicon is its words.
    """

    @wraps(command)
    def called(*, reading: dict[str, Any], **rest: Any) -> Any:
        if reading["closed"] and reading["lexicon"] is None:
            raise click.UsageError("--only-lexicon needs --lexicon FILE.")
        return command(reading=reading, **rest)

    return _gathered(called, _READING, "reading")


def opening_options(command: _Command) -> _Command:
    """Add those of opening pictures; the command gets ``opening``, keyword arguments for `open_pictures`."""
    return _gathered(command, _OPENING, "opening")


def _gathered(command: _Command, options: dict[str, Callable[[_Command], _Command]], name: str) -> _Command:
    """The command with ``options``, whose values it gets as one dictionary called ``name``."""

    @wraps(command)
    def called(**given: Any) -> Any:
        return command(**{name: {key: given.pop(key) for key in options}}, **given)

    decorated: _Command = called
    for option in reversed(options.values()):
        decorated = option(decorated)
    return decorated
