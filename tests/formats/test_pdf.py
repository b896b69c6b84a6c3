from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from ocr.errors import InputError, OutputError
from ocr.formats.pdf import write_all
from ocr.page import Page
from tests.formats.pages import EMPTY, NASTY, PLAIN, page_of, stored


def drawn(page: Page) -> Image.Image:
    """The page with a black block in each letter's box, and a red corner at the top left."""
    image = Image.new("RGB", (page.width, page.height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 30, 30), fill="red")
    for letter in page.letters:
        left, top, right, bottom = letter.box
        draw.rectangle((left, top, right - 1, bottom - 1), fill="black")
    return image


def made(path: Path, page: Page) -> Page:
    drawn(page).save(path)
    return replace(page, source=str(path))


def written(*pages: Page) -> bytes:
    stream = BytesIO()
    write_all(pages, stream)
    return stream.getvalue()


def shown(data: bytes, page: int = 0) -> np.ndarray:
    """The PDF page drawn at 1000 pixels width."""
    with pypdfium2.PdfDocument(data) as document:
        sheet = document[page]
        return sheet.render(scale=1000 / sheet.get_width()).to_numpy().copy()


def difference(shown: np.ndarray, image: Image.Image) -> float:
    """Mean difference of a page as shown (blue first) from ``image``, in grey levels."""
    return float(np.abs(shown[:, :, ::-1].astype(int) - np.asarray(image.convert("RGB"))).mean())


def text_boxes(data: bytes, page: int = 0) -> list[tuple[str, tuple[int, int, int, int]]]:
    """Each character that PDFium finds, with its box in pixels of the 1000-pixel page."""
    with pypdfium2.PdfDocument(data) as document:
        sheet = document[page]
        scale, height = 1000 / sheet.get_width(), sheet.get_height()
        text = sheet.get_textpage()
        found = []
        for n in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(n, loose=True)
            box = (left, height - top, right, height - bottom)
            found.append((text.get_text_range(n, 1), tuple(round(value * scale) for value in box)))
        return found  # type: ignore[return-value]


def assert_text_is_over_the_writing(data: bytes, page: Page) -> None:
    found = [(text, box) for text, box in text_boxes(data) if text.strip()]
    assert "".join(text for text, _ in found) == "".join(letter.text for letter in page.letters)
    for (_, box), letter in zip(found, page.letters, strict=True):
        assert abs(box[0] - letter.box.left) <= 2
        middle = (letter.box.top + letter.box.bottom) / 2
        assert box[1] < middle < box[3]


@pytest.mark.parametrize("name", ["scan.jpg", "scan.png", "scan.tif"])
def test_the_text_lies_over_the_writing(tmp_path: Path, name: str) -> None:
    page = made(tmp_path / name, PLAIN)
    data = written(page)
    assert data == written(page)
    assert difference(shown(data), drawn(page)) < 3
    assert_text_is_over_the_writing(data, page)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_jpeg_is_kept_and_shown_upright(tmp_path: Path, orientation: int) -> None:
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that EXIF transposition will invert
    stored = drawn(PLAIN)
    if orientation > 1:
        stored = stored.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.jpg"
    stored.save(path, exif=exif)
    data = written(replace(PLAIN, source=str(path)))
    assert path.read_bytes() in data
    assert difference(shown(data), drawn(PLAIN)) < 3


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_on_its_side_is_kept_and_shown_upright(tmp_path: Path, rotation: int) -> None:
    upright = drawn(PLAIN)
    page = replace(stored(PLAIN, rotation), source=str(tmp_path / "side.png"))
    upright.rotate(rotation, expand=True).save(page.source)
    data = written(page)
    assert difference(shown(data), upright) < 3
    with pikepdf.open(BytesIO(data)) as document:
        assert document.pages[0].obj["/Rotate"] == rotation
        del document.pages[0].obj["/Rotate"]
        unturned = BytesIO()
        document.save(unturned)
    found = text_boxes(unturned.getvalue())  # an upside-down line comes in another order
    for letter in page.letters:
        x, y = (letter.box.left + letter.box.right) / 2, (letter.box.top + letter.box.bottom) / 2
        boxes = [[edge / 1000 * page.width for edge in box] for text, box in found if text == letter.text]
        assert any(left < x < right and top < y < bottom for left, top, right, bottom in boxes)
    assert "".join(text for text, _ in text_boxes(data)).split() == PLAIN.text.split()


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_pages_of_a_pdf_are_kept(tmp_path: Path, turn: int) -> None:
    source = tmp_path / "two.pdf"
    upright = drawn(PLAIN)
    upright.rotate(turn, expand=True).save(source, save_all=True, append_images=[upright])
    with pikepdf.open(source, allow_overwriting_input=True) as document:
        document.pages[0].Rotate = turn
        document.save()
    data = written(replace(PLAIN, source=str(source)), replace(EMPTY, source=str(source), number=2))
    with pikepdf.open(BytesIO(data)) as document, pikepdf.open(source) as original:
        assert len(document.pages) == 2
        ours, theirs = (d.pages[0].get_images().values() for d in (document, original))
        assert [image.read_raw_bytes() for image in ours] == [image.read_raw_bytes() for image in theirs]
    if turn == 0:  # PDFium gives the boxes of a turned page unturned
        assert_text_is_over_the_writing(data, PLAIN)
    if shutil.which("pdftotext"):
        (tmp_path / "out.pdf").write_bytes(data)
        boxes = subprocess.check_output(["pdftotext", "-bbox", tmp_path / "out.pdf", "-"], text=True)
        sides = re.search(r'<page width="(.*?)" height="(.*?)"', boxes)  # of the page unturned
        assert sides
        scale = 1000 / max(map(float, sides.groups()))
        lefts = [round(float(left) * scale) for left in re.findall(r'<word xMin="(.*?)"', boxes)]
        assert sorted(lefts) == sorted(word.box.left for word in PLAIN.words)
    assert difference(shown(data), upright) < 3


