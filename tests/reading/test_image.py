from __future__ import annotations

import io
import os
import struct
import sys
import threading
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops

from ocr.errors import InputError, MissingExtra, PictureEncrypted, PictureTooLarge
from ocr.reading.image import Picture, open_pictures

# Black, white and a middle gray in blocks of 8, so that JPEG keeps their edges.
_SQUARES = [[255, 0, 255, 255, 255], [255, 128, 128, 255, 0], [0, 255, 255, 255, 255]]
BLOCKS = np.kron(np.array(_SQUARES, np.uint8), np.ones((8, 8), np.uint8))
GRAY = Image.fromarray(BLOCKS)
MASK = Image.fromarray((255 - BLOCKS).astype(np.uint8))


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def with_alpha(mode: str) -> Image.Image:
    """Black everywhere, more opaque where `BLOCKS` is darker."""
    image = Image.new(mode, GRAY.size, 0)
    image.putalpha(MASK)
    return image


def palette_with_transparency() -> bytes:
    """Index 0 is black, 1 gray, 2 red but transparent."""
    image = Image.fromarray(np.searchsorted([0, 128, 255], BLOCKS).astype(np.uint8), "P")
    image.putpalette([0, 0, 0, 128, 128, 128, 255, 0, 0])
    return encoded(image, "PNG", transparency=2)


def decoded(source: Any, shrink: int = 1, **options: Any) -> Picture:
    return next(open_pictures(source, **options)).decode(shrink)


def off_by(source: Any) -> int:
    """The largest difference to `BLOCKS` of what is read from ``source``."""
    return int(np.abs(decoded(source).gray.astype(int) - BLOCKS).max())


EXACT = {
    "png": encoded(GRAY, "PNG"),
    "png rgb": encoded(GRAY.convert("RGB"), "PNG"),
    "png palette": encoded(GRAY.convert("P"), "PNG"),
    "png palette with transparency": palette_with_transparency(),
    "png gray and alpha": encoded(with_alpha("L"), "PNG"),
    "png rgba": encoded(with_alpha("RGB"), "PNG"),
    "png 16 bit": encoded(Image.fromarray(BLOCKS.astype(np.uint16) * 257), "PNG"),
    "webp": encoded(GRAY, "WEBP", lossless=True),
    "webp rgba": encoded(with_alpha("RGB"), "WEBP", lossless=True),
    "bmp": encoded(GRAY, "BMP"),
    "gif": encoded(GRAY, "GIF"),
    "gif, first of two frames": encoded(GRAY, "GIF", save_all=True, append_images=[MASK]),
    "pgm": encoded(GRAY, "PPM"),
    "tiff": encoded(GRAY, "TIFF"),
    "tiff lzw": encoded(GRAY, "TIFF", compression="tiff_lzw"),
    "tiff 16 bit": encoded(Image.fromarray(BLOCKS.astype(np.uint16) * 257), "TIFF"),
    "tiff 12 bit in 16": encoded(Image.fromarray((BLOCKS * 16.0588235).astype(np.uint16)), "TIFF"),
    "tiff float": encoded(Image.fromarray(BLOCKS.astype(np.float32) / 255), "TIFF"),
    "tiff cmyk": encoded(GRAY.convert("RGB").convert("CMYK"), "TIFF"),
}
JPEGS = {
    "gray": encoded(GRAY, "JPEG", quality=95),
    "rgb": encoded(GRAY.convert("RGB"), "JPEG", quality=95),
    "progressive": encoded(GRAY.convert("RGB"), "JPEG", quality=95, progressive=True),
    "cmyk": encoded(GRAY.convert("RGB").convert("CMYK"), "JPEG", quality=95),
}


@pytest.mark.parametrize("name", EXACT)
def test_lossless_files_give_their_pixels(name: str) -> None:
    assert off_by(EXACT[name]) <= 1


@pytest.mark.parametrize("name", JPEGS)
def test_jpegs_give_nearly_their_pixels(name: str) -> None:
    assert off_by(JPEGS[name]) <= 8


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("TIFF", {"compression": "group4"}), ("PPM", {})])
def test_one_bit(kind: str, options: dict[str, str]) -> None:
    data = encoded(GRAY.convert("1", dither=Image.Dither.NONE), kind, **options)
    assert np.array_equal(decoded(data).gray, np.where(BLOCKS > 127, 255, 0))


