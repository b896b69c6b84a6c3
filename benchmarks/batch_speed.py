"""Pages a second, with one job and with two, and Tesseract's on the same pages."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import click
from batch_pages import make_pages
from batch_run import Batch, Stopwatch, common, folders, show


class Rate(NamedTuple):
    """Pages for each second of the clock, and for each second that processors worked."""

    pages_a_second: float
    pages_a_processor_second: float


@click.command()
@common("samples")
@click.option("--rounds", default=3, show_default=True, help="Turns of each, the best counts.")
@click.option("--scale", default=1.0, show_default=True, help="Size of the samples; 1 is as they are.")
@click.option("--every", default=10, show_default=True, help="Tesseract reads one page of so many.")
def speed(count: int, kind: str, seed: int, rounds: int, scale: float, every: int) -> None:
    """Pages a second with 1 and 2 jobs, and Tesseract's under xargs on the same pages, in turns.

    Pages for each second of processor time are told as well: they hold on a machine that does other things.
    The best of each is taken over all rounds.
    """
    with folders() as (pages, work):
        for name in make_pages(pages, count, kind, seed, scale):
            (pages / name).unlink()
        good = sorted(pages.rglob("*.jpg"))
        rates: dict[str, list[Rate]] = {}
        for turn in range(rounds):
            for jobs in (1, 2):
                batch = Batch(pages, work / f"{jobs}-{turn}", kind, "-j", str(jobs))
                watch = Stopwatch()
                _, said = batch.run()
                rates.setdefault(f"ours, jobs {jobs}", []).append(_rate(len(good), watch))
                assert f"{len(good)} read, 0 failed" in said, said
            if shutil.which("tesseract") and kind != "text":
                watch = Stopwatch()
                _tesseract(good[::every], work, jobs=2)
                rates.setdefault("tesseract, jobs 2", []).append(_rate(len(good[::every]), watch))
        best = {name: Rate(*map(max, zip(*found, strict=True))) for name, found in rates.items()}
        one, two = best["ours, jobs 1"], best["ours, jobs 2"]
        told: dict[str, object] = {"pages": len(good)}
        told |= {name: rate._asdict() for name, rate in best.items()}
        told["efficiency of 2 jobs"] = round(two.pages_a_second / one.pages_a_second / 2, 3)
        if tesseract := best.get("tesseract, jobs 2"):
            ratios = [round(ours / theirs, 1) for ours, theirs in zip(two, tesseract, strict=True)]
            told["ours / tesseract"] = Rate(*ratios)._asdict()
        show(told)


def _rate(pages: int, watch: Stopwatch) -> Rate:
    took = watch.read()
    return Rate(round(pages / took.seconds, 2), round(pages / took.processor_seconds, 2))


def _tesseract(pages: list[Path], work: Path, jobs: int) -> None:
    """One Tesseract with one thread for each page, ``jobs`` at a time; writes its texts to ``work``."""
    names = "\0".join(map(str, pages)).encode()
    output = str(work / "tesseract")  # each page overwrites it: what is written is not looked at
    command = ["xargs", "-0", "-P", str(jobs), "-I", "{}", "tesseract", "{}", output, "--psm", "11", "quiet"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(command, input=names, check=True, env=environment, **silent)
