"""The options of reading: the same in every command, and the same as in Python."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from ocr.commands._reader_options import opening_options, reader_options
from ocr.reading.image import open_pictures
from ocr.reading.reader import Reader


@click.command()
@reader_options
@opening_options
@click.pass_context
def command(ctx: click.Context, reading: dict[str, Any], opening: dict[str, Any]) -> None:
    ctx.obj.update(reading=reading, opening=opening)


def given(*arguments: str) -> dict[str, dict[str, Any]]:
    seen: dict[str, dict[str, Any]] = {}
    done = CliRunner().invoke(command, list(arguments), obj=seen)
    assert done.exit_code == 0, done.output
    return seen


@pytest.mark.parametrize(("name", "function"), [("reading", Reader.__init__), ("opening", open_pictures)])
def test_what_is_not_given_is_as_in_python(name: str, function: Any) -> None:
    parameters = inspect.signature(function).parameters
    values = given()[name]
    assert values == {key: parameters[key].default for key in values}


def test_values_are_keyword_arguments_and_a_lexicon_is_its_words(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("TEA\nMILK\n")
    seen = given("--lexicon", str(tmp_path / "words"), "--only-lexicon", "--no-context", "--dpi", "300")
    assert seen["reading"].items() >= {"lexicon": ["TEA", "MILK"], "closed": True, "context": False}.items()
    assert seen["opening"]["pdf_dpi"] == 300


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--only-lexicon"], "needs --lexicon"), (["--lexicon", "none.txt"], "none.txt: no such file")],
)
def test_mistakes_are_wrong_usage(arguments: list[str], message: str) -> None:
    done = CliRunner().invoke(command, arguments, obj={})
    assert (done.exit_code, message in done.stderr) == (2, True)
