"""What the three XML formats share: making elements with cleaned text, and writing the tree."""

from __future__ import annotations

from typing import BinaryIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ocr import __version__
from ocr.formats.clean import clean

SOFTWARE = "handprint-ocr"
VERSION = __version__


def element(parent: Element | None, tag: str, text: str = "", /, **attributes: object) -> Element:
    """A new element, last in ``parent`` when there is one; attribute values are cleaned as text is."""
    made = Element(tag, {key: clean(str(value)) for key, value in attributes.items()})
    if text:
        made.text = clean(text)
    if parent is not None:
        parent.append(made)
    return made


def write_tree(root: Element, stream: BinaryIO, doctype: str = "", indent: bool = True) -> None:
    """Write ``root`` as UTF-8 with an XML declaration; the library escapes all text."""
    if indent:
        ElementTree.indent(root, " ")
    stream.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    if doctype:
        stream.write(doctype.encode() + b"\n")
    stream.write(ElementTree.tostring(root, encoding="utf-8") + b"\n")
