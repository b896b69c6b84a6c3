"""``ocr-denoise page``: a picture -> the same with clean letters on white paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocr.commands._exits import exits
from ocr.commands._output import Output, check_writable
from ocr.errors import ExitCode, OutputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr.denoising.page import CleanPage

_KINDS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp")
_ON_SHEET = 400  # pairs: more fit on no screen


@click.command(
    epilog="""\b
Examples:
  ocr-denoise page.jpg -o clean.png
  ocr-denoise scan.pdf --page 3 -o - | ocr-read -
  ocr-denoise page.jpg --crops letters          every letter before and after, on one sheet"""
)
@click.argument("image", type=click.Path(allow_dash=True))
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="CLEAN.png",
    help="Where the clean page goes; - writes a PNG to standard output.",
)
@click.option(
    "--crops",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write every letter before and after, and a contact sheet, into this folder.",
)
@click.option(
    "--model",
    default="denoiser",
    metavar="NAME_OR_FILE",
    show_default=True,
    help="The denoiser: a name that ships, or a file.",
)
@click.option(
    "--page",
    "number",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    show_default=True,
    help="Which page of a PDF or TIFF.",
)
@click.option("--threads", type=click.IntRange(1), default=1, metavar="N", show_default=True)
@exits
def page(
    image: str, output: str | None, crops: Path | None, model: str, number: int, threads: int
) -> ExitCode:
    """Draw the letters of IMAGE again, clean, in their places, on white paper."""
    if output is None and crops is None:
        raise click.UsageError("Say what to write: -o CLEAN.png, --crops DIR, or both.")
    kind = _kind(output)
    if output not in (None, "-") and Path(str(output)).resolve() == Path(image).resolve():
        raise click.BadParameter("would overwrite the picture itself", param_hint="'--output'")
    if output is not None:
        check_writable(Path(output))
    cleaned = _clean(image, model, number, threads)
    if output is not None:
        with Output(output) as target:
            target.stream.write(_encoded(kind, cleaned.gray))
    if crops is not None:
        _write_crops(crops, cleaned)
    click.echo(f"{image}: {len(cleaned.after)} letters cleaned", err=True)
    return ExitCode.OK


def _kind(output: str | None) -> str:
    suffix = ".png" if output in (None, "-") else Path(str(output)).suffix.lower()
    if suffix not in _KINDS:
        raise click.BadParameter(f"'{output}' must end in {', '.join(_KINDS)}", param_hint="'--output'")
    return suffix


def _clean(image: str, model: str, number: int, threads: int) -> CleanPage:
    import cv2

    from ocr.denoising.page import clean_page
    from ocr.reading.denoise import CropCleaner
    from ocr.reading.image import open_pictures

    cv2.setNumThreads(threads)
    cleaner = CropCleaner(model, threads)
    source = next(iter(open_pictures(image, pages=(number,))))
    return clean_page(source.decode(), cleaner)


def _write_crops(folder: Path, cleaned: CleanPage) -> None:
    """``0001-before.png``, ``0001-after.png`` and so on, and the first of them as pairs on ``sheet.png``."""
    from ocr.denoising.sheet import as_gray, pairs_sheet

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for index, (before, after) in enumerate(zip(cleaned.before, cleaned.after, strict=True), 1):
            (folder / f"{index:04d}-before.png").write_bytes(_encoded(".png", as_gray(before)))
            (folder / f"{index:04d}-after.png").write_bytes(_encoded(".png", as_gray(after)))
        sheet = pairs_sheet(cleaned.before[:_ON_SHEET], cleaned.after[:_ON_SHEET])
        (folder / "sheet.png").write_bytes(_encoded(".png", sheet))
    except OSError as error:
        raise OutputError(f"{folder}: crops cannot be written: {error.strerror}") from error


def _encoded(kind: str, gray: NDArray[np.uint8]) -> bytes:
    import cv2

    _, data = cv2.imencode(kind, gray)
    return data.tobytes()
