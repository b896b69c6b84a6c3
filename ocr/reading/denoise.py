"""Damaged crops -> clean ones, with the denoising network; and which crops are worth it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import store
from ocr.errors import ModelError
from ocr.reading.classifier import session

Clean = Callable[[NDArray[np.float32]], NDArray[np.float32]]  # crops (N, 32, 32) -> crops

MODES = ("auto", "always", "never")
_BATCH = 64  # activations of 64 crops stay in a core's cache
_NOISE = 0.04  # of the range from paper to ink; a well-made crop has less than half of it
_INK = 0.5
_SCRAP = 6  # pixels: parts of a letter smaller than this are no strokes
_GAP = 3.0  # pixels: parts of one stroke end no further apart than this

# Its response to anything that is plain or changes evenly is 0: what is left is noise.
_LAPLACIANS = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


class CropCleaner:
    """The denoiser; ``threads`` batches of crops are cleaned at a time, each on a core of its own."""

    def __init__(self, model: str | Path = "denoiser", threads: int = 1) -> None:
        """Load a shipped model by name or any by path; ModelError when it cannot be used."""
        loaded = store.load(model, kind="denoiser")
        self.name, self._threads = loaded.name, threads
        self._session = session(loaded.path, threads=1)  # its layers are too small to be shared out
        inputs = {entry.name: entry.shape for entry in self._session.get_inputs()}
        if inputs.get("crops", [None])[1:] != [32, 32]:
            raise ModelError(f"{loaded.path}: input 'crops' is {inputs.get('crops')}, not (N, 32, 32)")

    def clean(self, crops: NDArray[np.float32]) -> NDArray[np.float32]:
        """Crops (N, 32, 32) float32, 0 = paper, 1 = ink, without their damage; the caller's are kept."""
        cleaned = np.empty(crops.shape, np.float32)
        size = min(_BATCH, max(1, -(-len(crops) // self._threads)))

        def batch(start: int) -> None:
            part = slice(start, start + size)
            feed = {"crops": np.ascontiguousarray(crops[part], np.float32)}
            cleaned[part] = self._session.run(None, feed)[0].reshape(-1, *crops.shape[1:])

        starts = range(0, len(crops), size)
        if self._threads == 1 or len(starts) < 2:
            for start in starts:
                batch(start)
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                list(pool.map(batch, starts))  # raises what a batch raised
        return cleaned


def cleaning(mode: str, threads: int = 1) -> Clean | None:
    """What a reader does to crops: ``always`` clean all, ``auto`` what `needs_cleaning`, ``never`` any.

    ValueError for any other mode, ModelError when the shipped denoiser cannot be used.
    """
    if mode not in MODES:
        raise ValueError(f"denoise is {mode!r}, not one of {', '.join(MODES)}")
    if mode == "never":
        return None
    cleaner = CropCleaner(threads=threads)
    if mode == "always":
        return cleaner.clean

    def where_needed(crops: NDArray[np.float32]) -> NDArray[np.float32]:
        needed = needs_cleaning(crops)
        if needed.any():
            crops = crops.copy()
            crops[needed] = cleaner.clean(crops[needed])
        return crops

    return where_needed


def needs_cleaning(crops: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(N,) bool: which crops (N, 32, 32) float32, 0 = paper, 1 = ink, are noisy or have a broken stroke."""
    return (noise(crops) > _NOISE) | broken(crops)


def noise(crops: NDArray[np.float32]) -> NDArray[np.float64]:
    """(N,) standard deviation of the noise in crops (N, 32, 32), in units of their range.

    After J. Immerkaer, "Fast noise variance estimation" (1996), with a median in place of the mean, since
    outlines are edges too.
    """
    found = np.zeros(len(crops))
    if len(crops) == 0:
        return found
    # One tall picture; where crops meet the response is that of neither, and left out.
    response = cv2.filter2D(crops.reshape(-1, crops.shape[2]), cv2.CV_32F, _LAPLACIANS)
    inner = np.asarray(response).reshape(crops.shape)[:, 1:-1, 1:-1].reshape(len(crops), -1)
    # Of most crops more than half is plain, and the median 0.
    noisy = 2 * np.count_nonzero(inner, axis=1) >= inner.shape[1]
    # The kernel multiplies white noise by 6; the median of |x| is 0.6745 of a normal deviation.
    found[noisy] = np.median(np.abs(inner[noisy]), axis=1) / (6 * 0.6745)
    return found


def broken(crops: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(N,) bool: which crops (N, 32, 32) hold two strokes so near each other that they may be one."""
    found = np.zeros(len(crops), bool)
    if len(crops) == 0:
        return found
    # One tall picture, a row of paper below each crop.
    ink = np.pad(crops > _INK, ((0, 0), (0, 1), (0, 0))).view(np.uint8)
    count, labels = cv2.connectedComponents(ink.reshape(-1, ink.shape[2]))
    at = np.flatnonzero(labels)
    part = np.asarray(labels).ravel()[at]
    crop_of = np.zeros(count, np.intp)
    crop_of[part] = at // ink[0].size
    strokes = np.flatnonzero(np.bincount(part, minlength=count) >= _SCRAP)
    several = np.bincount(crop_of[strokes], minlength=len(crops)) > 1
    for crop in np.flatnonzero(several).tolist():
        own = np.asarray(labels).reshape(ink.shape)[crop]
        parts = strokes[crop_of[strokes] == crop].tolist()
        found[crop] = any(
            _distance(own == first, own == second) <= _GAP
            for position, first in enumerate(parts)
            for second in parts[position + 1 :]
        )
    return found


def _distance(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Paper between two parts, in pixels."""
    outside = cv2.distanceTransform((~first).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return float(outside[second].min()) - 1
