"""ALTO 4.4, the format of libraries and of Transkribus, eScriptorium and Kraken.

Source: http://www.loc.gov/standards/alto/ (schema 4.4). Words are ``String`` with ``WC``, letters are
``Glyph`` with ``GC``, other readings are ``Variant`` with ``VC``; every step that was done to the picture is
a ``Processing`` entry to which the page refers. ``ROTATION`` of a page is how far
its writing is turned counterclockwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO
from xml.etree.ElementTree import Element

from ocr.formats.clean import clean, probability
from ocr.formats.xml import SOFTWARE, VERSION, element, write_tree
from ocr.page import Box, Line, Page, Word

SUFFIX = ".alto.xml"
NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
SCHEMA = "http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
_LONGEST_GLYPH = 3  # characters that the schema allows in the CONTENT of Glyph and Variant


def write(page: Page, stream: BinaryIO) -> None:
    """Write one page."""
    write_all([page], stream)


def write_all(pages: Iterable[Page], stream: BinaryIO) -> None:
    """Write ``pages`` as one ALTO file, coordinates in pixels."""
    pages = list(pages)
    root = element(None, "alto", xmlns=NAMESPACE, SCHEMAVERSION="4.4")
    root.set("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
    root.set("xsi:schemaLocation", f"{NAMESPACE} {SCHEMA}")
    description = element(root, "Description")
    element(description, "MeasurementUnit", "pixel")
    sources = {page.source for page in pages}
    if len(sources) == 1 and (source := sources.pop()):
        element(element(description, "sourceImageInformation"), "fileName", source)
    steps: dict[tuple[str, str, str], str] = {}  # what was done -> the ID of its Processing
    references = [_processing(description, page, steps) for page in pages]
    layout = element(root, "Layout")
    for number, (page, reference) in enumerate(zip(pages, references, strict=True), 1):
        _page(layout, page, number, reference)
    write_tree(root, stream)


def _processing(description: Element, page: Page, steps: dict[tuple[str, str, str], str]) -> str:
    """Add a Processing for each step not yet there; returns the IDs of this page's steps."""
    done = [("preOperation", step, "") for step in page.steps]
    done.append(("contentGeneration", "text recognition", page.model and f"model: {page.model}"))
    for key in done:
        if key in steps:
            continue
        category, what, settings = key
        steps[key] = f"step{len(steps) + 1}"
        entry = element(description, "Processing", ID=steps[key])
        element(entry, "processingCategory", category)
        element(entry, "processingStepDescription", what)
        if settings:
            element(entry, "processingStepSettings", settings)
        software = element(entry, "processingSoftware")
        element(software, "softwareName", SOFTWARE)
        element(software, "softwareVersion", VERSION)
    return " ".join(steps[key] for key in done)


def _page(layout: Element, page: Page, number: int, processing: str) -> None:
    parent = element(
        layout,
        "Page",
        ID=f"page{number}",
        PHYSICAL_IMG_NR=page.number,
        WIDTH=page.width,
        HEIGHT=page.height,
        PROCESSINGREFS=processing,
    )
    if page.rotation:
        parent.set("ROTATION", str(page.rotation))
    space = element(parent, "PrintSpace", **_place(Box(0, 0, page.width, page.height)))
    if not page.lines:
        return
    name = f"page{number}_block1"
    block = element(space, "TextBlock", ID=name, **_place(Box.around(line.box for line in page.lines)))
    for n, line in enumerate(page.lines, 1):
        _line(block, line, f"{name}_line{n}", page.rotation)


def _line(block: Element, line: Line, name: str, rotation: int) -> None:
    parent = element(block, "TextLine", ID=name, **_place(line.box))
    for n, word in enumerate(line.words, 1):
        if n > 1:
            element(parent, "SP", **_space(line.words[n - 2].box, word.box, rotation))
        _word(parent, word, f"{name}_word{n}")


def _word(line: Element, word: Word, name: str) -> None:
    parent = element(
        line, "String", ID=name, CONTENT=word.text, WC=probability(word.confidence), **_place(word.box)
    )
    if any(len(clean(letter.text)) > _LONGEST_GLYPH for letter in word.letters):
        return  # glyphs must spell the whole word or be left out
    for n, letter in enumerate(word.letters, 1):
        glyph = element(
            parent,
            "Glyph",
            ID=f"{name}_glyph{n}",
            CONTENT=letter.text,
            GC=probability(letter.confidence),
            **_place(letter.box),
        )
        for text, chance in letter.alternatives:
            if len(clean(text)) <= _LONGEST_GLYPH:
                element(glyph, "Variant", CONTENT=text, VC=probability(chance))


def _space(before: Box, after: Box, rotation: int) -> dict[str, int]:
    """The gap between two words of a line on a page that must be turned by ``rotation`` to be upright."""
    if rotation in (90, 270):  # lines run upwards or downwards
        upper, lower = (after, before) if rotation == 90 else (before, after)
        return {"HPOS": after.left, "VPOS": upper.bottom, "HEIGHT": max(lower.top - upper.bottom, 0)}
    left, right = (after, before) if rotation else (before, after)
    return {"HPOS": left.right, "VPOS": after.top, "WIDTH": max(right.left - left.right, 0)}


def _place(box: Box) -> dict[str, int]:
    return {"HPOS": box.left, "VPOS": box.top, "WIDTH": box.width, "HEIGHT": box.height}
