"""Row pictures -> the logits of the row reader's network, with ONNX Runtime."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr import store
from ocr.errors import ModelError
from ocr.reading.classifier import session
from ocr.reading.rows.ctc import ALPHABET, CLASSES
from ocr.reading.rows.picture import HEIGHT, MARGIN, SPREAD

_STEP = 32  # widths are padded to multiples of this, as in training
_BATCH = 8


class RowNetwork:
    """Reads row pictures.

    name: of the model. card: its model card. stride: picture columns for each column of the logits.
    temperature: divides the logits before they are probabilities.
    """

    def __init__(self, model: str | Path = "rows", threads: int = 1) -> None:
        """Load a shipped model by name or any by path; ModelError when it cannot be used."""
        loaded = store.load(model, kind="rows")
        self.name = loaded.name
        self.card = loaded.card
        self.temperature = float(loaded["temperature"])
        self.stride = int(loaded["output"]["stride"])
        normalisation = {"height": HEIGHT, "spread": SPREAD, "margin": MARGIN}
        for key, value in normalisation.items():
            if loaded["normalisation"].get(key) != value:
                raise ModelError(
                    f"{loaded.path}: its row pictures have {key} {loaded['normalisation'].get(key)!r}, those of "
                    f"this version {value}; train or export it with this version"
                )
        if list(loaded["classes"]) != ["", *ALPHABET] or loaded["blank"] != 0:
            raise ModelError(f"{loaded.path}: key 'classes' of its card is not that of this version")
        self._session = session(loaded.path, threads)
        found = {entry.name: entry.shape for entry in self._session.get_inputs()}.get("rows", [])
        if list(found[1:3]) != [1, HEIGHT] or self._session.get_outputs()[0].shape[-1] != CLASSES:
            raise ModelError(f"{loaded.path}: input 'rows' is {found or 'missing'}, not (N, 1, {HEIGHT}, W)")

    def logits(self, pictures: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """For each picture, (HEIGHT, W) uint8, 0 = paper, 255 = ink, its (ceil(W / stride), CLASSES) logits.

        What is said of a picture does not depend on the others.
        """
        groups: dict[int, list[int]] = defaultdict(list)
        for index, picture in enumerate(pictures):
            groups[-(-picture.shape[1] // _STEP) * _STEP].append(index)
        results: list[NDArray[np.float32]] = [np.zeros((0, CLASSES), np.float32)] * len(pictures)
        for width, members in groups.items():
            for start in range(0, len(members), _BATCH):
                part = members[start : start + _BATCH]
                batch = np.zeros((len(part), 1, HEIGHT, width), np.float32)
                for place, index in enumerate(part):
                    picture = pictures[index]
                    batch[place, 0, :, : picture.shape[1]] = picture * np.float32(1 / 255)
                said = self._session.run(None, {"rows": batch})[0]
                for place, index in enumerate(part):
                    results[index] = said[place, : -(-pictures[index].shape[1] // self.stride)]
        return results
