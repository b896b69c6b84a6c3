"""What `.ci/run` takes out of the README must be there, and what the README names must exist."""

from __future__ import annotations

import re
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = ROOT / ".ci" / "run"
BLOCK = re.compile(r"^<!-- ci: (\w+) -->\n```sh\n(.+?)^```$", re.MULTILINE | re.DOTALL)


def test_every_marked_block_is_run_and_every_run_block_is_marked() -> None:
    marked = [name for name, _ in BLOCK.findall(README)]
    run = re.findall(r"follow_readme (\w+)$", CI.read_text(encoding="utf-8"), re.MULTILINE)
    assert marked == run == ["read", "test"]


def test_first_command_reads_a_sample_that_exists() -> None:
    command = dict(BLOCK.findall(README))["read"]
    picture = command.split()[-1]
    assert picture.startswith("samples/")
    assert (ROOT / picture).is_file()


def test_extras_that_the_readme_installs_exist() -> None:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    named = {extra for group in re.findall(r"\.\[([\w,]+)\]", README) for extra in group.split(",")}
    assert named >= {"train", "test"}
    assert named <= set(setup["options.extras_require"])


PATHS = sorted(set(re.findall(r"\b(?:samples|benchmarks|docs|models)/[\w./-]*\w", README)))


@pytest.mark.parametrize("path", PATHS)
def test_files_that_the_readme_names_exist(path: str) -> None:
    assert (ROOT / path).exists()


def test_ci_script_can_be_executed() -> None:
    assert CI.stat().st_mode & 0o111


def test_tool_settings_can_be_parsed() -> None:
    assert "ruff" in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
