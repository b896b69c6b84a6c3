"""A row of writing -> a picture of one height, for the row reader. Reading and training both come through it.

The geometry is found from the ink alone, as weighted points, and needs neither letters nor a baseline:

* the **centre line** is a cubic through the ink, held straight by a prior where the row is short;
* the **slant** is the shear that makes the column sums of the ink most uneven, as upright strokes do;
* the **size** is the spread (standard deviation) of the ink about the centre line. Capitals 20 pixels high
  and small letters with an x-height of about 12 have the same spread, so that rows of capitals, of mixed
  case and of joined writing come at sizes that one network reads, with nothing to decide first.

Training draws pen strokes straight through the same geometry (`fit_geometry` on the points of the strokes);
reading warps the page's ink through it (`row_picture`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT = 40  # height of every row picture
SPREAD = 6.25  # standard deviation of the ink about the centre line, in picture pixels
MARGIN = 7  # blank columns before the first and after the last ink

_SHEARS = np.linspace(-0.7, 0.7, 15)
_UPRIGHT = 0.15  # how strongly the slant is drawn towards 0: loss of sharpness at a shear of 0.7


@dataclass(frozen=True)
class RowGeometry:
    """Where a row lies: maps source points (x right, y down) to picture points (u, v) and back.

    The centre of a source pixel has its column and row as x and y, that of a picture's pixel half more.

    left, right: ends of the ink in source x, after the slant is taken out.
    middle, half, curve: the centre line is y = Legendre series ``curve`` (4,) of t = (x - middle) / half.
    slant: source x to the right for each source y upwards. scale: picture pixels for each source pixel.
    """

    left: float
    right: float
    middle: float
    half: float
    curve: NDArray[np.float64]
    slant: float
    scale: float

    @property
    def width(self) -> int:
        """Width of the row picture in pixels."""
        return max(1, round((self.right - self.left) * self.scale)) + 2 * MARGIN

    def centre(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Centre line: source y at source x (constant beyond the ends of the row)."""
        return _legendre(np.clip((x - self.middle) / self.half, -1, 1)) @ self.curve

    def forward(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """(N, 2) source points -> (N, 2) picture points."""
        x = points[:, 0].astype(np.float64)
        down = points[:, 1] - self.centre(x)
        u = (x + self.slant * down - self.left) * self.scale + MARGIN
        return np.stack([u, HEIGHT / 2 + down * self.scale], axis=1)

    def backward(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """(N, 2) picture points -> (N, 2) source points."""
        down = (points[:, 1] - HEIGHT / 2) / self.scale
        x = (points[:, 0] - MARGIN) / self.scale + self.left - self.slant * down
        return np.stack([x, self.centre(x) + down], axis=1)


def fit_geometry(points: NDArray[np.floating], weights: NDArray[np.floating] | None = None) -> RowGeometry:
    """The geometry of a row whose ink lies at ``points`` (N, 2), source pixels, y down, N >= 1.

    weights: (N,) amount of ink at each point; None counts every point alike (points that are evenly
    spaced along the strokes, or the ink pixels of a picture).
    """
    x, y = points[:, 0].astype(np.float64), points[:, 1].astype(np.float64)
    share = np.full(len(x), 1 / len(x)) if weights is None else weights / weights.sum()
    low, high = x.min(), x.max()
    middle, half = (low + high) / 2, max((high - low) / 2, 1e-6)
    basis = _legendre((x - middle) / half)
    curve = np.array([share @ y, 0.0, 0.0, 0.0])
    size = _spread(y - curve[0], share, 2 * half)
    # Bayesian linear regression: a row holds about width / (2.5 sizes) letters, and the centre of each lies
    # within half a size of the line; beforehand, slope and bends are believed to be small.
    gram, moment = basis.T @ (basis * share[:, None]), basis.T @ (share * y)
    for _ in range(2):
        evidence = max(2 * half / (2.5 * size), 1) / (0.5 * size) ** 2
        prior = np.array([0, 1 / (0.06 * half) ** 2, 1 / (0.03 * half) ** 2, 1 / (0.02 * half) ** 2])
        curve = np.linalg.solve(evidence * gram + np.diag(prior), evidence * moment)
        down = y - basis @ curve
        size = _spread(down, share, 2 * half)
    slant = _slant(x, down, share, size)
    upright = x + slant * down
    return RowGeometry(
        float(upright.min()), float(upright.max()), float(middle), float(half), curve, slant, SPREAD / size
    )


def _legendre(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) in [-1, 1] -> (N, 4) Legendre polynomials P0..P3."""
    square = t * t
    return np.stack([np.ones_like(t), t, 1.5 * square - 0.5, (2.5 * square - 1.5) * t], axis=1)


def _spread(down: NDArray[np.float64], share: NDArray[np.float64], width: float) -> float:
    """Standard deviation of the ink about the line; far strokes (long descenders, specks) count no more
    than those at 2.5 deviations. The bound keeps a dash from being blown up without limit; some 60 letters
    side by side are as wide as it allows."""
    square = down * down
    first = share @ square
    return max(float(np.sqrt(share @ np.minimum(square, 6.25 * first))), 0.005 * width, 1e-3)


def _slant(
    x: NDArray[np.float64], down: NDArray[np.float64], share: NDArray[np.float64], size: float
) -> float:
    """Shear that makes the column sums most uneven (Vinciarelli and Luettin, 2001), drawn towards 0."""
    cell = 0.35 * size
    columns = ((x + _SHEARS[:, None] * down - (x.min() - 5 * size)) / cell).astype(np.int64)
    columns = np.clip(columns, 0, None)
    wide = int(columns.max()) + 1
    columns += np.arange(len(_SHEARS))[:, None] * wide
    sums = np.bincount(columns.ravel(), np.broadcast_to(share, columns.shape).ravel(), len(_SHEARS) * wide)
    sharpness = np.square(sums.reshape(len(_SHEARS), wide)).sum(axis=1)
    score = sharpness / sharpness.max() - _UPRIGHT * (_SHEARS / 0.7) ** 2
    best = int(score.argmax())
    if 0 < best < len(_SHEARS) - 1:
        before, here, after = score[best - 1 : best + 2]
        bend = before - 2 * here + after
        shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
        return float(_SHEARS[best] + shift * (_SHEARS[1] - _SHEARS[0]))
    return float(_SHEARS[best])


def row_picture(
    density: NDArray[np.uint8], geometry: RowGeometry | None = None
) -> tuple[NDArray[np.uint8], RowGeometry]:
    """Straighten, upright and scale one row.

    density:  (H, W) uint8, 0 = paper, 255 = ink, holding nothing but the ink of this row.
    geometry: where the row lies; None finds it from the ink.

    Returns the picture, (HEIGHT, width) uint8 of the same polarity, and the geometry that maps its pixels
    back to ``density``. Without ink the picture is blank.
    """
    if geometry is None:
        rows, columns = np.nonzero(density > 127)
        if len(rows) == 0:
            return np.zeros((HEIGHT, 2 * MARGIN), np.uint8), _no_geometry()
        step = max(1, len(rows) // 20000)
        geometry = fit_geometry(np.stack([columns[::step], rows[::step]], axis=1))
    # Average first when shrinking far: remap looks at four pixels only.
    whole = max(1, int(1 / geometry.scale))
    if whole > 1:
        height, width = (-(-n // whole) * whole for n in density.shape)
        padded = np.zeros((height, width), np.uint8)
        padded[: density.shape[0], : density.shape[1]] = density
        density = cv2.resize(padded, (width // whole, height // whole), interpolation=cv2.INTER_AREA)
    v, u = np.mgrid[:HEIGHT, : geometry.width].reshape(2, -1) + 0.5
    source = geometry.backward(np.stack([u, v], axis=1))
    grid = ((source + 0.5) / whole - 0.5).astype(np.float32).reshape(HEIGHT, geometry.width, 2)
    return cv2.remap(density, grid, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), geometry


def _no_geometry() -> RowGeometry:
    return RowGeometry(0.0, 0.0, 0.0, 1.0, np.zeros(4), 0.0, 1.0)
