"""Read photographs and scans of hand-printed text.

>>> import ocr
>>> page = ocr.read("photo.jpg")
>>> print(page.text)

Names are imported when first used, so that ``import ocr`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocr.errors import ExitCode, InputError, ModelError, OcrError, OutputError
    from ocr.page import Box, Letter, Line, Page, Word
    from ocr.reading.reader import Reader, read

__version__ = "0.1.0"

_HOME = {
    "ExitCode": "ocr.errors",
    "InputError": "ocr.errors",
    "ModelError": "ocr.errors",
    "OcrError": "ocr.errors",
    "OutputError": "ocr.errors",
    "Box": "ocr.page",
    "Letter": "ocr.page",
    "Line": "ocr.page",
    "Page": "ocr.page",
    "Word": "ocr.page",
    "Reader": "ocr.reading.reader",
    "read": "ocr.reading.reader",
}

__all__ = [
    "Box",
    "ExitCode",
    "InputError",
    "Letter",
    "Line",
    "ModelError",
    "OcrError",
    "OutputError",
    "Page",
    "Reader",
    "Word",
    "__version__",
    "read",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'ocr' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
