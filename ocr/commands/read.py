"""``ocr-read``: pictures -> text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from ocr import __version__
from ocr.commands._exits import exits
from ocr.commands._output import Output, check_writable
from ocr.commands._run import Run
from ocr.commands._types import Charset, PageNumbers, Pages, Pixels
from ocr.errors import ExitCode
from ocr.formats import FORMATS, load
from ocr.page import Page

if TYPE_CHECKING:
    from ocr.reading.reader import Reader

_DRAWINGS = (".png", ".jpg", ".jpeg")

_EPILOG = """
\b
Examples:
  ocr-read note.jpg                          the text, on the screen
  ocr-read *.jpg -o all.txt                  many pictures, one file
  ocr-read form.png --charset digits         nothing but digits
  ocr-read dates.png --pattern 99-99-9999    nothing but dates
  ocr-read *.jpg --review                    which words a person should check
  ocr-read note.jpg --min-confidence 0.8     mark doubtful letters: HE[1I?]O
  ocr-read note.jpg --picture seen.png       draw what was read, and how surely
  ocr-read scan.pdf --pages 1-3 -f json      boxes, confidences, alternatives
  scanimage | ocr-read -                     from standard input

\b
Exit codes: 0 all was read, 1 some pages failed, 2 wrong usage, 3 nothing could
be read, 4 output cannot be written, 5 model unusable, 6 optional part missing,
130 interrupted.

\b
Completion of names and options with the Tab key:
  bash  eval "$(_OCR_READ_COMPLETE=bash_source ocr-read)"     in ~/.bashrc
  zsh   eval "$(_OCR_READ_COMPLETE=zsh_source ocr-read)"      in ~/.zshrc
  fish  _OCR_READ_COMPLETE=fish_source ocr-read | source      in config.fish
"""


_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.command(epilog=_EPILOG, context_settings=_SETTINGS)
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option(
    "-f",
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="What to write.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="FILE",
    help="Where to; standard output if left out. The file appears once it is whole.",
)
@click.option(
    "--model",
    default="nist36-cnn",
    metavar="NAME_OR_FILE",
    show_default=True,
    help="The model that reads letters: a name that ships, or a file.",
)
@click.option(
    "--charset",
    type=Charset(),
    metavar="SET",
    help="What may occur: digits, letters, alnum, or a list such as A-F0-9.",
)
@click.option(
    "--pattern",
    metavar="99-99-9999",
    help="What every row looks like: 9 a digit, A a capital, a a small letter, X either, ? anything. "
    "A row that cannot be read so is read freely, with confidence 0: --review lists it first.",
)
@click.option(
    "--lexicon",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Words to prefer, one a line.",
)
@click.option(
    "--only-lexicon",
    is_flag=True,
    help="No other words than those of --lexicon occur; a row of others is read freely, with confidence 0.",
)
@click.option(
    "--context/--no-context",
    default=True,
    help="Decide letters together, by what English, numbers and codes look like, or each alone.",
)
@click.option(
    "--review", is_flag=True, help="List the doubtful words, most doubtful first: short for --format review."
)
@click.option(
    "--alternatives",
    type=click.IntRange(0),
    default=3,
    metavar="N",
    show_default=True,
    help="Other readings to keep of each letter.",
)
@click.option(
    "--denoise",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Clean letters before they are read: those that are noisy or broken, all, or none.",
)
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Put letters that are less sure than P (0 to 1) in brackets: HE[1I?]O; "
    "fill them with colour in a drawing.",
)
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    metavar="OUT.png",
    help="Draw the page with all that was found, green where sure, red where not. "
    "Several pages are numbered: OUT-1.png, OUT-2.png.",
)
@click.option("--pages", type=Pages(), metavar="1-3", help="Pages of a PDF or TIFF: 1-3, 1,4 or 5-.")
@click.option(
    "--dpi",
    type=click.IntRange(36, 2400),
    default=200,
    metavar="N",
    show_default=True,
    help="Resolution at which PDF pages are drawn.",
)
@click.option(
    "--max-pixels",
    type=Pixels(),
    default="200M",
    metavar="N",
    show_default=True,
    help="Refuse larger pictures.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    show_default=True,
    help="Processor threads to use.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
@click.option("-v", "--verbose", is_flag=True, help="Tell what was found on each page, and how fast.")
@click.version_option(__version__, prog_name="ocr-read")
@exits
def main(
    images: tuple[str, ...],
    format_name: str,
    output: str | None,
    model: str,
    charset: str | None,
    pattern: str | None,
    lexicon: Path | None,
    only_lexicon: bool,
    context: bool,
    review: bool,
    alternatives: int,
    denoise: str,
    min_confidence: float,
    picture: Path | None,
    pages: PageNumbers | None,
    dpi: int,
    max_pixels: int,
    threads: int,
    quiet: bool,
    verbose: bool,
) -> ExitCode:
    """Read photographs and scans of hand-printed text.

    IMAGE is a JPEG, PNG, WebP, BMP, GIF, PNM, TIFF, PDF or HEIC file, or - for standard input.
    """
    _check_targets(images, output, picture)
    format_name = "review" if review else format_name
    if only_lexicon and lexicon is None:
        raise click.UsageError("--only-lexicon needs --lexicon FILE.")
    words = None if lexicon is None else _read_lexicon(lexicon)
    with Output(output) as target:
        if picture:
            check_writable(picture)
        try:
            reader = load_reader(
                model,
                charset=charset,
                pattern=pattern,
                lexicon=words,
                closed=only_lexicon,
                context=context,
                alternatives=alternatives,
                denoise=denoise,
                threads=threads,
            )
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        opening = {"pages": pages, "max_pixels": max_pixels, "pdf_dpi": dpi}
        run = Run(images, reader, opening, picture, min_confidence, quiet, verbose)
        results = run.results()
        first = next(results, None)
        if first is None:
            target.discard()
        else:
            _write(format_name, first, results, target.stream, run.several, min_confidence)
    return run.exit_code()


def load_reader(model: str, **options: Any) -> Reader:
    """The reader with its models. Here, because importing it costs more than all of ``--help``."""
    from ocr.reading.reader import Reader

    return Reader(model, **options)


def _read_lexicon(path: Path) -> list[str]:
    from ocr.reading.decoding.constraints import read_lexicon

    return read_lexicon(path)


def _check_targets(images: tuple[str, ...], output: str | None, picture: Path | None) -> None:
    """UsageError for a drawing of unknown kind, and for results that would overwrite a picture."""
    if picture and picture.suffix.lower() not in _DRAWINGS:
        raise click.BadParameter(f"'{picture}' must end in {', '.join(_DRAWINGS)}", param_hint="'--picture'")
    for target in (output, picture):
        for image in images:
            if target and Path(target).is_file() and Path(image).is_file() and Path(target).samefile(image):
                raise click.UsageError(f"'{target}' is to be read and would be overwritten.")


def _write(
    format_name: str,
    first: Page,
    rest: Iterator[Page],
    stream: BinaryIO,
    several: bool,
    min_confidence: float,
) -> None:
    """Write the results as one document, a page as soon as it was read."""
    module = load(format_name)
    options: dict[str, Any] = {"min_confidence": min_confidence} if format_name == "text" else {}
    if not several:
        module.write(first, stream, **options)
        return
    if format_name == "text":
        options["headings"] = stream.isatty()
    module.write_all(chain([first], rest), stream, **options)
