"""A picture as the only thing on a PDF page."""

from __future__ import annotations

from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageOps

from ocr.page import Page

_A4 = 842.0  # points; the longer side of a page whose picture does not say how large it is
_DPI = (90, 2400)  # camera files claim 72 and mean nothing by it
_LONGEST = 14400.0  # points; the largest page that viewers show (ISO 32000-1, annex C)
_ORIENTATION = 0x0112  # the EXIF tag

# Corners of the unit square in which PDF draws an image (y up), as (a, b, c, d, e, f), for the EXIF
# orientations 1 to 8: how the stored pixels must be turned or flipped to be upright.
_UPRIGHT = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}


class Picture:
    """An open picture file. Raises OSError when Pillow cannot read it."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.file = file
        self.name = name
        try:
            import pillow_heif
        except ImportError:
            pass
        else:
            pillow_heif.register_heif_opener()
        try:
            self.image = Image.open(file)
        except Image.DecompressionBombError as error:
            raise OSError(str(error)) from error

    def __enter__(self) -> Picture:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.image.close()


def add_picture_page(document: Any, picture: Picture, page: Page) -> tuple[Any, tuple[float, ...]]:
    """Append a page with frame ``page.number`` of ``picture``.

    Returns the pikepdf page, and the matrix (a, b, c, d, e, f) from pixels, y down, to points.
    """
    picture.image.seek(min(page.number, getattr(picture.image, "n_frames", 1)) - 1)
    width, height = _size(picture.image, page)
    orientation = 1
    if picture.image.format in ("JPEG", "MPO") and picture.image.mode in ("L", "RGB") and page.number == 1:
        orientation = picture.image.getexif().get(_ORIENTATION, 1)
        image = _jpeg(document, picture)
    else:
        image = _pixels(document, ImageOps.exif_transpose(picture.image))
    a, b, c, d, e, f = _UPRIGHT.get(orientation, _UPRIGHT[1])
    drawn = (a * width, b * height, c * width, d * height, e * width, f * height)
    place = " ".join(f"{value:.4f}" for value in drawn)
    document.add_blank_page(page_size=(width, height))
    added = document.pages[-1]
    name = added.add_resource(image, "/XObject", "/Picture")
    added.contents_add(f"q {place} cm {name} Do Q\n".encode())
    return added, (width / page.width, 0, 0, -height / page.height, 0, height)


def _size(image: Image.Image, page: Page) -> tuple[float, float]:
    """Width and height of the page in points."""
    dpi = float(image.info.get("dpi", (0, 0))[0] or 0)
    longer = max(page.width, page.height)
    scale = 72 / dpi if _DPI[0] <= dpi <= _DPI[1] else _A4 / longer
    scale = min(scale, _LONGEST / longer)
    return page.width * scale, page.height * scale


def _jpeg(document: Any, picture: Picture) -> Any:
    """The file itself as an image object: no second loss."""
    picture.file.seek(0)
    space = "/DeviceGray" if picture.image.mode == "L" else "/DeviceRGB"
    return _image(document, picture.file.read(), picture.image.size, space, 8, "/DCTDecode")


def _pixels(document: Any, image: Image.Image) -> Any:
    """The decoded pixels, compressed without loss; transparency becomes white paper."""
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
    if image.mode.startswith("I"):  # 16-bit grey, which Pillow's own conversion would cut off at 255
        image = Image.fromarray((np.asarray(image) // 257).clip(0, 255).astype(np.uint8))
    if image.mode not in ("1", "L", "RGB"):
        image = image.convert("RGB")
    space = "/DeviceRGB" if image.mode == "RGB" else "/DeviceGray"
    return _image(document, image.tobytes(), image.size, space, 1 if image.mode == "1" else 8, None)


def _image(
    document: Any, data: bytes, size: tuple[int, int], space: str, bits: int, coding: str | None
) -> Any:
    import pikepdf

    made = pikepdf.Stream(document, data)
    made.Type, made.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    made.Width, made.Height = size
    made.ColorSpace, made.BitsPerComponent = pikepdf.Name(space), bits
    if coding:
        made.Filter = pikepdf.Name(coding)
    return made
