"""An exported network's convolutions in 8-bit integers: the same letters read in about a third of the time.

The first convolution stays as it is, since it sees one channel and gains nothing, and so do the dense layers, which
cost little: what they say about a letter keeps its precision.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from ocr.training.export import store_as_half

FURTHEST = 0.01  # mean Kullback-Leibler divergence, in nats, from the answers before; about 0.0005 is usual
_QUANTISED = ["Conv", "Relu", "Add"]
_COVERED = (
    99.999  # per cent of the activations that the range holds: one stray value would coarsen all others
)
_BATCH = 64

Feed = dict[str, NDArray[np.float32]]


def quantise(path: Path, feed: Feed) -> None:
    """Rewrite the ONNX file ``path`` so that its convolutions but the first are computed in 8-bit integers.

    feed: what each input (N, ...) float32 usually holds, at least 64 letters; ranges are measured with it.
    Weights keep to 7 bits: processors without VNNI add two products in 16 bits, which 8-bit weights would overflow.
    Raises ValueError for too few letters, ArithmeticError when the answers to ``feed`` become too different.
    """
    count = min(map(len, feed.values())) // _BATCH * _BATCH
    if count == 0:
        raise ValueError(f"quantising takes {_BATCH} letters at least, not {min(map(len, feed.values()))}")
    feed = {name: values[:count] for name, values in feed.items()}
    expected = _answers(path, feed)
    with TemporaryDirectory() as folder:
        plain, narrow = Path(folder) / "plain.onnx", Path(folder) / "narrow.onnx"
        model = _widened(onnx.load(str(path)))
        onnx.save(model, str(plain))
        with _quiet():
            quantize_static(
                str(plain),
                str(narrow),
                _Batches(feed),
                quant_format=QuantFormat.QDQ,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                per_channel=True,
                reduce_range=True,
                op_types_to_quantize=_QUANTISED,
                nodes_to_exclude=_kept(model.graph),
                calibrate_method=CalibrationMethod.Percentile,
                extra_options={"CalibPercentile": _COVERED},
            )
        store_as_half(narrow, least=1000)  # the dense layers; the scales of channels keep all their bits
        difference = _divergence(expected, _answers(narrow, feed))
        if not difference <= FURTHEST:
            raise ArithmeticError(f"{path}: quantised it differs by {difference:.2g} nats, over {FURTHEST:g}")
        path.write_bytes(narrow.read_bytes())


@contextmanager
def _quiet() -> Iterator[None]:
    """The package prints its steps, and logs advice about models of another kind to the root logger."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with redirect_stdout(StringIO()):
            yield
    finally:
        logging.disable(before)


class _Batches(CalibrationDataReader):  # type: ignore[misc]  # the package has no types
    def __init__(self, feed: Feed) -> None:
        count = len(next(iter(feed.values())))
        self._batches = iter(
            [
                {name: values[start : start + _BATCH] for name, values in feed.items()}
                for start in range(0, count, _BATCH)
            ]
        )

    def get_next(self) -> Feed | None:
        return next(self._batches, None)


def _widened(model: onnx.ModelProto) -> onnx.ModelProto:
    """``model`` with the weights that `store_as_half` narrowed as plain float32, in place."""
    graph = model.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in [node for node in graph.node if node.op_type == "Cast" and node.input[0] in tensors]:
        tensor = tensors[node.input[0]]
        wide = numpy_helper.to_array(tensor).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(wide, node.output[0]))
        graph.node.remove(node)
    return model


def _kept(graph: onnx.GraphProto) -> list[str]:
    """Names of the nodes that stay in floating point: the first convolution, the dense layers, what activates them."""
    first = next(node for node in graph.node if node.op_type == "Conv")
    kept = {output for node in graph.node if node.op_type == "Gemm" for output in node.output}
    kept.add(first.output[0])
    return [first.name, *(node.name for node in graph.node if kept.intersection(node.input))]


def _answers(path: Path, feed: Feed) -> NDArray[np.float64]:
    """Logarithms of the class probabilities (N, C) that the network gives to ``feed``."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    logits = np.asarray(session.run(None, feed)[0], np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def _divergence(expected: NDArray[np.float64], found: NDArray[np.float64]) -> float:
    return float((np.exp(expected) * (expected - found)).sum(axis=1).mean())
