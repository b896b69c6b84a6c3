"""How long a page takes and how much memory, by this project's reader and by other engines, in one run.

    python benchmarks/speed.py samples/*.jpg
    python benchmarks/speed.py photo.jpg --engines ours,rapidocr-small --runs 9 --json speed.json

    cold     a whole process, from its start to the printed text: the median of the wall times, and the
             largest resident memory. The picture and the programs are in the file cache.
    warm     one more reading by a process that has read this page before: the median of the wall times.
             Tesseract's command keeps no state; its warm time is its cold time.
    decode   decoding the picture with OpenCV at full size, median: what reading it cannot do without,
             unless it decodes less

All have one thread and take turns, --runs of them, so that whatever else the machine does falls on all alike.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import cv2
import process
from engines import ENGINES, Engine, parse_options, start

ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}
WORKER = "--worker"


@dataclass(frozen=True)
class Speed:
    """Seconds and bytes of one engine on one page; peak memory is that of the cold process."""

    cold: float
    warm: float
    peak: int


class Worker:
    """A process that keeps one engine loaded and has read one picture already."""

    def __init__(self, name: str, options: dict[str, Any], picture: Path) -> None:
        job = json.dumps([name, options, str(picture)])
        self._process = subprocess.Popen(
            [sys.executable, __file__, WORKER, job],
            env=ENVIRONMENT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._answer()

    def read(self) -> float:
        """Read the picture once more: wall seconds."""
        assert self._process.stdin is not None
        print(file=self._process.stdin, flush=True)
        return self._answer()

    def close(self) -> None:
        self._process.communicate()

    def _answer(self) -> float:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise click.ClickException("an engine ended before its time; its own message is above")
        return float(line)


def work(job: str) -> None:
    """The other side of `Worker`: one reading now and one for each line of input; prints seconds."""
    name, options, picture = json.loads(job)
    engine = ENGINES[name](options)
    print(_seconds(engine.read, Path(picture)), flush=True)
    for _ in sys.stdin:
        print(_seconds(engine.read, Path(picture)), flush=True)


def measure(
    engines: dict[str, Engine], options: dict[str, Any], picture: Path, runs: int
) -> tuple[float, dict[str, Speed]]:
    """Median seconds to decode a picture in colour at full size, and the speed of every engine on it."""
    decode: list[float] = []
    cold: dict[str, list[float]] = {name: [] for name in engines}
    warm: dict[str, list[float]] = {name: [] for name in engines}
    peak = dict.fromkeys(engines, 0)
    workers = {name: Worker(name, options, picture) for name, engine in engines.items() if engine.warm}
    for _ in range(runs):
        decode.append(_seconds(cv2.imread, str(picture)))
        for name, worker in workers.items():
            warm[name].append(worker.read())
    for worker in workers.values():
        worker.close()
    for _ in range(runs):
        for name, engine in engines.items():
            usage = process.run(engine.command(picture), ENVIRONMENT)
            cold[name].append(usage.seconds)
            peak[name] = max(peak[name], usage.peak)
    median = statistics.median
    return median(decode), {
        name: Speed(median(cold[name]), median(warm[name] or cold[name]), peak[name]) for name in engines
    }


def row(name: str, speed: Speed, decode: float, ours: Speed | None) -> str:
    against = f"{speed.warm / ours.warm:8.1f} x" if ours else ""
    return (
        f"  {name:<16}{speed.cold:8.3f} s{speed.warm:8.3f} s{speed.warm / decode:8.1f} x"
        f"{speed.peak / 1e6:8.0f} MB{against}"
    )


def _seconds(call: Callable[[Any], object], argument: Any) -> float:
    begin = time.perf_counter()
    call(argument)
    return time.perf_counter() - begin


@click.command()
@click.argument(
    "pictures", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--engines", "names", default="all", show_default=True, help="Comma-separated names, or all installed."
)
@click.option("--option", "pairs", multiple=True, metavar="KEY=VALUE", help="An option of our reader.")
@click.option("--runs", default=5, show_default=True, type=click.IntRange(1), help="Turns of each engine.")
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path), help="Write results here.")
def main(
    pictures: tuple[Path, ...], names: str, pairs: tuple[str, ...], runs: int, output: Path | None
) -> None:
    """Time each engine on each of PICTURES: cold, warm, peak memory, against decoding and against ours."""
    cv2.setNumThreads(1)
    options = parse_options(pairs)
    engines = start(names, options)
    results: dict[str, Any] = {}
    for picture in pictures:
        pixels = cv2.imread(str(picture))
        if pixels is None:
            raise click.ClickException(f"OpenCV cannot decode {picture}")
        height, width = pixels.shape[:2]
        try:
            decode, speeds = measure(engines, options, picture, runs)
        except process.CommandFailed as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{picture.name}: {width} x {height}, decoded in {decode:.3f} s")
        click.echo(f"  {'':<16}{'cold':>10}{'warm':>10}{'/ decode':>10}{'peak':>11}{'/ ours':>10}")
        for name, speed in speeds.items():
            click.echo(row(name, speed, decode, speeds.get("ours")))
        results[str(picture)] = {
            "width": width,
            "height": height,
            "decode": decode,
            "engines": {name: asdict(speed) for name, speed in speeds.items()},
        }
    if output is not None:
        data = {"runs": runs, "options": options, "pictures": results}
        output.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == [WORKER]:
        work(sys.argv[2])
    else:
        main()
