"""Over-segmentation: where several letters may hang together, where one letter may be in pieces.

A cut is proposed where few pixels of ink hold a component together: in valleys of its vertical projection
that are no thicker than about one stroke. A long bridge (the foot of an L that touches the next stem) is cut
at both of its ends, a short one in the middle. A join is proposed where neighbours overlap or nearly touch
and one of them is narrow. Whether a cut or a join is right is decided later, by classifier and context.

Sources: R. G. Casey, E. Lecolinet, "A survey of methods and strategies in character segmentation", PAMI
18(7), 1996; C.-L. Liu et al., "Lexicon-driven segmentation and recognition of handwritten character strings
for Japanese address reading", PAMI 24(11), 2002.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.page import Box
from ocr.reading.decoding.lattice import Lattice

# Lengths are in letter heights of the row, thicknesses in stroke widths.
_NARROWEST_CUT = 0.5  # components narrower than this are one letter
_THIN = 2.2  # a bridge is no thicker
_MARGIN = 0.16  # no cut is closer to the component's ends, or to another cut
_LONG = 0.3  # bridges longer than this are cut at both ends
_MOST_CUTS = 3  # for each letter height of width
_WIDEST = 1.7  # what is wider is no letter
_WIDEST_JOIN = 1.3
_WIDEST_BROKEN = 1.5
_NARROW_PIECE = 0.5  # one of two joined pieces is narrower, unless they nearly touch
_JOIN_GAP = 0.2
_BROKEN_GAP = 0.05
_SMALL = 0.45  # dots, commas and quotes are smaller both ways
_FLAT = 0.3  # dashes are lower
_MOST_PARTS = 8  # of one letter
_OVER = 0.4  # pieces above each other share this part of the narrower one's width

# Scores, to be multiplied by the search's weight for shape.
_CUT, _CUT_THICK = -0.5, -1.0  # a cut, and more for each stroke width of ink that it parts
_CUT_NARROW = -5.0  # for each letter height that a cut piece is narrower than `_PAIR`
_PAIR = 1.05  # two letters that touch are together wider than this, most of them
_JOIN, _JOIN_WIDE = -2.0, -8.0  # a join, and more for each letter height of paper between
_JOIN_MARK = -0.5  # a join of a mark with what is close beside it
_JOIN_OVER = 2.0  # two characters hardly ever stand above each other: not to join them is what would cost
_WIDE = 1.2  # hardly any letter is wider, in letter heights
_TOO_WIDE = -8.0  # for each letter height beyond


@dataclass(frozen=True)
class Piece:
    """A connected component or several that surely belong together.

    patch: (h, w) uint8, 0 = paper, 255 = ink, nothing but the piece; its first pixel is at (left, top).
    """

    left: int
    top: int
    patch: NDArray[np.uint8]

    @property
    def box(self) -> Box:
        """The box of the ink above half; all of the patch where there is none."""
        return _tight(self.left, self.top, self.patch)


@dataclass(frozen=True)
class Candidates:
    """The arcs of a row's lattice before they are classified, see `ocr.reading.decoding.lattice.Lattice`.

    patches: one for each arc, as `ocr.reading.crops.normalise` takes them. pieces: for each arc the index of
    the piece that it takes whole and alone, else -1. begins: (n + 1,) int64, the piece that begins at each
    node, -1 at a cut and at the end. Boxes are tight around ink above half.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    boxes: tuple[Box, ...]
    patches: tuple[NDArray[np.uint8], ...]
    pieces: NDArray[np.int64]
    bias: NDArray[np.float32]
    begins: NDArray[np.int64]

    def lattice(
        self, logs: NDArray[np.float32], noise: NDArray[np.float32], odds: NDArray[np.float32]
    ) -> Lattice:
        """The lattice with what the classifier says.

        logs: (A, C) float32, log-probabilities of the alphabet; noise: (A,) float32, of "no letter", or -inf.
        odds: (pieces,) float32, see `space_odds`, of a space before each piece.
        """
        spaces = np.where(self.begins >= 0, np.append(odds, -np.inf)[self.begins], -np.inf).astype(np.float32)
        return Lattice(self.starts, self.ends, self.boxes, logs, noise, self.bias, spaces)


