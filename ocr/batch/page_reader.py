"""What a worker reads with, unless it is told to use something else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ocr import store
from ocr.page import Page
from ocr.reading.image import MAX_PIXELS, open_pictures


class PageReader:
    """Reads all pages of a file. ``max_pixels`` is for opening, every other option for `Reader`.

    Any class with these methods can take its place (`ocr.batch.task.Job.reader`).
    """

    def __init__(self, max_pixels: int = MAX_PIXELS, **options: Any) -> None:
        from ocr.reading.reader import Reader

        self._max_pixels = max_pixels
        self._reader = Reader(threads=1, **options)

    def pages(self, source: Path | bytes) -> Iterator[Page]:
        """The pages of a picture file, read one by one. InputError when one of them cannot be."""
        for picture in open_pictures(source, max_pixels=self._max_pixels):
            yield self._reader.read(picture)

    @staticmethod
    def models(model: str = "nist36-cnn", **_: Any) -> str:
        """SHA-256 over all that is trained and could change a result. ModelError without ``model``."""
        used = {store.load(model)["sha256"]}
        for card in sorted(store.models_folder().glob("*.json")):
            content = json.loads(card.read_text(encoding="utf-8"))
            if content.get("kind") in ("rows", "language", "denoiser"):
                used.add(content["sha256"])
        return hashlib.sha256("".join(sorted(used)).encode()).hexdigest()
