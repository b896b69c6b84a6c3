from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

import ocr
from ocr.commands import read
from ocr.errors import ExitCode, InputError, ModelError
from ocr.page import Box, Letter, Line, Page, Word


class FakeReader:
    """Finds ``HI 5`` on every page; the letters' confidences are 0.9, 0.4 and 0.3."""

    def __init__(self, model: str, **options: Any) -> None:
        self.options = {"model": model, **options}
        if model == "broken":
            raise ModelError("broken: no such model")
        if options["charset"] == "@":
            raise ValueError("the model has no character of '@'")

    def read(self, page: Any) -> Page:
        gray = page.decode().gray
        if not gray.any():
            return Page((), page.width, page.height, page.source, page.number)
        letters = [
            Letter(text, Box(10 * n, 5, 10 * n + 8, 20), confidence)
            for n, (text, confidence) in enumerate([("H", 0.9), ("I", 0.4), ("5", 0.3)])
        ]
        line = Line((Word(tuple(letters[:2]), 0.65), Word(tuple(letters[2:]), 0.3)))
        return Page((line,), page.width, page.height, page.source, page.number)


@pytest.fixture(autouse=True)
def fake_reader(monkeypatch: pytest.MonkeyPatch) -> list[FakeReader]:
    made: list[FakeReader] = []

    def load(model: str, **options: Any) -> FakeReader:
        made.append(FakeReader(model, **options))
        return made[-1]

    monkeypatch.setattr(read, "load_reader", load)
    return made


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``a.png``, ``b.png``; ``three.tif`` of three pages; ``dark.png``: no letters; ``bad.jpg``: text."""
    monkeypatch.chdir(tmp_path)
    white = Image.new("L", (40, 30), 255)
    for name in ("a.png", "b.png"):
        white.save(name)
    white.save("three.tif", save_all=True, append_images=[white, white])
    Image.new("L", (40, 30), 0).save("dark.png")
    Path("bad.jpg").write_text("not a picture")
    return tmp_path


def run(*arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(read.main, list(arguments), prog_name="ocr-read", **options)


def test_text_of_one_and_of_several(folder: Path) -> None:
    assert run("a.png").stdout == "HI 5\n"
    assert run("a.png", "b.png").stdout == "HI 5\n\fHI 5\n"
    assert run("three.tif", "--pages", "2-").stdout == "HI 5\n\fHI 5\n"


def test_headings_on_a_terminal(folder: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    code = (
        "import sys; sys.argv[0] = 'ocr-read'; from tests.commands.test_read import FakeReader\n"
        "from ocr.commands import read; read.load_reader = FakeReader; read.main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(ocr.__file__).parents[1])}
    subprocess.run(
        [sys.executable, "-c", code, "a.png", "three.tif", "--pages", "1-2"],
        stdout=theirs,
        env=environment,
        check=True,
    )
    os.close(theirs)
    assert os.read(ours, 1000).decode().split("\r\n") == [
        "==> a.png <==",
        "HI 5",
        "",
        "==> three.tif <==",
        "HI 5",
        "",
        "==> three.tif, page 2 <==",
        "HI 5",
        "",
    ]
    os.close(ours)


def test_json_is_an_object_for_one_and_a_list_for_several(folder: Path) -> None:
    one = json.loads(run("a.png", "-f", "json").stdout)
    assert Page.from_dict(one).text == "HI 5"
    two = json.loads(run("a.png", "b.png", "-f", "json").stdout)
    assert [page["source"] for page in two] == ["a.png", "b.png"]
    assert [page["number"] for page in json.loads(run("three.tif", "-f", "json").stdout)] == [1, 2, 3]
    mixed = run("bad.jpg", "a.png", "-f", "json")
    assert [page["source"] for page in json.loads(mixed.stdout)] == ["a.png"]
    assert mixed.exit_code == ExitCode.SOME_FAILED


def test_doubtful_letters_are_marked(folder: Path) -> None:
    assert run("a.png", "--min-confidence", "0.5").stdout == "H[I?] [5?]\n"
    assert run("a.png", "--min-confidence", "0.95").stdout == "[HI?] [5?]\n"


def test_options_reach_the_reader(folder: Path, fake_reader: list[FakeReader]) -> None:
    words = folder / "words.txt"
    words.write_text("TEA\nMILK\n", encoding="utf-8")
    run(
        "a.png",
        "--model",
        "m",
        "--reader",
        "rows",
        "--rows-model",
        "r",
        "--charset",
        "A-F0-9",
        "--alternatives",
        "7",
        "--threads",
        "2",
        "--no-context",
        "--pattern",
        "99",
        "--lexicon",
        str(words),
        "--only-lexicon",
        "--denoise",
        "always",
        "--rotate",
        "90",
    )
    assert fake_reader[0].options == {
        "model": "m",
        "reader": "rows",
        "rows_model": "r",
        "charset": "A-F0-9",
        "alternatives": 7,
        "denoise": "always",
        "rotate": "90",
        "threads": 2,
        "context": False,
        "pattern": "99",
        "lexicon": ["TEA", "MILK"],
        "closed": True,
    }


def test_a_lexicon_is_needed_to_allow_nothing_else(folder: Path, fake_reader: list[FakeReader]) -> None:
    result = run("a.png", "--only-lexicon")
    assert result.exit_code == 2 and "--lexicon" in result.stderr


def test_review_is_a_format(folder: Path, fake_reader: list[FakeReader]) -> None:
    assert "words to check" in run("a.png", "--review").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["a.png"], 0, None),
        (["a.png", "bad.jpg", "none.jpg"], 1, "ocr-read: bad.jpg: is text"),
        (["bad.jpg"], 3, "ocr-read: bad.jpg: is text"),
        (["bad.jpg", "."], 3, "ocr-read: .: is a folder"),
        (["a.png", "--pages", "2"], 3, "has one page"),
        (["a.png", "--max-pixels", "1k"], 3, "over the limit"),
        (["a.png", "-o", "no/where.txt"], 4, "no/where.txt: cannot be written"),
        (["a.png", "-o", "."], 4, "cannot be written"),
        (["a.png", "--picture", "no/where.png"], 4, "no/where.png: cannot be written"),
        (["bad.jpg", "-o", "no/where.txt", "--model", "broken"], 4, "no/where.txt"),
        (["a.png", "--model", "broken"], 5, "broken: no such model"),
        ([], 2, "Missing argument"),
        (["a.png", "--pages", "3-1"], 2, "count from 1 upwards"),
        (["a.png", "--pages", "0"], 2, "count from 1 upwards"),
        (["a.png", "--pages", "one"], 2, "is not a page"),
        (["a.png", "--charset", "Z-A"], 2, "runs backwards"),
        (["a.png", "--charset", "@"], 2, "has no character"),
        (["a.png", "--max-pixels", "many"], 2, "is not a number of pixels"),
        (["a.png", "--min-confidence", "2"], 2, "--min-confidence"),
        (["a.png", "--format", "word"], 2, "'word' is not one of"),
        (["a.png", "--picture", "a.gif"], 2, "must end in"),
        (["a.png", "-o", "a.png"], 2, "would be overwritten"),
        (["a.png", "--picture", "b.png", "b.png"], 2, "would be overwritten"),
    ],
)
def test_exit_codes(folder: Path, arguments: list[str], code: int, message: str | None) -> None:
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert (message in result.stderr) if message else not result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ("HI 5\n" if code in (0, 1) else "")
    assert not list(folder.glob(".*.part"))


def test_heic_without_its_library(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    Path("a.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    assert run("a.heic").exit_code == ExitCode.MISSING_EXTRA
    assert run("a.heic", "a.png").exit_code == ExitCode.SOME_FAILED


def test_the_output_appears_whole_or_not_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = folder / "out.txt"
    target.write_text("before")
    target.chmod(0o640)
    assert run("bad.jpg", "-o", "out.txt").exit_code == ExitCode.NO_INPUT
    assert target.read_text() == "before"
    assert run("a.png", "bad.jpg", "-o", "out.txt").stdout == ""
    assert target.read_text() == "HI 5\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    Path("link").symlink_to("out.txt")
    run("a.png", "b.png", "-o", "link")
    assert Path("link").is_symlink() and target.read_text() == "HI 5\n\fHI 5\n"

    def interrupted(self: FakeReader, page: Any) -> Page:
        raise KeyboardInterrupt

    monkeypatch.setattr(FakeReader, "read", interrupted)
    result = run("a.png", "-o", "out.txt")
    assert (result.exit_code, result.stderr) == (ExitCode.INTERRUPTED, "ocr-read: interrupted\n")
    assert target.read_text() == "HI 5\n\fHI 5\n"
    assert not list(folder.glob(".*.part"))


def test_devices_are_written_and_not_replaced(folder: Path) -> None:
    assert run("a.png", "-o", os.devnull).exit_code == 0
    assert not Path(os.devnull).is_file()
    if Path("/dev/full").exists():
        result = run("a.png", "-o", "/dev/full")
        assert (result.exit_code, result.stderr.count("\n")) == (ExitCode.NO_OUTPUT, 1)


def test_a_page_that_fails_leaves_the_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = FakeReader.read

    def fails_on_two(self: FakeReader, page: Any) -> Page:
        if page.number == 2:
            raise InputError("page 2 is damaged")
        return original(self, page)

    monkeypatch.setattr(FakeReader, "read", fails_on_two)
    result = run("three.tif")
    assert (result.exit_code, result.stdout) == (1, "HI 5\n\fHI 5\n")
    assert result.stderr == "ocr-read: page 2 is damaged\n"


def test_standard_input(folder: Path) -> None:
    result = run("-", "-f", "json", input=Path("a.png").read_bytes())
    assert json.loads(result.stdout)["source"] == "-"
    assert "standard input: is empty" in run("-", input=b"").stderr


def test_quiet_and_verbose(folder: Path) -> None:
    assert run("dark.png").stderr == "ocr-read: dark.png: no letters found\n"
    assert run("dark.png", "-q").stderr == ""
    assert "40 x 30 pixels" in run("a.png", "-v").stderr
    assert run("bad.jpg", "-q").stderr.startswith("ocr-read: bad.jpg")


def test_drawings_are_numbered_when_there_are_several(folder: Path) -> None:
    assert run("a.png", "--picture", "seen.png").exit_code == 0
    with Image.open("seen.png") as drawing:
        colours = np.asarray(drawing).reshape(-1, 3)
        assert np.ptp(colours.astype(int), axis=1).max() > 100
    assert run("three.tif", "bad.jpg", "a.png", "--picture", "all.jpg").exit_code == 1
    assert sorted(path.name for path in folder.glob("all*")) == [f"all-{n}.jpg" for n in range(1, 5)]
    with Image.open("all-4.jpg") as drawing:
        assert drawing.format == "JPEG"


def test_version_and_help() -> None:
    assert run("--version").stdout == f"ocr-read, version {ocr.__version__}\n"
    text = run("--help").stdout
    assert "ocr-read note.jpg" in text and "_OCR_READ_COMPLETE" in text


@pytest.mark.parametrize(
    "code",
    [
        "import ocr",
        "from ocr.commands.read import main; main(['--help'], standalone_mode=False)",
    ],
)
def test_nothing_heavy_is_imported_before_there_is_work(code: str) -> None:
    heavy = ["torch", "skimage", "cv2", "numpy", "PIL", "pypdfium2", "onnxruntime"]
    check = f"{code}; import sys; sys.stderr.write(' '.join(set({heavy}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def start(code: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """``ocr-read`` in a process of its own, its reader replaced by what ``code`` calls ``Reader``."""
    replaced = "from ocr.commands import read\nread.load_reader = Reader; read.main(prog_name='ocr-read')"
    whole = f"{code}\n{replaced}"
    environment = {**os.environ, "PYTHONPATH": str(Path(ocr.__file__).parents[1])}
    command = [sys.executable, "-c", whole, *arguments]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, **options)


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
def test_interrupting_a_process(folder: Path) -> None:
    code = (
        "import sys, time\nfrom tests.commands.test_read import FakeReader\nclass Reader(FakeReader):\n"
        "    def read(self, page): open('started', 'w').close(); time.sleep(30)"
    )
    process = start(code, "a.png", "-o", "out.txt")
    while not Path("started").exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20)[1] == b"ocr-read: interrupted\n"
    assert process.returncode == ExitCode.INTERRUPTED
    assert not Path("out.txt").exists() and not list(folder.glob(".*.part"))


def test_a_reader_of_our_output_may_stop_listening(folder: Path) -> None:
    code = "from tests.commands.test_read import FakeReader as Reader"
    process = start(code, *["a.png"] * 300, "-f", "json", stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.read(10)
    process.stdout.close()
    assert process.stderr is not None and process.stderr.read() == b""
    assert process.wait(timeout=30) == 0
