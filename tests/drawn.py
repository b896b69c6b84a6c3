"""Pages drawn for tests: known letters at known places, from a stroke alphabet of our own."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

# Strokes on a grid 4 wide and 6 high, y down; points as two digits, strokes parted by spaces.
STROKES = {
    "A": "062046 1333", "B": "0006 0030413203 334445362606 2303", "C": "41301001051636 3645",
    "D": "000626454120 2000", "E": "40000646 0333", "F": "400006 0333", "G": "413010010516364543 4323",
    "H": "0006 4046 0343", "I": "0006", "J": "4045361605", "K": "0006 400346", "L": "000646", "M": "0600234046",
    "N": "06004640", "O": "100105163645413010", "P": "06003041423303", "Q": "100105163645413010 2446",
    "R": "06003041423303 2346", "S": "413010010213334445361605", "T": "0040 2026", "U": "000516364540",
    "V": "002640", "W": "0016233640", "X": "0046 4006", "Y": "002340 2326", "Z": "00400646",
    "0": "100105163645413010 4006", "1": "022026", "2": "01103041420646", "3": "011030414223 234445361605",
    "4": "36300444", "5": "400002324344453616", "6": "4130100105163645443302", "7": "004016",
    "8": "1001021344453616050431424130 3010", "9": "424130100102134340 4346",
}  # fmt: skip


def _polylines(letter: str) -> list[NDArray[np.float64]]:
    lines = []
    for stroke in STROKES[letter].split():
        points = [(int(x), int(y)) for x, y in zip(stroke[::2], stroke[1::2], strict=True)]
        lines.append(np.array(points, np.float64) / 6)
    return lines


def blank(height: int, width: int, paper: int = 225) -> NDArray[np.uint8]:
    return np.full((height, width), paper, np.uint8)


def write(
    picture: NDArray[np.uint8],
    text: str,
    left: float,
    baseline: float,
    height: float,
    *,
    pitch: float = 1.1,
    pen: int = 0,
    ink: int = 40,
) -> list[tuple[int, int, int, int]]:
    """Draw ``text`` letter by letter, ``pitch`` letter heights apart; returns the boxes of the letters."""
    boxes = []
    for position, letter in enumerate(text):
        if letter == " ":
            continue
        single = np.zeros_like(picture)
        for line in _polylines(letter):
            corner = np.array([left + position * pitch * height, baseline - height])
            points = np.round((line * height + corner) * 16).astype(np.int32)
            cv2.polylines(single, [points], False, 255, pen or max(1, round(height / 9)), cv2.LINE_AA, 4)
        rows, columns = np.nonzero(single > 127)
        boxes.append((int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1))
        share = single.astype(np.float32) / 255
        picture[:] = np.round(picture * (1 - share) + ink * share)
    return boxes


def turned(picture: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """Rotated about the middle, clockwise on the screen, paper continued."""
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    return cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
