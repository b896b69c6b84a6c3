"""Pages on their side and on their head: how many are turned upright, what they are read with then, what it costs.

    OMP_NUM_THREADS=1 python benchmarks/orientation.py FOLDER...
    python benchmarks/orientation.py FOLDER... --turn 0 --option reader=letters

Every picture with a transcription beside it (NAME.gt.txt) is read as it is and turned counterclockwise by 90, 180 and
270 degrees. Errors are (a) of docs/accuracy.md: characters in percent, case ignored. Time is of a processor,
for pages that stand upright also without looking for turns (``rotate=0``).
"""

from __future__ import annotations

import time
from pathlib import Path

import click
import numpy as np
from accuracy import find_groups, read_truth
from engines import parse_options

from ocr.page import Page
from ocr.reading.image import PicturePage, open_pictures
from ocr.reading.reader import Reader
from ocr.scoring import score, total


def timed(reader: Reader, page: PicturePage) -> tuple[Page, float]:
    """The page as read, and seconds of the processor."""
    start = time.process_time()
    read = reader.read(page)
    return read, time.process_time() - start


@click.command()
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--turn", "turns", type=click.Choice(["0", "90", "180", "270"]), multiple=True, help="Only these."
)
@click.option("--option", "options", multiple=True, help="KEY=VALUE for the reader.")
def main(folders: tuple[Path, ...], turns: tuple[str, ...], options: tuple[str, ...]) -> None:
    """Read the transcribed pictures of FOLDERS in four turns."""
    parsed = parse_options(options)
    reader, plain = Reader(**parsed), Reader(**parsed, rotate="0")
    pictures = [path for folder in folders for group in find_groups(folder).values() for path in group]
    click.echo("turn  pages  turned wrongly  left as they were  errors  seconds")
    for turn in map(int, turns or ("0", "90", "180", "270")):
        wrong = left = 0
        seconds = without = 0.0
        scores = []
        for picture in pictures:
            gray = next(iter(open_pictures(picture, pages=(1,)))).decode().gray
            source = next(iter(open_pictures(np.ascontiguousarray(np.rot90(gray, turn // 90)))))
            page, took = timed(reader, source)
            seconds += took
            if turn == 0:
                without += timed(plain, source)[1]
            wrong += page.rotation not in (0, turn)
            left += page.rotation == 0 != turn
            scores.append(score(read_truth(picture), page.text))
        errors = 100 * total(scores).folded.rate
        beside = f" ({without:.1f} with rotate=0)" if turn == 0 else ""
        click.echo(f"{turn:4} {len(pictures):6} {wrong:15} {left:18} {errors:6.1f} % {seconds:8.1f}{beside}")


if __name__ == "__main__":
    main()