def space_odds(gaps: NDArray[np.float64], border: float) -> NDArray[np.float32]:
    """Natural logarithm of the odds that words part at gaps of this width; both in letter heights."""
    odds = (gaps - border) / (0.06 + 0.14 * border)
    return np.clip(odds, -8, 8).astype(np.float32)


def cut_columns(patch: NDArray[np.uint8], height: float, pen: float) -> list[tuple[int, float]]:
    """Columns of ``patch`` before which it may be cut, left to right, with the bridge's thickness in strokes.

    height: letter height of the row, pen: stroke width, both in pixels. Time grows with the patch's pixels.
    """
    thickness = np.count_nonzero(patch > 127, axis=0)
    inked = np.flatnonzero(thickness)
    if len(inked) == 0:
        return []
    first, last = int(inked[0]), int(inked[-1]) + 1
    if last - first < _NARROWEST_CUT * height:
        return []
    margin = max(2, round(_MARGIN * height))
    low = thickness <= _THIN * pen
    low[: first + margin] = False
    low[last - margin + 1 :] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[0], low.view(np.int8), [0]])))
    found: list[tuple[float, int]] = []
    for start, end in edges.reshape(-1, 2).tolist():
        valley = thickness[start:end]
        if end - start > _LONG * height:
            half = (end - start) // 2
            inset = max(1, round(0.25 * pen))
            for side, column in ((valley[:half], start + inset), (valley[half:], end - inset)):
                found.append((float(side.min()), column))
        else:
            thinnest = np.flatnonzero(valley == valley.min())
            found.append((float(valley.min()), start + int(thinnest[len(thinnest) // 2])))
    chosen: list[tuple[float, int]] = []
    for thin, column in sorted(found):
        if len(chosen) < _MOST_CUTS * (last - first) / height and all(
            abs(column - c) >= margin for _, c in chosen
        ):
            chosen.append((thin, column))
    return sorted((column, thin / max(pen, 1.0)) for thin, column in chosen)


def candidates(
    pieces: Sequence[Piece],
    height: float,
    pen: float,
    firm: Sequence[bool] | None = None,
    marks: bool = False,
) -> Candidates:
    """Every plausible way to cut one row into letters.

    pieces: the row's, left to right. height: letter height of the row, pen: stroke width, in pixels.
    firm: which pieces are surely one letter: they are not cut, nor joined to one another; None for none.
    marks: whether the dots and dashes of ``i``, ``=``, ``:`` and quotes are among the pieces; they may be joined
    although each looks like a mark of its own.
    """
    firm = [False] * len(pieces) if firm is None else firm
    parts: list[tuple[int, int, NDArray[np.uint8]]] = []  # left, top, patch of each node's ink
    owner: list[int] = []
    cost: list[float] = [0.0]  # of a cut at the node before each part, 0 between pieces
    for index, piece in enumerate(pieces):
        cuts = [] if firm[index] else cut_columns(piece.patch, height, pen)
        columns = [0, *(column for column, _ in cuts), piece.patch.shape[1]]
        narrow = _CUT_NARROW * max(0.0, _PAIR - piece.box.width / height)
        for k, (start, end) in enumerate(pairwise(columns)):
            parts.append((piece.left + start, piece.top, piece.patch[:, start:end]))
            owner.append(index)
            if k:
                cost[-1] = _CUT + _CUT_THICK * cuts[k - 1][1] + narrow
            cost.append(0.0)
    boxes = [_tight(*part) for part in parts]
    gaps = _gaps(boxes, owner, height)
    small = [marks and _is_mark(box, height) for box in boxes]
    arcs: list[tuple[int, int, Box, NDArray[np.uint8], int, float]] = []
    for start in range(len(parts)):
        for end in range(start + 1, min(start + _MOST_PARTS, len(parts)) + 1):
            box = Box.around(boxes[start:end])
            if end > start + 1 and box.width > _WIDEST * height and not _whole(owner, start, end):
                break
            if (
                end > start + 1
                and all(firm[piece] for piece in owner[start:end])
                and not any(small[start:end])
            ):
                break
            joined = _join_cost(boxes, owner, gaps, small, start, end, height)
            if joined is None:
                break
            alone = owner[start] if _whole(owner, start, end) else -1
            bias = joined + cost[start] / 2 + cost[end] / 2 + _TOO_WIDE * max(0.0, box.width / height - _WIDE)
            arcs.append((start, end, box, _patch(parts[start:end]), alone, bias))
    return Candidates(
        np.array([arc[0] for arc in arcs], np.int64),
        np.array([arc[1] for arc in arcs], np.int64),
        tuple(arc[2] for arc in arcs),
        tuple(arc[3] for arc in arcs),
        np.array([arc[4] for arc in arcs], np.int64),
        np.array([arc[5] for arc in arcs], np.float32),
        np.array(
            [-1 if k and owner[k] == owner[k - 1] else owner[k] for k in range(len(owner))] + [-1], np.int64
        ),
    )


def _whole(owner: list[int], start: int, end: int) -> bool:
    """Whether the parts are all of one piece and nothing else."""
    return (
        owner[start] == owner[end - 1]
        and (start == 0 or owner[start - 1] != owner[start])
        and (end == len(owner) or owner[end] != owner[start])
    )


def _is_mark(box: Box, height: float) -> bool:
    return box.height < _FLAT * height or max(box.width, box.height) < _SMALL * height


def _join_cost(
    boxes: list[Box],
    owner: list[int],
    gaps: NDArray[np.float32],
    small: list[bool],
    start: int,
    end: int,
    height: float,
) -> float | None:
    """What joining parts of different pieces costs, 0 within one; None where they cannot be one letter."""
    total = 0.0
    for node in range(start + 1, end):
        if owner[node] == owner[node - 1]:
            continue
        first, second = Box.around(boxes[start:node]), Box.around(boxes[node:end])
        narrow = min(first.width, second.width)
        over = min(first.right, second.right) - max(first.left, second.left) >= _OVER * narrow
        mark = small[node - 1] or small[node]
        broken = gaps[node] <= _BROKEN_GAP
        if gaps[node] > _JOIN_GAP or (narrow > _NARROW_PIECE * height and not broken and not (mark and over)):
            return None
        if Box.around(boxes[start:end]).width > (_WIDEST_BROKEN if broken else _WIDEST_JOIN) * height:
            return None
        kind = _JOIN if not mark else _JOIN_OVER if over else _JOIN_MARK
        total += kind + _JOIN_WIDE * max(float(gaps[node]), 0.0)
    return total


def _gaps(boxes: list[Box], owner: list[int], height: float) -> NDArray[np.float32]:
    gaps = np.full(len(boxes) + 1, -np.inf, np.float32)
    reach = -np.inf
    for node, box in enumerate(boxes):
        if node and owner[node] != owner[node - 1]:
            gaps[node] = (box.left - reach) / height
        reach = max(reach, box.right)
    return gaps


def _tight(left: int, top: int, patch: NDArray[np.uint8]) -> Box:
    """The box of the ink above half; all of the patch where there is none."""
    x, y, width, height = cv2.boundingRect((patch > 127).view(np.uint8))
    if width == 0:
        return Box(left, top, left + patch.shape[1], top + patch.shape[0])
    return Box(left + x, top + y, left + x + width, top + y + height)


def _patch(parts: Sequence[tuple[int, int, NDArray[np.uint8]]]) -> NDArray[np.uint8]:
    """One picture of several parts, each where it stands."""
    if len(parts) == 1:
        return parts[0][2]
    left, top = min(part[0] for part in parts), min(part[1] for part in parts)
    right = max(part[0] + part[2].shape[1] for part in parts)
    bottom = max(part[1] + part[2].shape[0] for part in parts)
    whole = np.zeros((bottom - top, right - left), np.uint8)
    for x, y, patch in parts:
        place = whole[y - top : y - top + patch.shape[0], x - left : x - left + patch.shape[1]]
        np.maximum(place, patch, out=place)
    return whole
