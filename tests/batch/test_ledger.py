from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ocr.batch.ledger import NAME, Entry, Ledger
from ocr.batch.task import Task
from ocr.errors import InputError, OutputError

ENTRY = Entry(
    "sub/a.jpg",
    "/scans/sub/a.jpg",
    "7 8",
    "c",
    "s",
    "m",
    "done",
    2,
    0.5,
    "",
    1,
    9,
    0.75,
    3,
    {"sub/a.jpg.txt": ("d", 12)},
    1.5,
)


def test_what_is_put_in_comes_out(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.put(ENTRY)
        ledger.set_about("base", "/scans")
        ledger.add([Task("sub/a.jpg", "x", "y"), Task("b.jpg", "/scans/b.jpg", "1 2")])
    with Ledger(tmp_path) as ledger:
        assert list(ledger.entries()) == [Entry("b.jpg", "/scans/b.jpg", "1 2"), ENTRY]
        assert ledger.entry("sub/a.jpg") == ENTRY and ledger.entry("c.jpg") is None
        assert ledger.about("base") == "/scans" and ledger.about("nothing") == ""


def test_a_name_that_is_no_utf8_can_be_entered(tmp_path: Path) -> None:
    name = b"caf\xe9.jpg".decode("utf-8", "surrogateescape")
    with Ledger(tmp_path) as ledger:
        ledger.add([Task(name, "/" + name, "1 2")])
        assert ledger.entry(name) is not None
        assert [entry.name for entry in ledger.entries()] == ["caf\\udce9.jpg"]


def test_it_can_be_read_while_it_is_written_and_on_a_disk_that_is_read_only(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.put(ENTRY)
        with Ledger(tmp_path, read_only=True) as reading:
            assert list(reading.entries()) == [ENTRY]
            with pytest.raises(OutputError, match="readonly"):
                reading.put(ENTRY)


@pytest.mark.parametrize("content", [b"not a database, but long enough to be one" * 9, b""])
def test_what_is_no_ledger_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(OutputError, match=NAME):
        Ledger(tmp_path, read_only=True)
    with pytest.raises(InputError, match="has no ledger"):
        Ledger(tmp_path / "elsewhere", read_only=True)


def test_a_newer_ledger_is_left_alone(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / NAME)
    base.execute("PRAGMA user_version = 9")
    base.close()
    with pytest.raises(OutputError, match="version 9"):
        Ledger(tmp_path)
