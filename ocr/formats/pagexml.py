"""PAGE XML of 2019-07-15, the format of PRImA, OCR-D, Transkribus and eScriptorium.

Source: https://github.com/PRImA-Research-Lab/PAGE-XML. The schema holds one page a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import BinaryIO
from xml.etree.ElementTree import Element

from ocr.errors import SettingError
from ocr.formats.clean import probability
from ocr.formats.xml import SOFTWARE, VERSION, element, write_tree
from ocr.page import Box, Letter, Line, Page, Word

SUFFIX = ".page.xml"
NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
# The schema demands two dates. They would be the only bytes that differ between two runs over the same
# page, and a rerun could no longer be checked against the first: so they say "not recorded".
_NO_DATE = "1970-01-01T00:00:00Z"


def write(page: Page, stream: BinaryIO) -> None:
    """Write one page."""
    write_all([page], stream)


def write_all(pages: Iterable[Page], stream: BinaryIO) -> None:
    """Write the one page of ``pages``; SettingError when there is not exactly one."""
    found = list(islice(pages, 2))  # pages are read as they are asked for: do not read all in vain
    if len(found) != 1:
        raise SettingError(
            "PAGE XML holds one page a file: write the pages one by one (--pages N), choose --format alto, "
            "or let ocr-batch write a file for each"
        )
    page = found[0]
    root = element(None, "PcGts", xmlns=NAMESPACE)
    _metadata(root, page)
    parent = element(root, "Page", imageFilename=page.source, imageWidth=page.width, imageHeight=page.height)
    if page.rotation:
        # Degrees by which to turn clockwise, from -179.999 to 180.
        parent.set("orientation", str(page.rotation if page.rotation <= 180 else page.rotation - 360))
    if page.lines:
        order = element(element(parent, "ReadingOrder"), "OrderedGroup", id="order", caption="lines as read")
        element(order, "RegionRefIndexed", index=0, regionRef="region1")
        region = element(parent, "TextRegion", id="region1", type="paragraph")
        _coords(region, Box.around(line.box for line in page.lines))
        for n, line in enumerate(page.lines, 1):
            _line(region, line, f"line{n}")
        _equivalent(region, page.text)
    write_tree(root, stream)


def _metadata(root: Element, page: Page) -> None:
    metadata = element(root, "Metadata")
    element(metadata, "Creator", f"{SOFTWARE} {VERSION}")
    element(metadata, "Created", _NO_DATE)
    element(metadata, "LastChange", _NO_DATE)
    for step in page.steps:
        element(metadata, "MetadataItem", type="processingStep", name="preprocessing", value=step)
    if page.model:
        element(metadata, "MetadataItem", type="processingStep", name="recognition", value=page.model)


def _line(region: Element, line: Line, name: str) -> None:
    parent = element(region, "TextLine", id=name)
    _coords(parent, line.box)
    for n, word in enumerate(line.words, 1):
        _word(parent, word, f"{name}_word{n}")
    _equivalent(parent, line.text)


def _word(line: Element, word: Word, name: str) -> None:
    parent = element(line, "Word", id=name, production="handwritten-printscript")
    _coords(parent, word.box)
    for n, letter in enumerate(word.letters, 1):
        _glyph(parent, letter, f"{name}_glyph{n}")
    _equivalent(parent, word.text, conf=probability(word.confidence))


def _glyph(word: Element, letter: Letter, name: str) -> None:
    parent = element(word, "Glyph", id=name)
    _coords(parent, letter.box)
    readings = [(letter.text, letter.confidence), *letter.alternatives]
    for n, (text, chance) in enumerate(readings):
        _equivalent(parent, text, index=n, conf=probability(chance))


def _equivalent(parent: Element, text: str, **attributes: object) -> None:
    element(element(parent, "TextEquiv", **attributes), "Unicode", text)


def _coords(parent: Element, box: Box) -> None:
    """The box as a polygon. PAGE counts pixels themselves: right and bottom are the last ones inside."""
    left, top = max(box.left, 0), max(box.top, 0)
    right, bottom = max(box.right - 1, left), max(box.bottom - 1, top)
    element(parent, "Coords", points=f"{left},{top} {right},{top} {right},{bottom} {left},{bottom}")
