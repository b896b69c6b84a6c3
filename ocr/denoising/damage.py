"""Ten ways in which a crop gets worse, each with a strength that means something.

All take and return crops (N, 32, 32) float32 in [0, 1], 0 = paper, 1 = ink; strengths (N,) float32.
What noise pushes below 0 or above 1 is cut off, as a camera does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Crops = NDArray[np.float32]
Strengths = NDArray[np.float32]
SIZE = 32
_SHIFT = 4  # OpenCV's fixed-point coordinates: 1/16 pixel
_QUALITY = (20, 60)  # of JPEG, from strong compression to that of pictures that people send each other
_BEYOND = 1.2  # training goes this far past the strong setting


@dataclass(frozen=True)
class Damage:
    """One kind: ``apply(crops, strengths, rng)``, what its strength is, and the three that are evaluated."""

    name: str
    unit: str
    weak: float
    medium: float
    strong: float
    apply: Callable[[Crops, Strengths, np.random.Generator], Crops]
    often: float = 1.0  # how often training sees it: the harder to undo, the more there is to learn

    @property
    def levels(self) -> dict[str, float]:
        """The evaluated strengths by name."""
        return {"weak": self.weak, "medium": self.medium, "strong": self.strong}

    def at(self, strength: float, crops: Crops, rng: np.random.Generator) -> Crops:
        """All crops at one strength."""
        return self.apply(crops, np.full(len(crops), strength, np.float32), rng)


def gaussian_noise(crops: Crops, sigmas: Strengths, rng: np.random.Generator) -> Crops:
    """Independent noise on each pixel, standard deviation sigma."""
    noise = rng.standard_normal(crops.shape, np.float32)
    noise *= sigmas[:, None, None]
    noise += crops
    return np.clip(noise, 0, 1, out=noise)


def salt_and_pepper(crops: Crops, shares: Strengths, rng: np.random.Generator) -> Crops:
    """A share of the pixels becomes pure paper or pure ink."""
    chance = rng.random(crops.shape, np.float32)
    half = shares[:, None, None] / 2
    return np.where(chance < half, np.float32(0), np.where(chance < 2 * half, np.float32(1), crops))


def blur(crops: Crops, sigmas: Strengths, rng: np.random.Generator) -> Crops:
    """Out of focus: a Gaussian of sigma pixels."""
    return _each(lambda crop, sigma: cv2.GaussianBlur(crop, (0, 0), max(sigma, 0.05)), crops, sigmas)


def low_resolution(crops: Crops, factors: Strengths, rng: np.random.Generator) -> Crops:
    """Seen with pixels ``factor`` times as large, then enlarged again."""
    return _each(lambda crop, factor: _enlarged(_smaller(crop, factor)), crops, factors)


def gaps(crops: Crops, widths: Strengths, rng: np.random.Generator) -> Crops:
    """One to three cuts across strokes, ``width`` pixels wide and as long as a stroke is thick."""

    def once(crop: Crops, width: float) -> NDArray[Any]:
        rows, columns = np.nonzero(crop > 0.5)
        if len(rows) == 0:
            return crop
        mask = np.zeros((SIZE, SIZE), np.uint8)
        for pick in rng.integers(0, len(rows), int(rng.integers(1, 4))):
            angle, reach = rng.uniform(0, np.pi), rng.uniform(2, 4)
            across = reach * np.array([np.cos(angle), np.sin(angle)])
            sideways = width / 2 * np.array([-np.sin(angle), np.cos(angle)])
            centre = np.array([columns[pick], rows[pick]])
            around = np.array([across + sideways, across - sideways, -across - sideways, sideways - across])
            corners = centre + around
            cv2.fillConvexPoly(mask, _fixed(corners), 255, cv2.LINE_AA, _SHIFT)
        return np.multiply(crop, 1 - mask / 255, dtype=np.float32)

    return _each(once, crops, widths)


def ruling(crops: Crops, widths: Strengths, rng: np.random.Generator) -> Crops:
    """A printed line, ``width`` pixels wide the darker the wider, along or, more rarely, down the crop."""

    def once(crop: Crops, width: float) -> NDArray[Any]:
        at, tilt = rng.uniform(1, SIZE - 2), rng.normal(0, 0.04) * SIZE
        line = np.array([[-2, at - tilt / 2], [SIZE + 2, at + tilt / 2]])
        half = np.array([[0, width / 2], [0, width / 2]])
        corners = np.concatenate([line - half, (line + half)[::-1]])
        if rng.random() < 0.25:
            corners = corners[:, ::-1]
        mask = np.zeros((SIZE, SIZE), np.uint8)
        cv2.fillConvexPoly(mask, _fixed(corners), 255, cv2.LINE_AA, _SHIFT)
        darkness = min(1.0, 0.35 + 0.3 * width)
        return np.maximum(crop, mask.astype(np.float32) * np.float32(darkness / 255))

    return _each(once, crops, widths)


def bleed_through(crops: Crops, opacities: Strengths, rng: np.random.Generator) -> Crops:
    """The back of the sheet shows: another letter, mirrored, out of focus, ``opacity`` dark."""
    other = np.roll(crops[rng.permutation(len(crops)), :, ::-1], rng.integers(-6, 7, 2), axis=(1, 2))
    behind = _each(lambda crop, sigma: cv2.GaussianBlur(crop, (0, 0), sigma), other, np.ones_like(opacities))
    return 1 - (1 - crops) * (1 - behind * opacities[:, None, None])


def uneven_ink(crops: Crops, losses: Strengths, rng: np.random.Generator) -> Crops:
    """Ink that is pale in places: up to the part ``loss`` of the darkness is gone, changing smoothly.

    Above 1, all of it is gone over some of the crop.
    """
    count = len(crops)
    coarse = rng.random((count, 5, 5), np.float32)
    low, high = coarse.min((1, 2), keepdims=True), coarse.max((1, 2), keepdims=True)
    coarse = (coarse - low) / (high - low)
    field = _each(lambda grid, _: cv2.resize(grid, (SIZE, SIZE)), coarse, losses)
    return crops * np.maximum(1 - losses[:, None, None] * field, 0)


def jpeg(crops: Crops, blocks: Strengths, rng: np.random.Generator) -> Crops:
    """A small letter of a photograph saved as JPEG, then enlarged: its 8x8 blocks are ``block`` pixels wide.

    Quality is drawn anew for each crop, and the grid of blocks lies anywhere.
    """

    def once(crop: Crops, block: float) -> NDArray[Any]:
        small = _smaller(crop, block / 8)
        side, quality = len(small), int(rng.integers(_QUALITY[0], _QUALITY[1] + 1))
        before = rng.integers(0, 8, 2).tolist()
        after = [-(side + pad) % 8 for pad in before]
        paper = np.rint(255 - small * 255).astype(np.uint8)
        picture = cv2.copyMakeBorder(paper, before[0], after[0], before[1], after[1], cv2.BORDER_REPLICATE)
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        seen = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float32)
        return _enlarged(1 - seen[before[0] : before[0] + side, before[1] : before[1] + side] / 255)

    return _each(once, crops, blocks)


def frayed(crops: Crops, amounts: Strengths, rng: np.random.Generator) -> Crops:
    """Edges as a threshold leaves them: out of focus, grain of deviation ``amount``, then black and white."""

    def once(crop: Crops, amount: float) -> NDArray[Any]:
        # At twice the resolution, so that the edge keeps shades when it is back at 32 x 32.
        large = cv2.GaussianBlur(cv2.resize(crop, (2 * SIZE, 2 * SIZE)), (0, 0), 2.0)
        grain = cv2.GaussianBlur(rng.standard_normal(large.shape, np.float32), (0, 0), 1.5)
        # A Gaussian filter takes the deviation of white noise from 1 to 1 / (2 sqrt(pi) sigma).
        grain *= amount * 2 * np.sqrt(np.pi) * 1.5
        ink = (large + grain > 0.5).astype(np.float32)
        return cv2.resize(ink, (SIZE, SIZE), interpolation=cv2.INTER_AREA)

    return _each(once, crops, amounts)


# The strengths are alike in what they cost a reader, and measured by the noise: `nist36-cnn` misreads about as many
# drawings more as under Gaussian noise of 0.1, 0.2 and 0.3, that is 1, 8 and 25 in a hundred. Two could not be brought
# there: gaps, of which even narrow ones cost 6, and low resolution, which goes in steps.
DAMAGES = {
    damage.name: damage
    for damage in (
        Damage("gaussian noise", "standard deviation, clipped to [0, 1]", 0.1, 0.2, 0.3, gaussian_noise),
        Damage("salt and pepper", "share of pixels", 0.03, 0.08, 0.15, salt_and_pepper),
        Damage("blur", "sigma in pixels", 1.2, 2.0, 2.6, blur),
        Damage("low resolution", "factor", 2.0, 3.2, 4.0, low_resolution),
        Damage("gaps", "width in pixels", 0.5, 1.0, 4.5, gaps, 2.0),
        Damage("ruling", "width in pixels", 0.5, 1.8, 3.8, ruling, 2.0),
        Damage("bleed-through", "opacity", 0.15, 0.45, 0.75, bleed_through),
        Damage("uneven ink", "largest loss of darkness", 0.5, 1.0, 1.25, uneven_ink),
        Damage("JPEG blocks", "side of a block in pixels", 14, 24, 28, jpeg, 2.0),
        Damage("frayed edges", "grain before the threshold", 0.05, 0.165, 0.25, frayed, 3.0),
    )
}


def damage_at_random(
    crops: Crops, rng: np.random.Generator, clean: float = 0.08, twice: float = 0.3
) -> Crops:
    """What training sees: a damage and a strength drawn for each crop.

    The part ``clean`` stays as it is, so that clean letters come back unchanged; the part ``twice`` suffers a
    second damage on top of the first.
    """
    damaged = crops.copy()
    kinds = list(DAMAGES.values())
    often = np.array([damage.often for damage in kinds])
    for part in (1.0 - clean, twice):
        chosen = rng.choice(len(kinds), len(crops), p=often / often.sum())
        chosen[rng.random(len(crops)) >= part] = -1
        for kind, damage in enumerate(kinds):
            rows = np.flatnonzero(chosen == kind)
            if len(rows):
                strengths = rng.uniform(0.3 * damage.weak, _BEYOND * damage.strong, len(rows))
                damaged[rows] = damage.apply(damaged[rows], strengths.astype(np.float32), rng)
    return damaged


def _each(function: Callable[[Crops, float], NDArray[Any]], crops: Crops, strengths: Strengths) -> Crops:
    pairs = zip(crops, strengths.tolist(), strict=True)
    return np.stack([function(crop, strength) for crop, strength in pairs])


def _smaller(crop: Crops, factor: float) -> Crops:
    """(32, 32) -> (side, side), each pixel the mean of what it covers."""
    side = max(2, round(SIZE / max(factor, 1)))
    return np.asarray(cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA))


def _enlarged(small: NDArray[Any]) -> NDArray[Any]:
    """(side, side) -> (32, 32)."""
    return cv2.resize(small, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)


def _fixed(corners: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.rint(corners * (1 << _SHIFT)).astype(np.int32)
