"""ALTO and PAGE against the official schemas, and all XML parsed back by lxml, which wrote none of it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree

from ocr.errors import SettingError
from ocr.formats import alto, hocr, pagexml
from ocr.page import Page
from tests.formats.pages import EMPTY, NASTY, PLAIN, stored

RESOURCES = Path(__file__).parents[1] / "resources"
ALTO = {"a": alto.NAMESPACE}
PAGE = {"p": pagexml.NAMESPACE}
XSD = "http://www.w3.org/2001/XMLSchema"
XHTML = {"h": "http://www.w3.org/1999/xhtml"}
CLEAN = ["<a>&amp; ]]>", "x\"'\ufffd\ufffd \ufffd\ufffd", "\té \U0001f600 -->"]


class _Local(etree.Resolver):
    """The schema of ALTO imports XLink from the web: take ours."""

    def resolve(self, system_url: str, public_id: str, context: object) -> object:
        return self.resolve_filename(str(RESOURCES / Path(system_url).name), context)


def schema(name: str, **page_attributes: str) -> etree.XMLSchema:
    """A schema of the resources; ``page_attributes`` (name: type) are allowed on ALTO's Page besides its own."""
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Local())
    document = etree.parse(RESOURCES / name, parser)
    for attribute, kind in page_attributes.items():
        page = document.find("xsd:complexType[@name='PageType']", {"xsd": XSD})
        etree.SubElement(page, f"{{{XSD}}}attribute", name=attribute, type=kind, use="optional")
    return etree.XMLSchema(document)


def alto_schema() -> etree.XMLSchema:
    """ALTO 4.4: by its history of changes, 4.3 and two attributes on Page of the types that blocks give them."""
    return schema("alto-4-3.xsd", LANG="xsd:language", ROTATION="xsd:float")


def tree(module: object, *pages: Page) -> etree._Element:
    stream = BytesIO()
    module.write_all(pages, stream)  # type: ignore[attr-defined]
    return etree.fromstring(stream.getvalue())


@pytest.mark.parametrize("pages", [(PLAIN,), (NASTY,), (EMPTY,), (PLAIN, NASTY, EMPTY)])
def test_alto_is_valid(pages: tuple[Page, ...]) -> None:
    schema("alto-4-3.xsd").assertValid(tree(alto, *pages))
    alto_schema().assertValid(tree(alto, *pages))


def test_alto_is_what_its_version_allows() -> None:
    root = tree(alto, PLAIN)
    assert root.get("SCHEMAVERSION") == "4.4"
    root.find(".//a:Page", ALTO).set("LANG", "en")
    alto_schema().assertValid(root)
    assert not schema("alto-4-3.xsd").validate(root)
    root.find(".//a:Page", ALTO).set("ROTATION", "upright")
    assert not alto_schema().validate(root)


@pytest.mark.parametrize(
    ("rotation", "clockwise", "space"),
    [
        (90, "90", {"HPOS": "50", "VPOS": "600", "HEIGHT": "62"}),
        (180, "180", {"HPOS": "600", "VPOS": "690", "WIDTH": "62"}),
        (270, "-90", {"HPOS": "690", "VPOS": "338", "HEIGHT": "62"}),
    ],
)
def test_a_turned_page_says_so(rotation: int, clockwise: str, space: dict[str, str]) -> None:
    page = stored(PLAIN, rotation)
    root = tree(alto, page)
    alto_schema().assertValid(root)
    assert root.find(".//a:Page", ALTO).get("ROTATION") == str(rotation)
    assert dict(root.find(".//a:SP", ALTO).attrib) == space
    root = tree(pagexml, page)
    schema("pagecontent-2019-07-15.xsd").assertValid(root)
    assert root.find("p:Page", PAGE).get("orientation") == clockwise
    line = tree(hocr, page).find(".//h:span[@class='ocr_line']", XHTML)
    assert line.get("title").endswith(f"; textangle {rotation}")


def test_an_upright_page_says_nothing_of_turns() -> None:
    for module in (alto, pagexml, hocr):
        text = etree.tostring(tree(module, PLAIN)).decode()
        assert not any(word in text for word in ("ROTATION", "orientation=", "textangle"))


