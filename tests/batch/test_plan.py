from __future__ import annotations

import os
from pathlib import Path

import pytest

from ocr.batch.plan import make_plan
from ocr.errors import InputError


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    for name in (
        "b/2.JPG",
        "b/1.png",
        "a.pdf",
        "a.txt",
        ".hidden.jpg",
        ".cache/x.jpg",
        "c/d/e.tiff",
        "out/old.png",
    ):
        path = tmp_path / "scans" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path / "scans"


def names(*inputs: object, base: str = "", leave_out: str = "") -> list[str]:
    plan = make_plan([str(given) for given in inputs], base=base, leave_out=leave_out)
    return [task.name for task in plan.tasks]


def test_a_folder_is_searched_sorted_and_mirrored(scans: Path) -> None:
    assert names(scans, leave_out=str(scans / "out")) == ["a.pdf", "b/1.png", "b/2.JPG", "c/d/e.tiff"]


def test_several_inputs_are_named_below_what_they_share(scans: Path) -> None:
    assert names(scans / "b", scans / "c") == ["b/1.png", "b/2.JPG", "c/d/e.tiff"]
    assert names(scans / "b" / "1.png", scans / "a.txt") == ["a.txt", "b/1.png"]
    assert names(scans / "b", scans / "b" / "1.png") == ["1.png", "2.JPG"]


def test_patterns(scans: Path) -> None:
    assert names(scans / "**" / "*.png") == ["b/1.png", "out/old.png"]
    assert names(f"{scans}/b/[12].*") == ["1.png", "2.JPG"]


def test_a_later_run_keeps_the_names_of_the_first(scans: Path) -> None:
    assert names(scans / "b", base=str(scans)) == ["b/1.png", "b/2.JPG"]
    with pytest.raises(InputError, match="belongs to the pictures in"):
        names(scans, base=str(scans / "b"))


def test_the_stamp_changes_with_the_file(scans: Path) -> None:
    first = make_plan([str(scans / "a.pdf")]).tasks[0]
    assert make_plan([str(scans / "a.pdf")]).tasks[0] == first
    os.utime(scans / "a.pdf", ns=(0, 7))
    assert make_plan([str(scans / "a.pdf")]).tasks[0].stamp == "1 7"


def test_a_link_that_leads_nowhere_is_not_the_end(scans: Path) -> None:
    (scans / "b" / "0.jpg").symlink_to("nowhere")
    assert names(scans / "b") == ["0.jpg", "1.png", "2.JPG"]


@pytest.mark.parametrize("given", ["nothing", "*.webp", "empty"])
def test_what_is_not_there_is_named(tmp_path: Path, given: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no such file or folder|no pictures there"):
        names(tmp_path / given)


def test_addresses(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for name in ("one.jpg", "sub/two.png", "sub/three.txt"):
        memory.pipe(f"/scans/{name}", b"x")
    plan = make_plan(["memory://scans"])
    assert [task.name for task in plan.tasks] == ["one.jpg", "sub/two.png"]
    assert plan.tasks[1].source == "memory:///scans/sub/two.png"
    assert [task.name for task in make_plan(["memory://scans/sub/*.png"]).tasks] == ["two.png"]
    with pytest.raises(InputError, match=r"memory:///scans/four\.jpg"):
        make_plan(["memory://scans/four.jpg"])
