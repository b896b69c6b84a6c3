"""Letter -> 32x32 crop, in the geometry of NIST36. Reading and training both come through here.

Genuine NIST36 letters are centred by their box, their longest side is about 25 of the 32 pixels and
their stroke about 4.3 pixels wide. A photographed letter comes from any pen at any resolution, so the
letter is scaled to that size on a canvas twice as fine, its signed distance to the outline is
measured there, and the outline is moved in or out until the stroke has the wanted width.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE = 32
LETTER = 25.0  # longest side of a letter's box, in crop pixels
STROKE = 4.3  # stroke width, in crop pixels
FINE = 2  # canvas pixels for each crop pixel; 3 reads no letter better and takes three times as long

_CANVAS = SIZE * FINE
_CHUNK = 256  # canvases held at once: 256 x 64 x 64 float32 is 4 MB
_THINNEST = (
    0.55  # a stroke is never thinned below this part of its width: strokes of uneven width would break
)


def normalise(
    patches: Sequence[NDArray[np.uint8]],
    letter: float | NDArray[np.float64] = LETTER,
    stroke: float | NDArray[np.float64] = STROKE,
) -> NDArray[np.float32]:
    """Bring pictures of single letters to the geometry of NIST36.

    patches: N pictures, each (H, W) uint8, 0 = paper, 255 = ink, of any size, holding nothing but the letter.
    letter:  longest side of the letter's box in crop pixels, one number or (N,), at most 31.
    stroke:  wanted stroke width in crop pixels, one number or (N,); 0 keeps the stroke as it is.

    Returns (N, 32, 32) float32, 0 = paper, 1 = ink. A patch without ink gives an empty crop.
    """
    count = len(patches)
    crops = np.zeros((count, SIZE, SIZE), np.float32)
    sides = np.broadcast_to(np.asarray(letter, np.float64), (count,))
    widths = np.broadcast_to(np.asarray(stroke, np.float64), (count,))
    for start in range(0, count, _CHUNK):
        part = slice(start, min(start + _CHUNK, count))
        canvases = np.zeros((part.stop - start, _CANVAS, _CANVAS), np.uint8)
        for canvas, patch, side in zip(canvases, patches[part], sides[part], strict=True):
            _place(canvas, patch, min(side, SIZE - 1) * FINE)
        crops[part] = _with_stroke(canvases, widths[part] * FINE)
    return crops


def _place(canvas: NDArray[np.uint8], patch: NDArray[np.uint8], side: float) -> None:
    """Draw the letter in ``patch`` on ``canvas``, its box centred and its longest side ``side`` pixels."""
    left, top, width, height = cv2.boundingRect((patch > 127).view(np.uint8))
    if width == 0:
        return
    scale = side / max(width, height)
    if scale < 0.5:
        # Shrinking far with a linear kernel alone would skip pixels: average them first.
        whole = int(0.999 / scale)
        # A hair much longer than it is wide would shrink to nothing.
        thin = [max(0, whole - extent) for extent in patch.shape]
        patch = cv2.copyMakeBorder(patch, 0, thin[0], 0, thin[1], cv2.BORDER_CONSTANT, value=0)
        patch = cv2.resize(patch, None, fx=1 / whole, fy=1 / whole, interpolation=cv2.INTER_AREA)
        left, top, width, height, scale = (
            left / whole,
            top / whole,
            width / whole,
            height / whole,
            scale * whole,
        )
    # Pixel centres: source (x + 0.5) maps to canvas (u + 0.5).
    shift_x = _CANVAS / 2 - 0.5 - scale * (left + width / 2 - 0.5)
    shift_y = _CANVAS / 2 - 0.5 - scale * (top + height / 2 - 0.5)
    matrix = np.array([[scale, 0, shift_x], [0, scale, shift_y]])
    # Cubic interpolation takes five times as long; the outline lies where the ink is half either way.
    cv2.warpAffine(patch, matrix, (_CANVAS, _CANVAS), canvas, cv2.INTER_LINEAR, cv2.BORDER_CONSTANT)


def _with_stroke(canvases: NDArray[np.uint8], widths: NDArray[np.float64]) -> NDArray[np.float32]:
    """(N, 64, 64) canvases -> (N, 32, 32) crops whose strokes are ``widths`` canvas pixels wide."""
    count = len(canvases)
    # One tall picture: the margin of every canvas is wider than any change of stroke, so that
    # neighbours cannot reach each other, and OpenCV is called twice instead of 2 N times.
    ink = (canvases > 127).view(np.uint8).reshape(-1, _CANVAS)
    inside = cv2.distanceTransform(ink, cv2.DIST_L2, cv2.DIST_MASK_5)
    outside = cv2.distanceTransform(1 - ink, cv2.DIST_L2, cv2.DIST_MASK_5)
    tiles = inside.reshape(count, -1)
    # Across a stroke of width w the distance to the outline runs 1 .. w/2 .. 1, (w/2 + 1) / 2 on average.
    area = np.maximum(ink.reshape(count, -1).sum(1), 1)
    measured = np.maximum(4 * tiles.sum(1) / area - 2, 1)
    wanted = np.where(widths > 0, np.maximum(widths, _THINNEST * measured), measured)
    grow = (wanted - measured) / 2
    # 0.5 + signed distance to the outline, moved by ``grow``, is the part of a pixel that is covered.
    np.subtract(inside, outside, out=inside)
    inside += 1 - ink
    shifted = inside.reshape(count, -1)
    shifted += np.where(ink.reshape(count, -1).any(1), grow, -np.inf)[:, None].astype(np.float32)
    np.clip(inside, 0, 1, out=inside)
    crops = cv2.resize(inside, (SIZE, count * SIZE), interpolation=cv2.INTER_AREA)
    return crops.reshape(count, SIZE, SIZE)
