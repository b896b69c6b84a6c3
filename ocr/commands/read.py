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
from ocr.commands._reader_options import opening_options, reader_options
from ocr.commands._run import Run
from ocr.commands._types import PageNumbers, Pages
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
@reader_options
@click.option(
    "--review", is_flag=True, help="List the doubtful words, most doubtful first: short for --format review."
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
@opening_options
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
    reading: dict[str, Any],
    review: bool,
    min_confidence: float,
    picture: Path | None,
    pages: PageNumbers | None,
    opening: dict[str, Any],
    threads: int,
    quiet: bool,
    verbose: bool,
) -> ExitCode:
    """Read photographs and scans of hand-printed text.

    IMAGE is a JPEG, PNG, WebP, BMP, GIF, PNM, TIFF, PDF or HEIC file, or - for standard input.
    """
    _check_targets(images, output, picture)
    format_name = "review" if review else format_name
    with Output(output) as target:
        if picture:
            check_writable(picture)
        try:
            reader = load_reader(**reading, threads=threads)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        run = Run(images, reader, {"pages": pages, **opening}, picture, min_confidence, quiet, verbose)
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
