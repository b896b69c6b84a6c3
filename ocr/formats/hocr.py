"""hOCR 1.2: XHTML whose classes and titles carry the layout.

Source: https://kba.github.io/hocr-spec/1.2/. Letters are ``ocrx_cinfo`` with ``x_bboxes`` and ``x_conf``, as
Tesseract writes them; confidences run from 0 to 100. Lines of a turned page have a
``textangle``, counterclockwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO
from xml.etree.ElementTree import Element

from ocr.formats.clean import percent
from ocr.formats.xml import SOFTWARE, VERSION, element, write_tree
from ocr.page import Box, Line, Page

SUFFIX = ".hocr"
_DOCTYPE = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
    '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
)
_CAPABILITIES = "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrx_cinfo ocrp_wconf"


def write(page: Page, stream: BinaryIO) -> None:
    """Write one page."""
    write_all([page], stream)


def write_all(pages: Iterable[Page], stream: BinaryIO) -> None:
    """Write ``pages`` as one hOCR file."""
    pages = list(pages)
    root = element(None, "html", xmlns="http://www.w3.org/1999/xhtml")
    head = element(root, "head")
    element(head, "title", pages[0].source if pages and pages[0].source else SOFTWARE)
    element(head, "meta", **{"http-equiv": "Content-Type", "content": "text/html; charset=utf-8"})
    element(head, "meta", name="ocr-system", content=f"{SOFTWARE} {VERSION}")
    element(head, "meta", name="ocr-capabilities", content=_CAPABILITIES)
    element(head, "meta", name="ocr-number-of-pages", content=len(pages))
    body = element(root, "body")
    for number, page in enumerate(pages, 1):
        _page(body, page, number)
    for part in (root, head, body, *head, *body):
        part.tail = "\n"
    # White space inside a word would be part of it, so the tree is not indented.
    write_tree(root, stream, _DOCTYPE, indent=False)


def _page(body: Element, page: Page, number: int) -> None:
    # A quotation mark would end the file name early; the format has no escape for it inside a title.
    name = page.source.replace("\\", "/").replace('"', "'")
    title = f'image "{name}"; {_bbox(Box(0, 0, page.width, page.height))}; ppageno {page.number - 1}'
    parent = element(body, "div", **{"class": "ocr_page", "id": f"page_{number}", "title": title})
    if not page.lines:
        return
    title = _bbox(Box.around(line.box for line in page.lines))
    area = element(parent, "div", **{"class": "ocr_carea", "id": f"block_{number}_1", "title": title})
    paragraph = element(area, "p", **{"class": "ocr_par", "id": f"par_{number}_1", "title": title})
    paragraph.text = "\n"
    for n, line in enumerate(page.lines, 1):
        _line(paragraph, line, f"{number}_{n}", page.rotation)


def _line(paragraph: Element, line: Line, name: str, rotation: int) -> None:
    title = f"{_bbox(line.box)}; textangle {rotation}" if rotation else _bbox(line.box)
    attributes = {"class": "ocr_line", "id": f"line_{name}", "title": title}
    parent = element(paragraph, "span", **attributes)
    parent.tail = "\n"
    for n, word in enumerate(line.words, 1):
        title = f"{_bbox(word.box)}; x_wconf {percent(word.confidence):.0f}"
        span = element(parent, "span", **{"class": "ocrx_word", "id": f"word_{name}_{n}", "title": title})
        span.tail = " " if n < len(line.words) else None
        for letter in word.letters:
            place = " ".join(map(str, letter.box))
            title = f"x_bboxes {place}; x_conf {percent(letter.confidence):.2f}"
            element(span, "span", letter.text, **{"class": "ocrx_cinfo", "title": title})


def _bbox(box: Box) -> str:
    return "bbox " + " ".join(map(str, box))