@pytest.mark.parametrize("page", [PLAIN, NASTY, EMPTY])
def test_pagexml_is_valid(page: Page) -> None:
    schema("pagecontent-2019-07-15.xsd").assertValid(tree(pagexml, page))


def test_the_schemas_reject() -> None:
    root = tree(alto, PLAIN)
    root.find(".//a:String", ALTO).set("WC", "1.5")
    assert not alto_schema().validate(root)
    root = tree(pagexml, PLAIN)
    root.find(".//p:Coords", PAGE).set("points", "-1,0 3,4")
    assert not schema("pagecontent-2019-07-15.xsd").validate(root)


def test_alto_says_all_that_is_known() -> None:
    root = tree(alto, PLAIN)
    words = [string.get("CONTENT") for string in root.iterfind(".//a:String", ALTO)]
    assert words == ["HELLO", "WORLD", "GO", "ON", "42"]
    string = root.find(".//a:String", ALTO)
    place = [string.get(key) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")]
    assert (place, string.get("WC")) == (["50", "50", "288", "60"], "0.75")
    assert "".join(glyph.get("CONTENT") for glyph in string) == "HELLO"
    assert [glyph.get("GC") for glyph in string] == ["0.875"] * 5
    assert [(v.get("CONTENT"), v.get("VC")) for v in string[0]] == [("Q", "0.0625"), ("<&>", "0.0156")]
    steps = [
        step.findtext("a:processingStepDescription", namespaces=ALTO)
        for step in root.iterfind(".//a:Processing", ALTO)
    ]
    assert steps == ["orientation 6", "light evened out", "text recognition"]
    assert root.find(".//a:Page", ALTO).get("PROCESSINGREFS") == "step1 step2 step3"
    assert root.findtext(".//a:fileName", namespaces=ALTO) == "scan.jpg"


def test_no_text_is_lost_or_taken_for_markup() -> None:
    words = [word for line in CLEAN for word in line.split(" ")]
    assert [s.get("CONTENT") for s in tree(alto, NASTY).iterfind(".//a:String", ALTO)] == words
    lines = tree(pagexml, NASTY).iterfind(".//p:TextLine/p:TextEquiv/p:Unicode", PAGE)
    assert [line.text for line in lines] == CLEAN
    lines = tree(hocr, NASTY).iterfind(".//h:span[@class='ocr_line']", XHTML)
    assert ["".join(line.itertext()) for line in lines] == CLEAN


def test_pagexml_keeps_letters_and_alternatives() -> None:
    word = tree(pagexml, PLAIN).find(".//p:Word", PAGE)
    glyph = word.find("p:Glyph", PAGE)
    assert glyph.find("p:Coords", PAGE).get("points") == "50,50 89,50 89,109 50,109"
    readings = [
        (e.get("index"), e.get("conf"), e.findtext("p:Unicode", namespaces=PAGE))
        for e in glyph.iterfind("p:TextEquiv", PAGE)
    ]
    assert readings == [("0", "0.875", "H"), ("1", "0.0625", "Q"), ("2", "0.0156", "<&>")]
    assert word.find("p:TextEquiv", PAGE).get("conf") == "0.75"


def test_pagexml_refuses_two_pages() -> None:
    with pytest.raises(SettingError, match="one page a file"):
        pagexml.write_all([PLAIN, PLAIN], BytesIO())


def test_hocr_has_boxes_and_confidences() -> None:
    root = tree(hocr, PLAIN, EMPTY)
    pages = root.findall(".//h:div[@class='ocr_page']", XHTML)
    assert [page.get("title") for page in pages] == [
        'image "scan.jpg"; bbox 0 0 1000 800; ppageno 0',
        'image "empty.png"; bbox 0 0 1000 800; ppageno 0',
    ]
    word = root.find(".//h:span[@class='ocrx_word']", XHTML)
    assert word.get("title") == "bbox 50 50 338 110; x_wconf 75"
    assert [(c.get("class"), c.text) for c in word] == [("ocrx_cinfo", letter) for letter in "HELLO"]
    assert word[1].get("title") == "x_bboxes 112 50 152 110; x_conf 87.50"
    identifiers = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(identifiers) == len(set(identifiers))
