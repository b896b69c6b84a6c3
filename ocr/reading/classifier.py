"""Crops -> class probabilities, with ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ocr import store
from ocr.errors import ModelError
from ocr.reading.placement import FEATURES

_BATCH = 64  # activations of 64 crops stay in a core's cache


class Classifier:
    """A classifier of single letters.

    classes: one string per output, in order; the empty string is the class of what is no letter.
    uses_placement: whether `probabilities` takes placement features beside the crops.
    """

    def __init__(self, model: str | Path = store.LETTERS, threads: int = 1) -> None:
        """Load a shipped model by name or any by path; ModelError when it cannot be used."""
        loaded = store.load(model, kind="letters")
        self.name = loaded.name
        self.classes: tuple[str, ...] = tuple(loaded["classes"])
        self.temperature = float(loaded["temperature"])
        self._session = session(loaded.path, threads)
        inputs = {entry.name: entry.shape for entry in self._session.get_inputs()}
        self.uses_placement = "placement" in inputs
        if inputs.get("crops", [None])[1:] != [32, 32]:
            raise ModelError(f"{loaded.path}: input 'crops' is {inputs.get('crops')}, not (N, 32, 32)")
        outputs = self._session.get_outputs()[0].shape[-1]
        if outputs != len(self.classes):
            raise ModelError(
                f"{loaded.path}: {outputs} outputs, but key 'classes' of its card has {len(self.classes)}"
            )

    def logits(
        self,
        crops: NDArray[np.float32],
        placement: NDArray[np.float32] | None = None,
    ) -> NDArray[np.float32]:
        """Raw outputs (N, C) float32 for ``crops`` (N, 32, 32) float32, 0 = paper, 1 = ink.

        ``placement`` (N, 6) comes from `ocr.reading.placement`; without it nothing is known of size and row.
        Models that do not use it ignore it.
        """
        count = len(crops)
        if placement is None:
            placement = np.zeros((count, len(FEATURES)), np.float32)
        results = np.empty((count, len(self.classes)), np.float32)
        for start in range(0, count, _BATCH):
            part = slice(start, start + _BATCH)
            feed = {"crops": np.ascontiguousarray(crops[part], np.float32)}
            if self.uses_placement:
                feed["placement"] = np.ascontiguousarray(placement[part], np.float32)
            results[part] = self._session.run(None, feed)[0]
        return results

    def probabilities(
        self,
        crops: NDArray[np.float32],
        placement: NDArray[np.float32] | None = None,
        charset: Iterable[str] | None = None,
    ) -> NDArray[np.float32]:
        """Calibrated probabilities (N, C) float32, each row summing to 1.

        ``charset``: characters that may occur; others get probability 0 and the rest share the whole.
        ValueError when it holds none of ``classes``.
        """
        scaled = self.logits(crops, placement) / np.float32(self.temperature)
        if charset is not None:
            scaled[:, ~self.allowed(charset)] = -np.inf
        scaled -= scaled.max(axis=1, keepdims=True)
        np.exp(scaled, out=scaled)
        scaled /= scaled.sum(axis=1, keepdims=True)
        return scaled

    def allowed(self, charset: Iterable[str]) -> NDArray[np.bool_]:
        """(C,) bool, the classes in ``charset``; "not a letter" stays allowed beside them."""
        wanted = set(charset)
        mask = np.array([name in wanted for name in self.classes])
        if not mask.any():
            raise ValueError(f"model {self.name} has none of the characters {''.join(sorted(wanted))!r}")
        return mask | np.array([name == "" for name in self.classes])


def session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    """A session of ONNX Runtime on the processor; ModelError when the file is not for it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors share no public base class
        raise ModelError(f"{path}: not loadable by ONNX Runtime: {error}") from error
