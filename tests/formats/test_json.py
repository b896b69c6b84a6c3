from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import jsonschema
import pytest

from ocr.errors import InputError
from ocr.formats.json import read, write, write_all
from ocr.page import Page
from tests.formats.pages import EMPTY, NASTY, PLAIN, stored

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "page.schema.json").read_text())


def written(*pages: Page) -> bytes:
    stream = BytesIO()
    write(pages[0], stream) if len(pages) == 1 else write_all(pages, stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "pages", [(PLAIN,), (NASTY,), (EMPTY,), (stored(PLAIN, 90),), (PLAIN, NASTY, EMPTY), ()]
)
def test_what_was_written_is_read_back_and_fits_the_schema(pages: tuple[Page, ...]) -> None:
    data = written(*pages)
    assert read(BytesIO(data)) == list(pages)
    jsonschema.validate(json.loads(data), SCHEMA)


def test_one_page_is_an_object_and_several_are_a_list() -> None:
    assert json.loads(written(PLAIN))["text"] == "HELLO WORLD\nGO ON 42"
    assert [entry["source"] for entry in json.loads(written(PLAIN, EMPTY))] == ["scan.jpg", "empty.png"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"width": 1000', b'"width": "1000"', "width, height and number"),
        (b'"format_version": 1', b'"format_version": 9', "version 9"),
        (b'"steps"', b'"stops"', "'steps' is missing"),
        (b'"rotation": 0', b'"rotation": 45', "rotation 45 is not"),
        (b'"lines": [', b'"lines": [7, ', "not a page"),
        (b"{", b"", "not JSON"),
        (b"{", b"[7, {", "not JSON"),
    ],
)
def test_damage_is_named(old: bytes, new: bytes, message: str) -> None:
    with pytest.raises(InputError, match=rf"^page\.json: .*{message}"):
        read(BytesIO(written(PLAIN).replace(old, new, 1)), "page.json")


@pytest.mark.parametrize(
    "damage", [{"confidence": True}, {"text": None}, {"box": [9, 0, 1, 1]}, {"box": [1, 2]}]
)
def test_wrong_types_in_a_letter_are_named_and_break_the_schema(damage: dict[str, object]) -> None:
    data = PLAIN.to_dict()
    data["lines"][0]["words"][0]["letters"][0].update(damage)
    with pytest.raises(InputError, match=r"page\.json"):
        read(BytesIO(json.dumps(data).encode()), "page.json")
    if damage != {"box": [9, 0, 1, 1]}:  # a schema cannot compare two numbers
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(data, SCHEMA)
