from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from ocr.batch.lock import locked
from ocr.batch.outputs import Outputs
from ocr.errors import OutputError


def test_files_are_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    with Outputs(tmp_path / "out") as outputs:
        written = outputs.write([("a/b.txt", b"one"), ("c.txt", b"")])
        assert written == [(hashlib.sha256(b"one").hexdigest(), 3), (hashlib.sha256(b"").hexdigest(), 0)]
        outputs.write([("a/b.txt", b"three")])
        assert outputs.has("a/b.txt", 5) and not outputs.has("a/b.txt", 3) and not outputs.has("d", 0)
        outputs.remove(["c.txt", "never there"])
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == [tmp_path / "out/a/b.txt"]


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".ocr-batch.tmp").mkdir()
    (tmp_path / ".ocr-batch.tmp" / "document").write_bytes(b"half")
    with Outputs(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_by_a_folder_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with Outputs(tmp_path) as outputs, pytest.raises(OutputError, match=r"a\.txt: cannot be written"):
        outputs.write([("a.txt", b"x")])


def test_one_at_a_time(tmp_path: Path) -> None:
    refused = pytest.raises(OutputError, match=r"another ocr-batch \(process \d+\)")
    with locked(tmp_path), refused, locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    code = f"""if True:
        import os, pathlib, signal
        from ocr.batch.lock import locked
        with locked(pathlib.Path({str(tmp_path)!r})):
            os.kill(os.getpid(), signal.SIGKILL)"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with locked(tmp_path):
        pass


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="choose another -o"), locked(tmp_path / "file"):
        pass
