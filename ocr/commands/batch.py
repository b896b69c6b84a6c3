"""``ocr-batch``: read whole folders, on all cores or on a cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ocr import __version__
from ocr.batch.executors import Executor
from ocr.batch.results import open_results, preview
from ocr.batch.run import Interrupt
from ocr.batch.task import Job
from ocr.commands._batch_options import executor_maker, job_options, progress_for
from ocr.commands._exits import exits
from ocr.errors import ExitCode

_EPILOG = """
\b
Examples:
  ocr-batch scans -o results
  ocr-batch scans 'letters/**/*.jpg' -o results -f text -f alto --jobs 4
  ocr-batch forms -o results --pattern 99-99-9999
  ocr-batch scans -o results --lexicon names.txt --limit-seconds 60 --max-memory 1G
  ocr-batch s3://bucket/scans -o results --engine ray --address auto
\b
Also:
  ocr-batch status OUT              what was done, and what failed and why
  ocr-batch watch FOLDER -o OUT     read what a scanner writes to FOLDER, as it arrives
\b
The same command again skips what is done, reads what is new or changed, and tries again what failed.
"""


class _RunIsTheDefault(click.Group):
    """``ocr-batch FOLDER`` is ``ocr-batch run FOLDER``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--version"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=_RunIsTheDefault, context_settings=_HELP)
@click.version_option(__version__, "--version", prog_name="ocr-batch")
def main() -> None:
    """Read whole folders of pictures."""


@main.command(epilog=_EPILOG, context_settings=_HELP)
@click.argument("inputs", metavar="FOLDER...", nargs=-1, required=True)
@job_options
@click.option("--force", is_flag=True, help="Read again what is done.")
@click.option("--retry-failed", is_flag=True, help="Read nothing but what failed before.")
@click.option("--dry-run", is_flag=True, help="Say what would be read and why, and read nothing.")
@click.option("--wait", is_flag=True, help="If another run writes to the same folder, wait for its end.")
@exits
def run(
    inputs: tuple[str, ...],
    output: str,
    force: bool,
    retry_failed: bool,
    dry_run: bool,
    wait: bool,
    job: Job,
    progress: str,
    **engine: Any,
) -> ExitCode:
    """Read all pictures in folders, files, patterns or addresses such as s3://bucket/scans."""
    make: Callable[[Job], Executor] = executor_maker(**engine)
    if dry_run:
        for choice in preview(output, job, inputs, force=force, only_failed=retry_failed):
            if choice.reason:
                click.echo(f"{choice.reason}\t{choice.task.source}")
        return ExitCode.OK
    interrupt = Interrupt()
    with open_results(output, job, wait=wait) as results:
        choices = results.choose(results.plan(inputs), force=force, only_failed=retry_failed)
        with interrupt.listening():
            tally = results.read(choices, make, progress_for(progress), interrupt)
    click.echo(
        f"{tally.done} read, {tally.failed} failed, {tally.skipped} skipped; details in "
        f"{Path(output) / 'summary.csv'}",
        err=True,
    )
    if interrupt.asked and tally.settled < tally.total:
        click.echo("interrupted; the same command goes on from here", err=True)
        return ExitCode.INTERRUPTED
    if not tally.failed:
        return ExitCode.OK
    return ExitCode.SOME_FAILED if tally.done or tally.skipped else ExitCode.NO_INPUT


@main.command(
    context_settings=_HELP,
    epilog="""\b
Examples:
  ocr-batch status results                  how far a run is, also while it runs
  watch -n 5 ocr-batch status results       again every five seconds""",
)
@click.argument("output", metavar="OUT", type=click.Path(path_type=Path))
@exits
def status(output: Path) -> ExitCode:
    """Say what was done in a folder of results: counts, rate, failures with reasons."""
    from ocr.batch.ledger import Ledger
    from ocr.batch.summary import status_lines

    with Ledger(output, read_only=True) as ledger:
        for line in status_lines(ledger.entries()):
            click.echo(line)
    return ExitCode.OK


@main.command(
    context_settings=_HELP,
    epilog="""\b
Examples:
  ocr-batch watch incoming -o results
  ocr-batch watch /mnt/scanner -o results -f text -f json --pattern 99-99-9999 --settle 10""",
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
@job_options
@click.option(
    "--settle",
    type=click.FloatRange(min=0.1),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a file must have stayed the same to be taken for whole.",
)
@exits
def watch(folder: str, output: str, settle: float, job: Job, progress: str, **engine: Any) -> ExitCode:
    """Read the pictures that arrive in FOLDER, until Ctrl-C."""
    from ocr.batch.watch import watch_folder

    make: Callable[[Job], Executor] = executor_maker(**engine)
    interrupt = Interrupt()
    with open_results(output, job) as results, make(job) as executor, interrupt.listening():
        watch_folder(results, executor, folder, progress_for(progress), interrupt, settle)
    return ExitCode.INTERRUPTED
