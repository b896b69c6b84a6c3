"""Ctrl-C at every moment of a command's life, as a process of its own."""

from __future__ import annotations

import configparser
import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[2]
_TELL = "import sys, time\ndef tell(): print('now', flush=True)\n"
_COMMAND = """
import click
from ocr.commands._exits import exits
from ocr.errors import ExitCode
@click.command()
@exits
def main():
    {body}
    return ExitCode.OK
"""
_FRAGILE = """
try:
    tell(); time.sleep(1)
except BaseException as error:
    raise ImportError('a library gives another reason') from error
"""


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("tell(); time.sleep(30)", 130),
        (_COMMAND.format(body="tell(); time.sleep(30)"), 130),
        (_COMMAND.format(body="import fragile; time.sleep(30)"), 130),
        (_COMMAND.format(body="import atexit; atexit.register(lambda: (tell(), time.sleep(1)))"), 0),
    ],
    ids=["while it is imported", "at work", "in the midst of an import", "when all is done"],
)
def test_ctrl_c(tmp_path: Path, module: str, code: int) -> None:
    (tmp_path / "command.py").write_text(_TELL + module)
    (tmp_path / "fragile.py").write_text(_TELL + _FRAGILE)
    start = (
        f"import sys; sys.path.append({str(tmp_path)!r}); sys.argv = ['ocr-command']; import ocr.commands\n"
        f"ocr.commands.__path__.append({str(tmp_path)!r})\nfrom ocr.commands._start import command; command()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", start], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None and process.stdout.readline() == "now\n"
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=20)[1]
    assert (process.returncode, said) == (code, "ocr-command: interrupted\n" if code else "")


def test_every_command_starts_there() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lines = setup["options.entry_points"]["console_scripts"].split("\n")[1:]
    for line in lines:
        name = line.split(" = ")[0].removeprefix("ocr-")
        assert line == f"ocr-{name} = ocr.commands._start:{name}"
        assert isinstance(import_module(f"ocr.commands.{name}").main, click.Command)