def test_cmyk_without_adobes_marker_is_not_inverted() -> None:
    inks = GRAY.convert("RGB").convert("CMYK")
    # Pillow inverts what it writes, and marks it so: inverted before, and the mark cut out, it is plain ink.
    data = encoded(ImageChops.invert(inks), "JPEG", quality=95)
    at = data.index(b"\xff\xee")
    length = int.from_bytes(data[at + 2 : at + 4], "big")
    assert off_by(data[:at] + data[at + 2 + length :]) <= 8


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_made_upright(kind: str, orientation: int) -> None:
    back = {
        6: Image.Transpose.ROTATE_90,
        8: Image.Transpose.ROTATE_270,
        3: Image.Transpose.ROTATE_180,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        7: Image.Transpose.TRANSVERSE,
    }
    stored = GRAY.transpose(back[orientation]) if orientation > 1 else GRAY
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(stored, kind, exif=exif, **({"lossless": True} if kind == "WEBP" else {}))
    picture = decoded(data)
    assert (picture.width, picture.height) == GRAY.size
    assert np.abs(picture.gray.astype(int) - BLOCKS).max() <= 16
    assert decoded(data, 4).gray.shape == (6, 10)


@pytest.mark.parametrize("data", [JPEGS["rgb"], EXACT["png"], EXACT["tiff"]], ids=["jpeg", "png", "tiff"])
@pytest.mark.parametrize("shrink", [1, 2, 4, 8])
def test_reduced_decoding_averages(data: bytes, shrink: int) -> None:
    picture = decoded(data, shrink)
    means = BLOCKS.reshape(24 // shrink, shrink, 40 // shrink, shrink).mean(axis=(1, 3))
    assert np.abs(picture.gray - means).max() <= 9
    assert (picture.width, picture.height, picture.shrink) == (40, 24, shrink)


def test_a_page_can_be_decoded_again_at_any_scale() -> None:
    for data in (JPEGS["rgb"], EXACT["png"], EXACT["tiff"], encoded(GRAY, "PDF")):
        page = next(open_pictures(data))
        shapes = [page.decode(shrink).gray.shape[0] for shrink in (8, 1, 2, 1)]
        assert shapes[1] == shapes[3] == page.height and shapes[0] == -(-page.height // 8)
    with pytest.raises(ValueError, match="3"):
        page.decode(3)


def test_every_kind_of_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = EXACT["png"]
    path = tmp_path / "wrongly named.jpg"
    path.write_bytes(data)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    names = {
        "<array>": BLOCKS,
        "<image>": GRAY,
        "<bytes>": data,
        "<stream>": io.BytesIO(data),
        "-": "-",
        str(path): path,
    }
    for name, source in names.items():
        picture = decoded(source)
        assert np.array_equal(picture.gray, BLOCKS)
        assert (picture.source, picture.number) == (name, 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(EXACT["png"],))
    writer.start()
    assert off_by(pipe) == 0
    writer.join()


def test_pages_of_a_tiff_in_any_order() -> None:
    frames = [Image.new("L", (20 + n, 30), 40 * n) for n in range(5)]
    data = encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    pages = list(open_pictures(data))
    assert [(page.number, page.count, page.width) for page in pages] == [(n + 1, 5, 20 + n) for n in range(5)]
    assert [int(page.decode().gray[0, 0]) for page in reversed(pages)] == [160, 120, 80, 40, 0]
    assert [page.number for page in open_pictures(data, pages={2, 4, 9})] == [2, 4]
    with pytest.raises(InputError, match="has 5 pages, none of those asked for"):
        open_pictures(data, pages={6})


def test_a_pdf_of_pictures_gives_their_pixels() -> None:
    data = encoded(GRAY, "PDF", save_all=True, append_images=[MASK], resolution=72)
    assert [(page.width, page.height) for page in open_pictures(data)] == [(40, 24)] * 2
    for page, expected in zip(open_pictures(data), (BLOCKS, 255 - BLOCKS), strict=True):
        assert np.abs(page.decode().gray.astype(int) - expected).max() <= 12


def test_a_drawn_pdf_has_the_resolution_asked_for() -> None:
    pdfium = pytest.importorskip("pypdfium2")
    document = pdfium.PdfDocument.new()
    page = document.new_page(72, 36)
    square = pdfium.raw.FPDFPageObj_CreateNewRect(18, 0, 9, 9)  # y up: at the bottom
    pdfium.raw.FPDFPageObj_SetFillColor(square, 0, 0, 0, 255)
    pdfium.raw.FPDFPath_SetDrawMode(square, pdfium.raw.FPDF_FILLMODE_WINDING, 0)
    pdfium.raw.FPDFPage_InsertObject(page, square)
    page.gen_content()
    page.set_rotation(90)
    stream = io.BytesIO()
    document.save(stream)
    gray = decoded(stream.getvalue(), pdf_dpi=160).gray
    assert gray.shape == (160, 80)
    expected = np.full((160, 80), 255)
    expected[40:60, :20] = 0  # the bottom is at the left once the page is turned clockwise
    assert (np.abs(gray - expected) > 100).mean() < 0.01


def test_a_pdf_with_a_password() -> None:
    pikepdf = pytest.importorskip("pikepdf")
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(encoded(GRAY, "PDF"))) as document:
        document.save(stream, encryption=pikepdf.Encryption(owner="o", user="u"))
    with pytest.raises(PictureEncrypted, match="needs a password"):
        open_pictures(stream.getvalue())


def test_heic() -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    stream = io.BytesIO()
    pillow_heif.from_pillow(GRAY.resize((160, 96), 0)).save(stream, quality=95)
    gray = decoded(stream.getvalue()).gray
    assert np.abs(gray[16::32, 16::32].astype(int) - BLOCKS[4::8, 4::8]).max() <= 12
    with pytest.raises(InputError, match="damaged or cut off"):
        decoded(stream.getvalue()[:-40])


def test_heic_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(MissingExtra, match=r"handprint-ocr\[heic\]"):
        open_pictures(b"\0\0\0\x18ftypheic" + bytes(100))


def png_of_size(width: int, height: int) -> bytes:
    """A PNG whose header announces a size that its data does not keep."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return EXACT["png"][:8] + chunk + EXACT["png"][33:]


def test_the_limit_is_checked_from_the_header() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PictureTooLarge, match=r"60000 x 60000 pixels are 3,600 megapixels.* of 200;"):
            next(open_pictures(png_of_size(60000, 60000)))
        # Beyond Pillow's own limit and within ours: only the missing data is complained about.
        with pytest.raises(InputError, match="damaged or cut off"):
            decoded(png_of_size(19000, 10000), max_pixels=190_000_000)
    for data in (EXACT["png"], JPEGS["rgb"], EXACT["tiff"], EXACT["gif"], EXACT["webp"], EXACT["bmp"]):
        assert next(open_pictures(data, max_pixels=960)).width == 40
        with pytest.raises(PictureTooLarge):
            next(open_pictures(data, max_pixels=959))
    with pytest.raises(PictureTooLarge, match="--dpi"):
        next(open_pictures(encoded(GRAY, "PDF"), max_pixels=900))


def test_what_is_wrong_with_one_page_leaves_the_others() -> None:
    frames = [Image.new("L", size, 9) for size in ((20, 20), (90, 90), (30, 20))]
    data = encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    pages = open_pictures(data, max_pixels=1000)
    assert next(pages).width == 20
    with pytest.raises(PictureTooLarge, match="page 2"):
        next(pages)
    assert next(pages).width == 30


NOISE = Image.fromarray(np.random.default_rng(1).integers(0, 256, (120, 90), np.uint8))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "PPM", "TIFF", "PDF"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("shrink", [1, 8])
def test_what_is_cut_off_is_refused(kind: str, part: float, shrink: int) -> None:
    data = encoded(NOISE, kind)
    with pytest.raises(InputError, match=r"^<bytes>: is damaged or cut off \(.+\)$"):
        decoded(data[: int(part * len(data))], shrink)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", r"is empty \(0 bytes\)"),
        ("Grüße".encode(), "is text, not a picture"),
        (bytes(range(256)), "is not a picture that can be read"),
        (b"\xff\xd8\xff" + bytes(50), "is damaged or cut off"),
        (b"%PDF-1.7\n%%EOF", "is damaged or cut off"),
    ],
)
def test_files_that_are_no_pictures(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"a.jpg: {reason}") as caught:
        open_pictures(path)
    assert "\n" not in str(caught.value)


def test_paths_that_cannot_be_opened(tmp_path: Path) -> None:
    for path, reason in [
        (tmp_path, "is a folder"),
        (tmp_path / "none.jpg", "no such file"),
        (tmp_path / "none" / "a.jpg", "no such file"),
        ("a\0b", "cannot be opened"),
    ]:
        with pytest.raises(InputError, match=reason):
            open_pictures(path)
    with pytest.raises(TypeError, match="int"):
        open_pictures(7)  # type: ignore[arg-type]


def test_a_name_is_one_line_of_unicode(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_pictures(tmp_path / "a\nb\udcff")
    assert "\n" not in str(caught.value)
    assert str(caught.value).encode()


def test_damage_never_reaches_standard_error_or_crashes(capfd: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(2)
    files = [encoded(NOISE, "TIFF", compression=name) for name in ("tiff_lzw", "jpeg", "tiff_deflate")]
    files += [encoded(NOISE.convert("1"), "TIFF", compression="group4"), encoded(NOISE, "PDF")]
    files += [encoded(NOISE, kind) for kind in ("JPEG", "PNG", "WEBP", "BMP", "GIF")]
    refused = 0
    for data in files:
        for _ in range(25):
            damaged = bytearray(data)
            for at in random.integers(0, len(data), 4):
                damaged[at] = random.integers(0, 256)
            try:
                for page in open_pictures(bytes(damaged), max_pixels=1_000_000):
                    page.decode(2)
            except InputError as error:
                refused += 1
                assert "\n" not in str(error)
    assert refused > 0
    assert capfd.readouterr().err == ""
