"""How long a page takes and how much memory, by this project's reader and by other engines, in one run.

    python benchmarks/speed.py samples/*.jpg
    python benchmarks/speed.py ../shared/pages/course/04_deep.jpg --engines ours,rapidocr-small --json speed.json

    cold     a whole process, from its start to the printed text: the best of --runs wall times, and the
             largest resident memory. The picture and the programs are in the file cache.
    warm     one more page by a process that has read this page before: the median of --runs wall times.
             Tesseract's command has no such state; its warm time is its cold time.
    decode   decoding the picture with OpenCV at full size, warm: what reading it cannot do without,
             unless it decodes less

Engines take turns on each page, each with one thread, so that whatever else the machine does falls on all.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import cv2
from engines import ENGINES, Engine, parse_options, start

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}
WORKER = "--worker"


@dataclass(frozen=True)
class Speed:
    """Seconds and bytes of one engine on one page; peak memory is that of the cold process."""

    cold: float
    warm: float
    peak: int


def whole_process(command: list[str]) -> tuple[float, int]:
    """Run a command to its end: (wall seconds, peak resident bytes), its children's memory not included."""
    with tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, env=os.environ | ONE_THREAD)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            message = errors.read().decode(errors="replace").strip()
            raise click.ClickException(f"{' '.join(command)}: exit code {process.returncode}: {message}")
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def warm_times(name: str, options: dict[str, Any], picture: Path, runs: int) -> list[float]:
    """Wall seconds of ``runs`` readings after a first one, by a fresh process that keeps the engine loaded."""
    job = json.dumps([name, options, str(picture), runs])
    done = subprocess.run([sys.executable, __file__, WORKER, job], env=os.environ | ONE_THREAD,
                          stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def work(job: str) -> None:
    """The other side of `warm_times`: prints the seconds of each reading as JSON."""
    name, options, picture, runs = json.loads(job)
    engine = ENGINES[name](options)
    engine.read(Path(picture))
    print(json.dumps([_timed(lambda: engine.read(Path(picture))) for _ in range(runs)]))


def decode_time(picture: Path, runs: int) -> float:
    """Median wall seconds to decode a picture at full size, in colour, with one thread."""
    cv2.setNumThreads(1)
    if cv2.imread(str(picture)) is None:
        raise click.ClickException(f"OpenCV cannot decode {picture}")
    return statistics.median(_timed(lambda: cv2.imread(str(picture))) for _ in range(runs))


def measure(name: str, engine: Engine, options: dict[str, Any], picture: Path, runs: int) -> Speed:
    command = engine.command(picture)
    cold, peaks = zip(*(whole_process(command) for _ in range(runs)), strict=True)
    warm = statistics.median(warm_times(name, options, picture, runs)) if engine.warm else min(cold)
    return Speed(cold=min(cold), warm=warm, peak=max(peaks))


def row(name: str, speed: Speed, decode: float, ours: Speed | None) -> str:
    against = f"{speed.warm / ours.warm:8.1f} x" if ours else ""
    return (f"  {name:<16}{speed.cold:8.3f} s{speed.warm:8.3f} s{speed.warm / decode:8.1f} x"
            f"{speed.peak / 1e6:8.0f} MB{against}")


def _timed(call: Any) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


@click.command()
@click.argument("pictures", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--engines", "names", default="all", show_default=True,
              help="Comma-separated names, or all installed.")
@click.option("--option", "pairs", multiple=True, metavar="KEY=VALUE", help="An option of our reader.")
@click.option("--runs", default=5, show_default=True, type=click.IntRange(1), help="Runs of each kind.")
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path), help="Write results here.")
def main(pictures: tuple[Path, ...], names: str, pairs: tuple[str, ...], runs: int, output: Path | None) -> None:
    """Time each engine on each of PICTURES: cold, warm, warm against decoding, peak memory, warm against ours."""
    options = parse_options(pairs)
    engines = start(names, options)
    results: dict[str, Any] = {}
    for picture in pictures:
        decode = decode_time(picture, runs)
        height, width = cv2.imread(str(picture)).shape[:2]
        click.echo(f"{picture.name}: {width} x {height}, decoded in {decode:.3f} s")
        click.echo(f"  {'':<16}{'cold':>10}{'warm':>10}{'/ decode':>10}{'peak':>11}{'/ ours':>10}")
        speeds: dict[str, Speed] = {}
        for name, engine in engines.items():
            speeds[name] = measure(name, engine, options, picture, runs)
            click.echo(row(name, speeds[name], decode, speeds.get("ours")))
        results[str(picture)] = {
            "width": width, "height": height, "decode": decode,
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
