"""What there is to read, in order, and what it is called."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr.batch import places
from ocr.batch.task import Task
from ocr.errors import InputError


@dataclass(frozen=True, slots=True)
class Plan:
    """``tasks`` sorted by name; ``base`` is the folder that the names are relative to."""

    base: str
    tasks: tuple[Task, ...]


def make_plan(
    inputs: Sequence[str], *, base: str = "", leave_out: str = "", may_be_empty: bool = False
) -> Plan:
    """Find the pictures in ``inputs``: folders (to any depth), files, patterns, fsspec addresses.

    base:      folder that names are relative to; the deepest that holds all inputs when empty. A run that
               goes on keeps the base of its first, so that the same picture keeps its name.
    leave_out: a folder not to look into: that of the results, which may lie among the inputs.

    InputError when an input does not exist, when there is no picture at all (unless ``may_be_empty``), and
    when ``base`` does not hold the inputs.
    """
    roots: list[str] = []
    found: set[str] = set()
    without = _absolute(leave_out) if leave_out else ""
    for given in inputs:
        root, sources = _find(_absolute(given))
        roots.append(root)
        found.update(source for source in sources if not (without and _inside(source, without)))
    if not found and not may_be_empty:
        looked = " ".join(sorted(places.SUFFIXES))
        raise InputError(f"{', '.join(inputs)}: no pictures there; looked for {looked}")
    common = _common(roots)
    if base and not all(_inside(root, base) or root == base for root in roots):
        raise InputError(
            f"{common}: the folder of results belongs to the pictures in {base}; choose another -o"
        )
    base = base or common
    named = {source[len(base.rstrip("/")) + 1 :].replace(os.sep, "/"): source for source in found}
    return Plan(base, tuple(Task(name, named[name], _stamp(named[name])) for name in sorted(named)))


def _stamp(source: str) -> str:
    """The stamp; none for a link that leads nowhere or a file that has just gone: reading it will tell."""
    try:
        return places.stamp(source)
    except InputError:
        return ""


def _find(given: str) -> tuple[str, Iterable[str]]:
    """The folder an input stands for, and the pictures in it. A file that is named may be called anything."""
    if places.is_folder(given):
        return given, places.walk(given)
    if not places.is_address(given) and Path(given).exists():
        return str(Path(given).parent), [given]
    if any(sign in given for sign in "*?["):
        fixed = given[: min(given.index(sign) for sign in "*?[" if sign in given)]
        matches = [match for match in places.glob(given) if not places.is_folder(match)]
        if matches:
            return fixed.rpartition("/")[0], matches
    elif places.is_address(given):
        places.stamp(given)
        return given.rpartition("/")[0], [given]
    raise InputError(f"{given}: no such file or folder")


def _common(roots: Sequence[str]) -> str:
    addresses = [places.is_address(root) for root in roots]
    if not any(addresses):
        return os.path.commonpath(roots)
    parts = [root.rstrip("/").split("/") for root in roots]
    same = 0
    while all(len(part) > same for part in parts) and len({part[same] for part in parts}) == 1:
        same += 1
    if not all(addresses) or same < 3:  # s3: / nothing / bucket
        raise InputError(f"{' '.join(roots)}: have no folder in common; read them in runs of their own")
    return "/".join(parts[0][:same])


def _absolute(path: str) -> str:
    return places.canonical(path) if places.is_address(path) else os.path.abspath(path)  # noqa: PTH100 - resolve() would follow links


def _inside(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + ("/" if places.is_address(folder) else os.sep))
