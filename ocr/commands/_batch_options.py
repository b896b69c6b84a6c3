"""Options that ``ocr-batch`` and ``ocr-batch watch`` have in common, and what they are turned into."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from ocr.batch.executors import Executor
from ocr.batch.progress import JsonLines, Progress, Silent, Terminal
from ocr.batch.task import Job
from ocr.commands._reader_options import opening_options, reader_options
from ocr.errors import MissingExtra
from ocr.formats import FORMATS


class Bytes(click.ParamType):
    """An amount of memory: ``800M``, ``2G``."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"([0-9]{1,12})([KMG]?)B?", value.upper())
        if not match or not int(match[1]):
            self.fail(f"'{value}' is not an amount of memory; write 800M or 2G", param, ctx)
        return int(match[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[match[2]]


_OPTIONS: list[Callable[..., Any]] = [
    click.option(
        "-o", "--output", required=True, metavar="OUT", help="Folder for the results, made if need be."
    ),
    click.option(
        "-f",
        "--format",
        "formats",
        multiple=True,
        default=["text"],
        type=click.Choice(list(FORMATS)),
        help="What to write, may be given several times.  [default: text]",
    ),
    click.option(
        "-j", "--jobs", type=click.IntRange(min=1), help="Worker processes.  [default: one for each core]"
    ),
    reader_options,
    opening_options,
    click.option(
        "--limit-seconds",
        type=click.FloatRange(min=0.01),
        default=None,
        metavar="SECONDS",
        help="Give up a file that takes longer.",
    ),
    click.option(
        "--max-memory", type=Bytes(), help="Give up a file whose worker takes more memory, as in 800M."
    ),
    click.option(
        "--engine",
        type=click.Choice(["local", "serial", "ray"]),
        default="local",
        show_default=True,
        help="Worker processes, this process, or a Ray cluster.",
    ),
    click.option(
        "--address",
        default="auto",
        show_default=True,
        metavar="ADDRESS",
        help="The Ray cluster: auto, ray://host:10001, or local for one of its own.",
    ),
    click.option(
        "--progress",
        type=click.Choice(["auto", "json", "none"]),
        default="auto",
        show_default=True,
        help="A line on a terminal, JSON lines on standard error, or nothing.",
    ),
    click.option("--read-with", default=Job().reader, hidden=True, help="Another reader, as MODULE:CLASS."),
]


def job_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the command gets ``output``, ``job``, ``progress`` and those of `executor_maker`."""

    @wraps(command)
    def called(
        *,
        formats: tuple[str, ...],
        read_with: str,
        reading: dict[str, Any],
        opening: dict[str, Any],
        **rest: Any,
    ) -> Any:
        job = Job(tuple(dict.fromkeys(formats)), read_with, {**reading, **opening})
        return command(job=job, **rest)

    for option in reversed(_OPTIONS):
        called = option(called)
    return called


def executor_maker(
    *, engine: str, jobs: int | None, address: str, limit_seconds: float | None, max_memory: int | None
) -> Callable[[Job], Executor]:
    """What makes the executor that the options ask for. UsageError for options that it does not know."""
    seconds, memory = limit_seconds or 0.0, max_memory or 0
    if engine == "serial":
        if seconds or memory or (jobs or 1) > 1:
            raise click.UsageError("--engine serial has one job and no limits")
        from ocr.batch.executors.serial import SerialExecutor

        return SerialExecutor
    if engine == "ray":
        if memory:
            raise click.UsageError("--max-memory is not for --engine ray, which watches memory itself")
        from ocr.batch.executors.ray import RayExecutor

        return lambda job: RayExecutor(job, jobs or 0, address, seconds)
    from ocr.batch.executors.local import LocalExecutor
    from ocr.batch.executors.process import Limits

    if memory:
        _check_psutil()
    return lambda job: LocalExecutor(job, jobs or _cores(), Limits(seconds, memory))


def progress_for(kind: str) -> Progress:
    if kind == "json":
        return JsonLines()
    return Terminal() if kind == "auto" and sys.stderr.isatty() else Silent()


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check_psutil() -> None:
    try:
        import psutil  # noqa: F401
    except ImportError as error:
        raise MissingExtra("--max-memory", "batch") from error
