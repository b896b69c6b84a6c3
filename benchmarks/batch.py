"""Does `ocr-batch` lose anything, how fast is it, and how much memory does it take?

    python benchmarks/batch.py kills --pages 2000 --kills 20      killed with signal 9 at random moments
    python benchmarks/batch.py disks                              full and read-only disks (needs root, Linux)
    python benchmarks/batch.py speed --pages 200                  1 and 2 jobs, and Tesseract under xargs
    python benchmarks/batch.py memory --pages 5000                memory over time, drawn as a picture

``--quick`` reads text files with the reader of the tests: the machinery without the reading. All results are
printed as JSON. What they were is in docs/reliability.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import click
import psutil
from batch_pages import make_pages

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-c", "from ocr.commands.batch import main; main(prog_name='ocr-batch')"]
KEPT = {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "summary.csv", ".ocr-batch.lock"}


class Batch:
    """The command on some pages, as a process of its own."""

    def __init__(self, pages: Path, out: Path, quick: bool, *options: str) -> None:
        self.out = out
        self._command = [*COMMAND, str(pages), "-o", str(out), *options]
        if quick:
            self._command += ["--read-with", "tests.batch.fake:FakeReader"]

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(self._command, cwd=ROOT, stderr=subprocess.PIPE, text=True)

    def run(self) -> tuple[int, str, float]:
        """Exit code, what was said, seconds."""
        begin = time.perf_counter()
        run = self.start()
        _, said = run.communicate()
        return run.returncode, said.strip(), time.perf_counter() - begin

    def results(self) -> dict[str, str]:
        """Name and SHA-256 of every file that a run left, apart from its own books."""
        found = [path for path in sorted(self.out.rglob("*")) if path.is_file() and path.name not in KEPT]
        return {
            str(path.relative_to(self.out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found
        }

    def states(self) -> dict[str, str]:
        """The first line of ``ocr-batch status``: how many are done, have failed, are to do."""
        status = [*COMMAND, "status", str(self.out)]
        said = subprocess.run(status, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return {"files": said.splitlines()[0].split(None, 1)[1]}


@click.group()
def main() -> None:
    """Measure ocr-batch."""


_COMMON = [
    click.option("--pages", "count", default=2000, show_default=True, help="How many pages."),
    click.option("--quick", is_flag=True, help="Text files and the reader of the tests."),
    click.option("--seed", default=1, show_default=True),
]


def common(command: Any) -> Any:
    for option in reversed(_COMMON):
        command = option(command)
    return command


@main.command()
@common
@click.option("--kills", "wanted", default=20, show_default=True, help="How often to kill something.")
def kills(count: int, quick: bool, seed: int, wanted: int) -> None:
    """Kill the parent and workers at random moments, run again to the end, compare every byte."""
    with folders() as (pages, work):
        bad = make_pages(pages, count, seed, text=quick)
        options = ("-j", "2", "-f", "text", "-f", "json")
        unbroken = Batch(pages, work / "unbroken", quick, *options)
        code, said, seconds = unbroken.run()
        expected = unbroken.results()
        broken = Batch(pages, work / "broken", quick, *options)
        rng = random.Random(seed)
        killed = {"parent": 0, "worker": 0}
        runs, longest = 0, 0.3 + 2 * seconds / wanted
        while sum(killed.values()) < wanted:
            run, runs = broken.start(), runs + 1
            while sum(killed.values()) < wanted and _survives(run, rng.uniform(0.3, longest)):
                victim = "parent" if rng.random() < 0.5 else "worker"
                if _kill(run, victim, rng):
                    killed[victim] += 1
            if run.poll() is None and sum(killed.values()) >= wanted:
                run.kill()
            run.communicate()
            if run.returncode in (0, 1) and sum(killed.values()) < wanted:
                shutil.rmtree(broken.out)  # at its end too early: the rest of the kills hit another run
        for _ in range(3):
            code, said, _ = broken.run()
            runs += 1
        results = broken.results()
        show(
            {
                "pages": count,
                "bad pages": len(bad),
                "unbroken run, s": round(seconds, 1),
                "killed": killed,
                "runs": runs,
                "last run": said,
                "exit code": code,
                "documents expected": len(expected),
                "documents": len(results),
                "missing": len(expected.keys() - results.keys()),
                "unexpected": len(results.keys() - expected.keys()),
                "different": sum(
                    results[name] != expected[name] for name in results.keys() & expected.keys()
                ),
                "temporary files left": sum(1 for path in broken.out.rglob("*") if "tmp" in path.name),
                **broken.states(),
            }
        )


def _survives(run: subprocess.Popen[str], seconds: float) -> bool:
    """Wait; whether the run still runs afterwards."""
    with suppress(subprocess.TimeoutExpired):
        run.wait(seconds)
    return run.poll() is None


def _kill(run: subprocess.Popen[str], victim: str, rng: random.Random) -> bool:
    """Kill -9 the parent or one of its workers; False when there is none."""
    if victim == "parent":
        run.kill()
        run.wait()
        return True
    with suppress(psutil.Error):
        children = psutil.Process(run.pid).children()
        workers = [child for child in children if "spawn_main" in str(child.cmdline())]
        if workers:
            rng.choice(workers).send_signal(signal.SIGKILL)
            return True
    return False


@main.command()
@common
def disks(count: int, quick: bool, seed: int) -> None:
    """A disk that is full after a megabyte, then larger, then read-only. Mounts a tmpfs: Linux, as root."""
    with folders() as (pages, work):
        make_pages(pages, count, seed, text=quick)
        out = work / "disk"
        out.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", out], check=True)
        try:
            batch = Batch(pages, out, quick, "-f", "text", "-f", "json")
            code, said, _ = batch.run()
            full = {"exit code": code, "said": said.splitlines()[-1], **batch.states()}
            subprocess.run(["mount", "-o", "remount,size=500m", out], check=True)
            code, said, _ = batch.run()
            mended = {"exit code": code, "said": said, **batch.states()}
            subprocess.run(["mount", "-o", "remount,ro", out], check=True)
            code, said, _ = batch.run()
            read_only = {"exit code": code, "said": said, **batch.states()}
        finally:
            subprocess.run(["umount", out], check=True)
        show({"full": full, "after more room was made": mended, "read-only": read_only})


@main.command()
@common
@click.option("--rounds", default=3, show_default=True, help="Turns of each, the best counts.")
@click.option("--scale", default=1.0, show_default=True, help="Size of the pages; 1 is that of the samples.")
def speed(count: int, quick: bool, seed: int, rounds: int, scale: float) -> None:
    """Pages a second with 1 and 2 jobs, and Tesseract's under xargs on the same pages, in turns.

    Pages for each second of processor time are told as well: they hold on a machine that does other things.
    """
    with folders() as (pages, work):
        bad = make_pages(pages, count, seed, text=quick, scale=scale)
        for name in bad:
            (pages / name).unlink()
        good = count - len(bad)
        best: dict[str, Rate] = {}
        for turn in range(rounds):
            for jobs in (1, 2):
                batch = Batch(pages, work / f"{jobs}-{turn}", quick, "-j", str(jobs))
                with measured(best, f"ours, jobs {jobs}", good):
                    _, said, _ = batch.run()
                assert f"{good} read, 0 failed" in said, said
            if shutil.which("tesseract") and not quick:
                part = sorted(pages.rglob("*.jpg"))[::10]
                with measured(best, "tesseract, jobs 2", len(part)):
                    _tesseract(part, jobs=2)
                for page in part:
                    page.with_name(page.name + ".txt").unlink()
        one, two = best["ours, jobs 1"], best["ours, jobs 2"]
        told: dict[str, object] = {"pages": good, **{name: rate._asdict() for name, rate in best.items()}}
        told["efficiency of 2 jobs"] = round(two.pages_a_second / one.pages_a_second / 2, 3)
        if tesseract := best.get("tesseract, jobs 2"):
            ratios = [round(ours / theirs, 1) for ours, theirs in zip(two, tesseract, strict=True)]
            told["ours / tesseract"] = Rate(*ratios)._asdict()
        show(told)


class Rate(NamedTuple):
    """Pages for each second of the clock, and for each second that processors worked."""

    pages_a_second: float
    pages_a_processor_second: float


@contextmanager
def measured(best: dict[str, Rate], name: str, pages: int) -> Iterator[None]:
    """Enter in ``best`` how fast ``pages`` were done, if it is the best so far."""
    begin, before = time.perf_counter(), _processor_seconds()
    yield
    seconds, worked = time.perf_counter() - begin, _processor_seconds() - before
    rate = Rate(round(pages / seconds, 2), round(pages / worked, 2))
    best[name] = max(best.get(name, rate), rate)


def _processor_seconds() -> float:
    """Processor time of all processes that were started from here and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _tesseract(pages: list[Path], jobs: int) -> None:
    """One Tesseract with one thread for each page, ``jobs`` at a time; writes PAGE.txt."""
    names = "\0".join(map(str, pages)).encode()
    command = ["xargs", "-0", "-P", str(jobs), "-I", "{}", "tesseract", "{}", "{}", "--psm", "11", "quiet"]
    subprocess.run(
        command,
        input=names,
        check=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@main.command()
@common
@click.option("--picture", type=click.Path(path_type=Path), help="Where to draw memory over time.")
def memory(count: int, quick: bool, seed: int, picture: Path | None) -> None:
    """Resident memory of the parent and its workers, twice a second."""
    with folders() as (pages, work):
        make_pages(pages, count, seed, text=quick)
        run = Batch(pages, work / "out", quick, "-j", "2", "-f", "json").start()
        seen: list[tuple[float, float, float]] = []
        begin = time.monotonic()
        while run.poll() is None:
            with suppress(psutil.Error):
                parent = psutil.Process(run.pid)
                workers = [child.memory_info().rss for child in parent.children()]
                seen.append(
                    (
                        time.monotonic() - begin,
                        parent.memory_info().rss / 2**20,
                        max(workers, default=0) / 2**20,
                    )
                )
            time.sleep(0.5)
        run.communicate()
        # The first fifth is start and the first large pages; what matters is whether it goes on growing.
        later = seen[len(seen) // 5 :]
        half = len(later) // 2
        told: dict[str, object] = {"pages": count, "seconds": round(seen[-1][0], 1)}
        for name, column in (("parent", 1), ("largest worker", 2)):
            values = [row[column] for row in later]
            told[f"{name}, MB"] = {
                "first half": round(max(values[:half])),
                "second half": round(max(values[half:])),
            }
        if picture:
            _draw(seen, picture)
        show(told)


def _draw(seen: list[tuple[float, float, float]], picture: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 3), layout="constrained")
    seconds, parent, worker = zip(*seen, strict=True)
    axes.plot(seconds, parent, label="parent")
    axes.plot(seconds, worker, label="largest worker")
    axes.set(xlabel="seconds", ylabel="resident memory, MB", ylim=(0, None))
    axes.legend()
    figure.savefig(picture, dpi=100)


@contextmanager
def folders() -> Iterator[tuple[Path, Path]]:
    """A folder for pages and one for results, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="ocr-batch-") as folder:
        pages, work = Path(folder, "pages"), Path(folder, "work")
        pages.mkdir()
        work.mkdir()
        yield pages, work


def show(result: dict[str, object]) -> None:
    click.echo(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
