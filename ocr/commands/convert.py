"""``ocr-convert``: results in JSON -> any other format, without reading the picture again."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import click

from ocr import __version__
from ocr.commands._exits import exits
from ocr.commands._output import Output
from ocr.errors import ExitCode, InputError
from ocr.formats import FORMATS, write_document
from ocr.formats import json as pagejson
from ocr.page import Page

_EXAMPLES = """
\b
Examples:
  ocr-convert page.json -f alto -o page.alto.xml
  ocr-convert page.json -f pdf -o page.pdf --picture scan.jpg
  ocr-read *.jpg --format json | ocr-convert - -f tsv > words.tsv
"""


@click.command(epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("results", metavar="PAGE.json...", nargs=-1, required=True)
@click.option(
    "-f", "--format", "name", required=True, type=click.Choice(list(FORMATS)), help="What to write."
)
@click.option("-o", "--output", metavar="FILE", help="Where to; standard output if left out.")
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    help="The picture, if it is no longer where it was read (pdf only).",
)
@click.version_option(__version__, "--version", prog_name="ocr-convert")
@exits
def main(results: tuple[str, ...], name: str, output: str | None, picture: Path | None) -> ExitCode:
    """Turn results that ocr-read or ocr-batch wrote as JSON into another format."""
    pages = [page for result in results for page in _read(result)]
    whole = BytesIO()  # nothing is written before all of it can be
    write_document(name, pages, whole, picture)
    with Output(output) as file:
        file.stream.write(whole.getvalue())
    return ExitCode.OK


def _read(name: str) -> list[Page]:
    if name == "-":
        return pagejson.read(sys.stdin.buffer, "standard input")
    try:
        with Path(name).open("rb") as stream:
            return pagejson.read(stream, name)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{name}: {reason}; give a file written by ocr-read --format json") from error
