"""``ocr-train measure``: a model tried on genuine letters, the figures noted in its card."""

from __future__ import annotations

from pathlib import Path

import click

from ocr.commands._exits import exits
from ocr.errors import ExitCode

_PATH = click.Path(path_type=Path)


@click.command(
    epilog="""\b
Example:
  ocr-train measure mine.onnx --data nist36"""
)
@click.argument("model", type=_PATH)
@click.option("--data", type=_PATH, required=True, help="Labelled letters that the model did not learn from.")
@exits
def measure(model: Path, data: Path) -> ExitCode:
    """Measure MODEL (.onnx) on labelled letters and note the figures, with the set's name, in its card."""
    from ocr.training import genuine

    entries = genuine.measure(model, data)
    genuine.note(model, entries)
    for entry in entries:
        click.echo(f"{entry['value']:8.2%}  {entry['name']}: {entry['test_set']}")
    return ExitCode.OK
