from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from ocr.commands.convert import main
from ocr.errors import ExitCode
from ocr.formats import FORMATS, write_document
from tests.formats.pages import EMPTY, PLAIN


@pytest.fixture
def result(tmp_path: Path) -> Path:
    path = tmp_path / "page.json"
    with path.open("wb") as stream:
        write_document("json", [PLAIN], stream)
    return path


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "pdf"])
def test_json_becomes_any_format_without_the_picture(result: Path, name: str) -> None:
    expected = BytesIO()
    write_document(name, [PLAIN], expected)
    run = CliRunner().invoke(main, [str(result), "-f", name])
    assert (run.exit_code, run.stdout_bytes) == (0, expected.getvalue())


def test_pdf_needs_the_picture(result: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke(main, [str(result), "-f", "pdf"])
    assert run.exit_code == ExitCode.NO_INPUT
    assert "scan.jpg" in run.stderr and run.stdout == ""
    Image.new("L", (1000, 800), 255).save(tmp_path / "moved.png")
    output = tmp_path / "page.pdf"
    arguments = [str(result), "-f", "pdf", "--picture", str(tmp_path / "moved.png"), "-o", str(output)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert output.read_bytes().startswith(b"%PDF")


def test_several_files_and_standard_input(result: Path) -> None:
    several = BytesIO()
    write_document("json", [EMPTY, PLAIN], several)
    run = CliRunner().invoke(main, [str(result), "-", "-f", "text"], input=several.getvalue())
    assert run.stdout == "HELLO WORLD\nGO ON 42\n\f\fHELLO WORLD\nGO ON 42\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["missing.json", "-f", "text"], ExitCode.NO_INPUT, "missing.json: No such file"),
        (["RESULT", "RESULT", "-f", "pagexml"], ExitCode.USAGE, "one page a file"),
        (["RESULT", "-f", "text", "-o", "/nowhere/at/all.txt"], ExitCode.NO_OUTPUT, "/nowhere/at/all.txt"),
        (["RESULT", "-f", "word"], ExitCode.USAGE, "'word' is not one of"),
    ],
)
def test_a_mistake_is_one_line_and_a_code(
    result: Path, arguments: list[str], code: int, message: str
) -> None:
    run = CliRunner().invoke(main, [str(result) if a == "RESULT" else a for a in arguments])
    assert run.exit_code == code
    assert message in run.stderr and "Traceback" not in run.stderr and run.stdout == ""
