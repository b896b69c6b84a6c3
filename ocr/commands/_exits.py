"""How every command ends: one line on standard error and one of the codes in `ocr.errors.ExitCode`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

import click

from ocr.commands._start import interruptible
from ocr.errors import ExitCode, OcrError, exit_code


def exits(command: Callable[..., ExitCode]) -> Callable[..., NoReturn]:
    """Turn what a command returns or raises into its exit code; a user's mistake never shows a traceback."""

    @wraps(command)
    def ending(*args: Any, **options: Any) -> NoReturn:
        context = click.get_current_context()
        try:
            with interruptible():
                code = command(*args, **options)
        except OcrError as error:
            complain(str(error))
            code = exit_code(error)
        except KeyboardInterrupt as error:
            complain("interrupted")
            code = exit_code(error)
        except BrokenPipeError:
            # Whoever read our output (head, less) has seen enough, and that is no error.
            # Python would complain when it flushes standard output at the end: give it somewhere to go.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = ExitCode.OK
        context.exit(code)

    return ending


def complain(message: str) -> None:
    """Say on standard error, in one line, what is wrong."""
    name = click.get_current_context().find_root().info_name
    click.echo(f"{name}: {message}", err=True)
