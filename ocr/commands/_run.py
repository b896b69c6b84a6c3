"""One run over the images that a command was given: read what can be read, remember what failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ocr.commands._exits import complain
from ocr.commands._output import Output
from ocr.errors import ExitCode, InputError, MissingExtra
from ocr.page import Page

if TYPE_CHECKING:
    from ocr.reading.image import PicturePage
    from ocr.reading.reader import Reader


@dataclass
class Run:
    """Reads one image after the other; an image or page that fails is complained about and passed over.

    opening:        options of `open_pictures`.
    picture:        where to draw what was found, None for no drawing.
    min_confidence: letters below it are filled with colour in the drawing.
    several:        whether there may be more than one page: known once the first one is there.
    """

    images: tuple[str, ...]
    reader: Reader
    opening: dict[str, Any]
    picture: Path | None
    min_confidence: float
    quiet: bool
    verbose: bool
    several: bool = False
    done: int = 0
    failures: list[InputError | MissingExtra] = field(default_factory=list)

    def results(self) -> Iterator[Page]:
        """The pages, each read when it is asked for."""
        self.several = len(self.images) > 1
        for source in self._pages():
            self.several |= source.count > 1
            started = perf_counter()
            try:
                page = self.reader.read(source)
            except InputError as error:
                self._failed(error)
                continue
            self.done += 1
            self._tell(page, perf_counter() - started)
            if self.picture:
                self._draw(self.picture, source, page)
            yield page

    def exit_code(self) -> ExitCode:
        """How the command ends, once there are no more results."""
        if not self.failures:
            return ExitCode.OK
        if self.done:
            return ExitCode.SOME_FAILED
        missing = all(isinstance(error, MissingExtra) for error in self.failures)
        return ExitCode.MISSING_EXTRA if missing else ExitCode.NO_INPUT

    def _pages(self) -> Iterator[PicturePage]:
        from ocr.reading.image import open_pictures

        for image in self.images:
            try:
                pages = open_pictures(image, **self.opening)
            except (InputError, MissingExtra) as error:
                self._failed(error)
                continue
            while True:
                try:
                    yield next(pages)
                except StopIteration:
                    break
                except InputError as error:
                    self._failed(error)

    def _failed(self, error: InputError | MissingExtra) -> None:
        self.failures.append(error)
        complain(str(error))

    def _tell(self, page: Page, seconds: float) -> None:
        name = f"{page.source}, page {page.number}" if page.number > 1 else page.source
        letters = list(page.letters)
        if not letters and not self.quiet:
            complain(f"{name}: no letters found")
        elif letters and self.verbose:
            sure = sum(letter.confidence for letter in letters) / len(letters)
            words = sum(1 for _ in page.words)
            complain(
                f"{name}: {page.width} x {page.height} pixels in {seconds:.2f} s, "
                f"{len(page.lines)} lines, {words} words, {len(letters)} letters, "
                f"mean confidence {sure:.3f}"
            )

    def _draw(self, path: Path, source: PicturePage, page: Page) -> None:
        from ocr.reading.drawing import draw, save

        if self.several:
            path = path.with_stem(f"{path.stem}-{self.done}")
        with Output(path) as target:
            save(draw(source, page, self.min_confidence), target.stream, path.suffix)
