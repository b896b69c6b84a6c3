"""What can go wrong, and which exit code says so.

    OcrError                 1   base: message says which file, what is wrong, what to do next
    ├── InputError           3   a picture that cannot be read
    │   ├── PictureTooLarge      more pixels than the limit allows
    │   └── PictureEncrypted     needs a password
    ├── OutputError          4   a result that cannot be written
    ├── ModelError           5   a model that is missing, damaged or of the wrong kind
    ├── MissingExtra         6   an optional part that is not installed
    ├── DataError            3   training or evaluation data that cannot be used
    └── SettingError         2   an option that cannot be had here, or not with the others

`exit_code()` is the one place where an exception becomes a number.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    NO_INPUT = 3
    NO_OUTPUT = 4
    BAD_MODEL = 5
    MISSING_EXTRA = 6
    INTERRUPTED = 130


class OcrError(Exception):
    """Base of every error that is the caller's to mend; its message is one line fit for a person."""

    code = ExitCode.SOME_FAILED


class InputError(OcrError):
    """A picture cannot be read; the message names the file and the reason."""

    code = ExitCode.NO_INPUT


class PictureTooLarge(InputError):
    """The header announces more pixels than the limit allows."""


class PictureEncrypted(InputError):
    """The file needs a password."""


class DataError(OcrError):
    """Training or evaluation data cannot be used; the message names the file and the key."""

    code = ExitCode.NO_INPUT


class SettingError(OcrError):
    """An option cannot be had on this machine or together with the others: wrong usage, found out late."""

    code = ExitCode.USAGE


class OutputError(OcrError):
    """A result cannot be written."""

    code = ExitCode.NO_OUTPUT


class ModelError(OcrError):
    """A model file is missing, damaged or of the wrong kind; the message names file and key."""

    code = ExitCode.BAD_MODEL


class MissingExtra(OcrError):
    """An optional part is not installed; the message gives the pip line."""

    code = ExitCode.MISSING_EXTRA

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional part: pip install 'handprint-ocr[{extra}]'")
        self.extra = extra


def exit_code(error: BaseException) -> ExitCode:
    """The exit code for an exception that ends a command."""
    if isinstance(error, OcrError):
        return error.code
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    return ExitCode.SOME_FAILED
