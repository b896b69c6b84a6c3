"""Transcribed pictures: ``NAME.png`` (or .jpg, ...) beside ``NAME.gt.txt``; their letters become samples.

The letters are cut by `find_letters` and put in order as reading does. Marks such as points and commas are
left aside on both sides. A picture whose number of letters is not that of its transcription is reported and
left out: which letter is which would be a guess.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr.errors import DataError, InputError
from ocr.reading.crops import normalise
from ocr.reading.image import open_pictures
from ocr.reading.ink import find_ink
from ocr.reading.letters import find_letters
from ocr.reading.lines import find_rows
from ocr.scoring import alphanumeric
from ocr.training.datasets import Samples
from ocr.training.formats.files import checksum
from ocr.training.formats.pictures import SUFFIXES, Geometry

LOOKS_LIKE = "a folder of transcribed pictures: NAME.png beside NAME.gt.txt"

log = logging.getLogger(__name__)


def recognises(path: Path) -> bool:
    """True for a folder with a transcription in it."""
    return path.is_dir() and any(path.glob("*.gt.txt"))


def load(path: Path, geometry: Geometry) -> dict[str, Samples]:
    """One set, each picture a writer. DataError when no picture agrees with its transcription."""
    crops, characters, writers, files = [], "", [], []
    for transcription in sorted(path.glob("*.gt.txt")):
        picture = picture_of(transcription)
        text = alphanumeric(transcription.read_text(encoding="utf-8"))
        patches = cut(picture)
        if len(patches) != len(text):
            log.warning(
                "%s: left out, %d letters found for %d in %s",
                picture,
                len(patches),
                len(text),
                transcription.name,
            )
            continue
        crops.append(normalise(patches))
        characters += text
        writers += [picture.stem] * len(text)
        files += [picture, transcription]
    if not characters:
        raise DataError(f"{path}: on no picture does the number of letters agree with its transcription")
    classes = tuple(sorted(set(characters)))
    labels = np.array([classes.index(character) for character in characters], np.int64)
    return {
        "train": Samples(
            np.concatenate(crops), labels, classes, np.array(writers), path.name, checksum(files)
        )
    }


def cut(picture: Path) -> list[NDArray[np.uint8]]:
    """The letters of a picture in reading order, each (h, w) uint8, 0 = paper, 255 = ink.

    DataError when the picture cannot be read.
    """
    try:
        page = next(iter(open_pictures(picture)))
        ink = find_ink(page.decode().gray)
    except InputError as error:
        raise DataError(str(error)) from error
    letters = find_letters(ink)
    return [
        letters.patch(index, ink)
        for row in find_rows(letters)
        for index in row.items
        if not letters.mark[index]
    ]


def picture_of(transcription: Path) -> Path:
    """The picture beside ``NAME.gt.txt``; DataError when there is none."""
    stem = transcription.name.removesuffix(".gt.txt")
    for suffix in sorted(SUFFIXES):
        picture = transcription.with_name(stem + suffix)
        if picture.exists():
            return picture
    suffixes = ", ".join(sorted(SUFFIXES))
    raise DataError(f"{transcription}: no picture beside it; looked for {stem} with {suffixes}")
