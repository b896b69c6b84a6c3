"""A row reader's network that is told what it will say at either look, and drawn rows to say it of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading.ink import Ink, find_ink
from ocr.reading.letters import Letters, find_letters
from ocr.reading.lines import Row, find_rows
from ocr.reading.rows.ctc import CLASSES, encode
from ocr.reading.rows.picture import MARGIN

HEIGHT = 1.6  # scale of the letters, for OpenCV
Found = tuple[Ink, Letters, list[Row]]


class ToldNetwork:
    """Says ``texts``, one for each strip in turn, and the same for its closer picture: letters evenly along it."""

    name = "told"
    stride = 4
    temperature = 1.0

    def __init__(self, texts: Sequence[str], sure: float = 8.0) -> None:
        self.texts: Iterator[str] = iter(texts)
        self.sure = sure
        self.card: dict[str, Any] = {}
        self.asked = 0

    def logits(self, pictures: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        self.asked += len(pictures)
        texts = [next(self.texts) for _ in range(len(pictures) // 2)]
        return [self._said(text, picture.shape[1]) for text, picture in zip(texts * 2, pictures, strict=True)]

    def _said(self, text: str, width: int) -> NDArray[np.float32]:
        said = np.zeros((-(-width // self.stride), CLASSES), np.float32)
        said[:, 0] = self.sure
        step = (width - 2 * MARGIN) / max(len(text), 1)
        for place, number in enumerate(encode(text)):
            column = round((MARGIN + (place + 0.5) * step) / self.stride)
            said[column] = 0
            said[column, number] = self.sure
        return said


def drawn(*texts: str, pitch: int = 44, join: bool = False) -> Found:
    """Rows of letters at even distances, as they are found on a page; ``join`` draws a line through each word."""
    gray = np.full((70 + 90 * len(texts), 100 + pitch * max(map(len, texts))), 230, np.uint8)
    rng = np.random.default_rng(4)
    for number, text in enumerate(texts):
        base = 90 + 90 * number
        for place, character in enumerate(text):
            if character == " ":
                continue
            (width, _), _ = cv2.getTextSize(character, cv2.FONT_HERSHEY_SIMPLEX, HEIGHT, 4)
            at = (50 + pitch * place + (pitch - width) // 2, base + int(rng.integers(-3, 4)))
            cv2.putText(gray, character, at, cv2.FONT_HERSHEY_SIMPLEX, HEIGHT, 40, 4, cv2.LINE_AA)
            if join and place and text[place - 1] != " ":
                cv2.line(gray, (at[0] - pitch // 2, base - 10), (at[0] + pitch // 2, base - 8), 40, 4)
    ink = find_ink(cv2.GaussianBlur(gray, (0, 0), 0.7))
    letters = find_letters(ink)
    return ink, letters, find_rows(letters)
