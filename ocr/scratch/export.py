"""A trained dense network as an ONNX model, so that what NumPy learned reads pages like any other model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ocr.errors import MissingExtra
from ocr.scratch.activations import Linear, ReLU, Sigmoid, Softmax, Tanh
from ocr.scratch.initialisers import Floats
from ocr.scratch.layers import Dense, Layer
from ocr.scratch.network import Network

_ONNX_OPERATORS: dict[type[Layer], str | None] = {
    Linear: None,
    ReLU: "Relu",
    Sigmoid: "Sigmoid",
    Tanh: "Tanh",
    Softmax: "Softmax",
}
_OPSET = 17
_IR_VERSION = 8  # what opset 17 came with; older runtimes refuse newer files


@dataclass(frozen=True)
class DenseLayer:
    """y = activation(x W + b). W: (inputs, outputs), b: (outputs,), float32."""

    W: Floats
    b: Floats
    activation: type[Layer]


def dense_layers(network: Network) -> list[DenseLayer]:
    """The network as weights and activations; ValueError where it is not dense layers with one each."""
    found: list[DenseLayer] = []
    for layer in network.layers:
        if isinstance(layer, Dense):
            found.append(DenseLayer(layer.W.astype(np.float32), layer.b.astype(np.float32), Linear))
        elif found and found[-1].activation is Linear and type(layer) in _ONNX_OPERATORS:
            found[-1] = DenseLayer(found[-1].W, found[-1].b, type(layer))
        else:
            raise ValueError(f"{type(layer).__name__} does not follow a dense layer")
    return found


def to_onnx(
    layers: Sequence[DenseLayer],
    shape: Sequence[int],
    *,
    logits: bool = False,
    input_name: str = "crops",
    output_name: str = "logits",
) -> Any:
    """An ``onnx.ModelProto`` for inputs (N, *shape) float32, flattened row by row, to (N, outputs) float32.

    ``logits`` leaves out a softmax at the end. MissingExtra without the onnx package.
    """
    try:
        from onnx import TensorProto, checker, helper, numpy_helper
    except ImportError:
        raise MissingExtra("ONNX export", "train") from None
    nodes = [helper.make_node("Flatten", [input_name], ["x0"], axis=1)]
    weights = []
    for number, layer in enumerate(layers):
        x, w, b, z, y = f"x{number}", f"W{number}", f"b{number}", f"z{number}", f"x{number + 1}"
        weights += [numpy_helper.from_array(layer.W, w), numpy_helper.from_array(layer.b, b)]
        nodes.append(helper.make_node("Gemm", [x, w, b], [z]))
        left_out = logits and layer.activation is Softmax and number == len(layers) - 1
        operator = None if left_out else _ONNX_OPERATORS[layer.activation]
        nodes.append(helper.make_node(operator or "Identity", [z], [y]))
    nodes[-1].output[0] = output_name
    graph = helper.make_graph(
        nodes,
        "dense",
        [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, ["N", *shape])],
        [helper.make_tensor_value_info(output_name, TensorProto.FLOAT, ["N", layers[-1].W.shape[1]])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
    checker.check_model(model, full_check=True)
    return model
