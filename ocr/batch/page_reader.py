"""What a worker reads with, unless it is told to use something else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from ocr import store
from ocr.errors import ModelError, SettingError
from ocr.page import Page
from ocr.reading.image import MAX_PIXELS, PDF_DPI, open_pictures


class PageReader:
    """Reads all pages of a file. ``max_pixels`` and ``pdf_dpi`` are for opening, the others for `Reader`.

    Any class with these methods can take its place (`ocr.batch.task.Job.reader`).
    """

    def __init__(self, max_pixels: int = MAX_PIXELS, pdf_dpi: float = PDF_DPI, **options: Any) -> None:
        """Load the models. SettingError for a charset, pattern or lexicon that they cannot write."""
        from ocr.reading.reader import Reader

        self._open = partial(open_pictures, max_pixels=max_pixels, pdf_dpi=pdf_dpi)
        try:
            self._reader = Reader(threads=1, **options)
        except ValueError as error:
            raise SettingError(str(error)) from error

    def pages(self, source: Path | bytes) -> Iterator[Page]:
        """The pages of a picture file, read one by one. InputError when one of them cannot be."""
        for picture in self._open(source):
            yield self._reader.read(picture)

    @staticmethod
    def models(model: str = store.LETTERS, rows_model: str = store.ROWS, **_: Any) -> str:
        """SHA-256 over all that is trained and could change a result. ModelError without ``model``.

        Over the cards: they name the SHA-256 of the weights, and hold how far each model is trusted, which is
        learned, too.
        """
        used = [store.load(model, kind="letters").card]
        with suppress(ModelError):  # pages may be read without it; if not, that is for the reader to say
            used.append(store.load(rows_model, kind="rows").card)
        cards = (json.loads(card.read_text("utf-8")) for card in store.models_folder().glob("*.json"))
        used += [card for card in cards if card.get("kind") in ("rows", "language", "denoiser")]
        content = sorted({json.dumps(card, sort_keys=True) for card in used})
        return hashlib.sha256("".join(content).encode()).hexdigest()
