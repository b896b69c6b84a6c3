"""Everything a run needs, opened in the right order and closed again: what the commands call."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ocr import formats
from ocr.batch.executors import Executor
from ocr.batch.ledger import NAME, Ledger
from ocr.batch.lock import locked
from ocr.batch.outputs import Outputs
from ocr.batch.plan import Plan, make_plan
from ocr.batch.progress import Progress, Tally
from ocr.batch.run import Choice, Interrupt, Run, choose
from ocr.batch.summary import SUMMARY, summary_csv
from ocr.batch.task import Job
from ocr.batch.worker import find_reader
from ocr.errors import OutputError


@dataclass(frozen=True, slots=True)
class Results:
    """A folder of results that is locked and open for writing."""

    job: Job
    ledger: Ledger
    outputs: Outputs
    settings: str
    models: str

    def plan(self, inputs: Sequence[str], *, may_be_empty: bool = False) -> Plan:
        """The pictures in ``inputs``, named as in earlier runs. InputError when there are none."""
        plan = make_plan(
            inputs,
            base=self.ledger.about("base"),
            leave_out=str(self.outputs.folder),
            may_be_empty=may_be_empty,
        )
        self.ledger.set_about("base", plan.base)
        return plan

    def choose(self, plan: Plan, *, force: bool = False, only_failed: bool = False) -> list[Choice]:
        """Each file of the plan with the reason to read it, empty if there is none."""
        return list(
            choose(
                plan.tasks,
                self.ledger,
                self.outputs,
                self.settings,
                self.models,
                force=force,
                only_failed=only_failed,
            )
        )

    def read(
        self,
        choices: Sequence[Choice],
        make_executor: Callable[[Job], Executor],
        progress: Progress,
        interrupt: Interrupt,
    ) -> Tally:
        """Read what was chosen, and write the summary, however it ends, if there is room for one."""
        tasks = [choice.task for choice in choices if choice.reason]
        self.ledger.add(tasks)
        if not tasks:
            self.write_summary()
            return Tally(skipped=len(choices))
        full = False
        try:
            with make_executor(self.job) as executor:
                run = self.run(executor, progress, interrupt)
                run.tally.total, run.tally.skipped = len(tasks), len(choices) - len(tasks)
                try:
                    run.do(tasks)
                finally:
                    progress.finish(run.tally)
        except OutputError:
            full = True
            raise
        finally:
            if not full:  # one more error would hide the first
                self.write_summary()
        return run.tally

    def run(self, executor: Executor, progress: Progress, interrupt: Interrupt) -> Run:
        """A run that writes here and reads with ``executor``, which has been entered."""
        return Run(executor, self.ledger, self.outputs, self.settings, self.models, progress, interrupt)

    def write_summary(self) -> None:
        self.outputs.write([(SUMMARY, summary_csv(self.ledger.entries()))])


@contextmanager
def open_results(folder: str | os.PathLike[str], job: Job, *, wait: bool = False) -> Iterator[Results]:
    """Lock ``folder`` and open what is in it.

    Raises OcrError before anything is written when a format, a model or a library is missing, and OutputError
    when the folder cannot be written to or another run has it.
    """
    models = _check(job)
    path = Path(folder).absolute()
    with locked(path, wait), Outputs(path) as outputs, Ledger(path) as ledger:
        yield Results(job, ledger, outputs, job.checksum(), models)


def preview(
    folder: str | os.PathLike[str],
    job: Job,
    inputs: Sequence[str],
    *,
    force: bool = False,
    only_failed: bool = False,
) -> list[Choice]:
    """What a run would choose, without writing anything anywhere."""
    models = _check(job)
    path = Path(folder).absolute()
    with ExitStack() as opened:
        ledger = opened.enter_context(Ledger(path, read_only=True)) if (path / NAME).exists() else None
        plan = make_plan(inputs, base=ledger.about("base") if ledger else "", leave_out=str(path))
        return list(
            choose(
                plan.tasks,
                ledger,
                Outputs(path),
                job.checksum(),
                models,
                force=force,
                only_failed=only_failed,
            )
        )


def _check(job: Job) -> str:
    """The checksum of the models; OcrError for what would make every file fail."""
    for name in job.formats:
        formats.check(name)
    checksum: str = find_reader(job.reader).models(**job.options)
    return checksum
