"""Cut components that span rows: where rows stand close, letters touch those of the row below.

Two letters that touch say nothing of where one ends: only the rows do. What is too high for one letter is cut from
its left to its right end along the path through the lowest places between two rows (see `row_waves`), around strokes
as far as there is room. What a cut tears off a letter goes back to it (see `row_pieces`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocr.reading.segmentation.components import Components
from ocr.reading.segmentation.row_pieces import parted
from ocr.reading.segmentation.row_waves import PITCH, PIXELS, row_waves, shrunk

# Lengths are in letter heights unless they say otherwise.
_TALL, _HIGHEST = 1.75, 12.0  # what is lower is of one row, what is higher no writing
_NARROW, _LONGEST = 0.3, 60.0  # and the same of its width
_DENSE = 0.1  # part of its box that the ink of rows covers at least; frames cover less
_SINGLE = 0.08  # part of the ink that is in letters of one row: with less their height was mistaken
_SPECK = 0.3  # what is smaller says nothing of rows

_ROW = 0.85  # rows stand no closer
_END = 0.45  # a path keeps this far from the component's top and bottom
_STEP = 0.05  # of what the filter answers in rows: cost of a step up or down
_REACH = 1.1  # a row that a path parts from another has ink within this of it,
_PEAK = 0.9  # and its middle within this
_BETWEEN, _WITHIN = -0.1, 0.1  # the filter's answer between two rows is lower, in them higher
_BESIDE = 3.0  # rows go on beside a component
_BAND, _LEAST = 0.9, 1.3  # a row has ink within this of a path for at least this part of it: a tail has less

_FINE = 16.0  # pixels a letter height of the picture in which strokes are looked for
_ROOM = 0.35  # how far a cut may stray from its path to go around a stroke
_STRAY = 0.15  # cost of straying that far, in pixels of ink


def cut_rows(
    found: Components, faint: NDArray[np.uint8], height: float, likely: NDArray[np.bool_]
) -> Components:
    """``found`` with each component that spans rows parted into those of its rows, which keep stroke and contrast.

    faint: (H, W) uint8, 1 where there is at least a trace of ink. height: of letters, pixels. likely: (N,) bool, what
    may be writing. The rest keeps its place: new components come after all others.
    """
    tall = (found.height > _TALL * height) & (found.height < _HIGHEST * height)
    tall &= (found.width > _NARROW * height) & (found.width < _LONGEST * height)
    tall &= likely & (found.area > _DENSE * found.width * found.height)
    single = (found.height > 0.5 * height) & (found.height < _TALL * height) & (found.width < 4 * height)
    if not tall.any() or found.area[single].sum() < _SINGLE * found.area.sum():
        return found
    labels, boxes, area = found.labels, found.boxes.tolist(), found.area.tolist()
    parents = list(range(len(found)))
    writing = np.append(False, np.maximum(found.width, found.height) > _SPECK * height)
    # Every other pixel is enough to see rows by.
    step = max(1, int(height / (2 * PIXELS)))
    ink = shrunk(writing.view(np.uint8)[labels[::step, ::step]] * np.uint8(255), step * PIXELS / height)
    waves = row_waves(ink)
    for index in np.flatnonzero(tall).tolist():
        left, top, right, bottom = boxes[index]
        part = (slice(top, bottom), slice(left, right))
        own = labels[part] == index + 1
        paths = _paths(waves, ink > 127, own, (left, top), height)
        if not paths:
            continue
        region = own | ((faint[part] > 0) & (labels[part] == 0))
        pieces = parted(region, np.array(paths), height)
        for number in np.unique(pieces[own]).tolist()[1:]:  # the first keeps its place
            piece = own & (pieces == number)
            parents.append(index)
            labels[part][piece] = len(parents)
            boxes.append(_box(piece, left, top))
            area.append(float(np.count_nonzero(piece)))
            own &= ~piece
        boxes[index], area[index] = _box(own, left, top), float(np.count_nonzero(own))
    if len(parents) == len(found):
        return found
    return Components(
        labels,
        np.array(boxes, np.int32),
        np.array(area, np.float64),
        found.stroke[parents],
        found.contrast[parents],
    )


def _paths(
    waves: NDArray[np.float32],
    ink: NDArray[np.bool_],
    own: NDArray[np.bool_],
    corner: tuple[int, int],
    height: float,
) -> list[NDArray[np.float64]]:
    """Cuts through the component ``own`` (h, w), each (w,): how far below its top, in pixels, in each column.

    waves, ink: of the whole page, `PIXELS` a letter height. corner: x and y of the component's box on it, in pixels.
    """
    scale = PIXELS / height
    coarse = shrunk(own.view(np.uint8) * np.uint8(255), scale) > 60
    high, wide = coarse.shape
    left, top = (round(place * scale) for place in corner)
    # Rounding may lead one pixel over the edge.
    rows = np.minimum(np.arange(top, top + high), len(waves) - 1)
    columns = np.minimum(np.arange(left, left + wide), waves.shape[1] - 1)
    around = waves[np.ix_(rows, columns)]
    cost = around.copy()
    end = int(_END * PIXELS)
    cost[:end] = cost[max(0, high - end) :] = np.inf
    paths: list[NDArray[np.float64]] = []
    while len(paths) + 1 < max(2, round(own.shape[0] / (PITCH * height))):
        path = cheapest_path(cost, _STEP)
        if not np.isfinite(cost[path, np.arange(wide)]).all():
            break
        if _parts_rows(around, coarse, path) and _has_rows(ink, left, top + path):
            paths.append(_around_strokes(own, (path.astype(np.float64) + 0.5) / scale, height))
        cost[np.abs(np.arange(high)[:, None] - path) < _ROW * PIXELS] = np.inf
    return paths


def _parts_rows(waves: NDArray[np.float32], own: NDArray[np.bool_], path: NDArray[np.intp]) -> bool:
    """Whether a path is low between two rows, where there is ink of the component ``own`` on both sides."""
    reach, peak = round(_REACH * PIXELS), round(_PEAK * PIXELS)
    between, within = [], []
    for x, y in enumerate(path.tolist()):
        if own[max(0, y - reach) : y, x].any() and own[y + 1 : y + reach + 1, x].any():
            between.append(waves[y, x])
            within.append(min(waves[max(0, y - peak) : y + 1, x].max(), waves[y : y + peak + 1, x].max()))
    return bool(between and np.mean(between) < _BETWEEN and np.mean(within) > _WITHIN)


def _has_rows(ink: NDArray[np.bool_], left: int, path: NDArray[np.intp]) -> bool:
    """Whether on both sides of a path that begins in column ``left``, and beside it, there is enough ink for rows."""
    beside = round(_BESIDE * PIXELS)
    x = np.arange(left - beside, left + len(path) + beside)
    inside = (x >= 0) & (x < ink.shape[1])
    x, path = x[inside], np.pad(path, beside, mode="edge")[inside]
    reach = round(_BAND * PIXELS)
    for offsets in (np.arange(-reach, 0), np.arange(1, reach + 1)):
        y = path + offsets[:, None]
        seen = ink[np.clip(y, 0, len(ink) - 1), x] & (y >= 0) & (y < len(ink))
        if np.count_nonzero(seen.any(axis=0)) < _LEAST * PIXELS:
            return False
    return True


def _around_strokes(own: NDArray[np.bool_], path: NDArray[np.float64], height: float) -> NDArray[np.float64]:
    """A path (n,) across ``own`` (h, w), in pixels, moved to where it crosses less ink: (w,)."""
    scale = _FINE / height
    ink = shrunk(own.view(np.uint8) * np.uint8(255), scale) / np.float32(255)
    high, wide = ink.shape
    room = round(_ROOM * _FINE)
    offsets = np.arange(-room, room + 1)[:, None]
    places = (np.arange(wide) + 0.5) / wide
    middle = np.interp(places, (np.arange(len(path)) + 0.5) / len(path), path * scale)
    middle = np.floor(middle).astype(np.intp)
    cost = ink[np.clip(middle + offsets, 0, high - 1), np.arange(wide)] + _STRAY * (offsets / room) ** 2
    best = middle + cheapest_path(cost.astype(np.float32), _STEP) - room
    return np.interp((np.arange(own.shape[1]) + 0.5) / own.shape[1], places, (best + 0.5) / scale)


def cheapest_path(cost: NDArray[np.float32], step: float) -> NDArray[np.intp]:
    """(w,): the row in each column of the path from left to right through ``cost`` (h, w) that costs least.

    From one column to the next it stays in its row, or goes up or down by one for ``step`` more.
    """
    high, wide = cost.shape
    total = np.full(high + 2, np.inf, np.float32)
    total[1:-1] = cost[:, 0]
    back = np.zeros((wide, high), np.int8)
    for x in range(1, wide):
        best, up, down = total[1:-1].copy(), total[:-2] + np.float32(step), total[2:] + np.float32(step)
        back[x][up < best] = -1
        np.minimum(best, up, out=best)
        back[x][down < best] = 1
        np.minimum(best, down, out=best)
        total[1:-1] = best + cost[:, x]
    path = np.zeros(wide, np.intp)
    y = int(np.argmin(total[1:-1]))
    for x in range(wide - 1, -1, -1):
        path[x] = y
        y += int(back[x, y])
    return path


def _box(piece: NDArray[np.bool_], left: int, top: int) -> list[int]:
    """Left, top, right and bottom of ``piece``, a part of the page that begins at (left, top)."""
    rows, columns = np.flatnonzero(piece.any(axis=1)), np.flatnonzero(piece.any(axis=0))
    return [left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1]
