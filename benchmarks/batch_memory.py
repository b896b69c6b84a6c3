"""Resident memory of a long run."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
import psutil
from batch_pages import make_pages
from batch_run import Batch, Stopwatch, common, folders, show


class Seen(NamedTuple):
    """Seconds since the start, and megabytes of resident memory."""

    seconds: float
    parent: float
    largest_worker: float


@click.command()
@common("short")
@click.option("--picture", type=click.Path(path_type=Path), help="Where to draw memory over time.")
def memory(count: int, kind: str, seed: int, picture: Path | None) -> None:
    """Resident memory of the parent and its workers, twice a second."""
    with folders() as (pages, work):
        make_pages(pages, count, kind, seed)
        watch = Stopwatch()
        seen = _follow(Batch(pages, work / "out", kind, "-j", "2", "-f", "json"))
        took = watch.read()
        told: dict[str, object] = {
            "pages": count,
            "seconds": round(took.seconds, 1),
            "processor seconds": round(took.processor_seconds, 1),
        }
        # The first fifth is start and the first large pages; what matters is whether it goes on growing.
        later = np.array(seen[len(seen) // 5 :])
        first, second = np.array_split(later, 2)
        for column, name in enumerate(Seen._fields[1:], 1):
            growth = np.polyfit(later[:, 0] / took.seconds * count / 1000, later[:, column], 1)[0]
            told[f"{name.replace('_', ' ')}, MB"] = {
                "highest of the first half": round(float(first[:, column].max()), 1),
                "highest of the second half": round(float(second[:, column].max()), 1),
                "growth for 1000 pages": round(float(growth), 2),
            }
        if picture:
            _draw(seen, picture, f"{count:,} pages")
        show(told)


def _follow(batch: Batch) -> list[Seen]:
    """Run to the end, and look twice a second."""
    run = batch.start()
    seen: list[Seen] = []
    begin = time.monotonic()
    while run.poll() is None:
        with suppress(psutil.Error):
            parent = psutil.Process(run.pid)
            workers = [child.memory_info().rss for child in parent.children()]
            now = time.monotonic() - begin
            seen.append(Seen(now, parent.memory_info().rss / 2**20, max(workers, default=0) / 2**20))
        time.sleep(0.5)
    run.communicate()
    return seen


def _draw(seen: list[Seen], picture: Path, title: str) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    seconds, parent, worker = np.array(seen).T
    figure, axes = pyplot.subplots(figsize=(8, 3), layout="constrained")
    axes.plot(seconds / 60, worker, label="largest worker")
    axes.plot(seconds / 60, parent, label="parent")
    axes.set(xlabel="minutes", ylabel="resident memory, MB", ylim=(0, None), title=title)
    axes.legend(loc="center right")
    figure.savefig(picture, dpi=80)