def test_every_frame_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    first, second = page_of("ONE"), page_of("TWO", number=2)
    drawn(first).save(path, save_all=True, append_images=[drawn(second).convert("1")])
    data = written(*(replace(page, source=str(path)) for page in (first, second)))
    assert ["".join(text for text, _ in text_boxes(data, n)) for n in (0, 1)] == ["ONE", "TWO"]
    assert difference(shown(data, 1), drawn(second).convert("1")) < 5


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "CMYK", "I;16", "1"])
def test_every_kind_of_pixel_is_shown_as_it_is(tmp_path: Path, mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.asarray(drawn(PLAIN).convert("L")).astype(np.uint16) * 257)
    else:
        image = drawn(PLAIN).convert(mode)
    path = tmp_path / "scan.tif"
    image.save(path)
    data = written(replace(PLAIN, source=str(path)))
    assert np.abs(shown(data).mean(2) - np.asarray(drawn(PLAIN).convert("L"))).mean() < 3


def test_any_character_can_be_searched_for(tmp_path: Path) -> None:
    many = page_of(*("".join(chr(0x100 + 14 * n + k) for k in range(14)) for n in range(20)))
    data = written(made(tmp_path / "many.png", many))  # 280 characters do not fit in one font
    assert {text for text, _ in text_boxes(data) if text.strip()} == {chr(0x100 + n) for n in range(280)}
    made(tmp_path / "nasty.png", NASTY)
    stream = BytesIO()
    write_all([NASTY], stream, picture=tmp_path / "nasty.png")
    with pypdfium2.PdfDocument(stream.getvalue()) as document:
        assert "é \U0001f600 -->" in document[0].get_textpage().get_text_range()


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext (poppler-utils) is not installed")
@pytest.mark.parametrize("slope", [0.0, 0.05, -0.05])
def test_pdftotext_finds_lines_words_and_boxes(tmp_path: Path, slope: float) -> None:
    page = made(tmp_path / "scan.png", page_of("HELLO - WORLD .", "A B C 7 8 9", "<GO> & ON", slope=slope))
    path = tmp_path / "scan.pdf"
    path.write_bytes(written(page))
    text = subprocess.check_output(["pdftotext", path, "-"], text=True)
    assert [line for line in text.split("\n") if line.strip("\f")] == page.text.split("\n")
    boxes = subprocess.check_output(["pdftotext", "-bbox", path, "-"], text=True)
    found = re.findall(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)"', boxes)
    found = sorted([float(value) / 0.842 for value in box] for box in found)
    for box, word in zip(found, sorted(page.words, key=lambda word: word.box), strict=True):
        assert abs(box[0] - word.box.left) < 2 and abs(box[2] - word.box.right) < 5
        middle = (word.box.top + word.box.bottom) / 2
        assert box[1] < middle < box[3]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="--picture"):
        written(replace(PLAIN, source="-"))
    with pytest.raises(InputError, match=r"gone.jpg: the picture is not there"):
        written(replace(PLAIN, source=str(tmp_path / "gone.jpg")))
    (tmp_path / "no.jpg").write_text("not a picture")
    with pytest.raises(InputError, match=r"no.jpg: the picture cannot be put in a PDF"):
        written(replace(PLAIN, source=str(tmp_path / "no.jpg")))
