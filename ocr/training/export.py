"""Trained network -> ONNX file and model card, checked to give the same answers."""

from __future__ import annotations

import copy
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ocr import store
from ocr.errors import OutputError

PARITY = 1e-4  # largest allowed difference between PyTorch's and ONNX Runtime's logits
_OPSET = 17


def export(
    network: nn.Module,
    path: str | Path,
    card: dict[str, Any],
    features: int = 0,
    half: bool = True,
    output: str = "logits",
    colour: bool = False,
) -> Path:
    """Write ``network`` as ``path`` (.onnx) and ``card`` beside it, with format version and SHA-256 added.

    features: number of placement features that the network takes beside the crops.
    colour: the network takes (N, 32, 32, 3) instead of (N, 32, 32).
    half: round the weights to 16 bits and store them so; the runtime widens them when it loads.
    output: name of what comes out.
    Raises OutputError when the file cannot be written and ArithmeticError when the exported network differs.
    """
    path = Path(path)
    network = folded(copy.deepcopy(network).cpu().float().eval())
    if half:
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.copy_(parameter.half().float())
    crops = torch.rand(3, 32, 32, 3) if colour else torch.rand(3, 32, 32)
    inputs = (crops, torch.randn(3, features)) if features else (crops,)
    names = ["crops", "placement"][: len(inputs)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        axes = {name: {0: "letters"} for name in [*names, output]}
        write_onnx(network, inputs, path, names, output, axes)
        if half:
            store_as_half(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    check_parity(network, path, features, colour)
    write_card(path, card)
    return path


def write_card(path: Path, card: dict[str, Any]) -> None:
    """Write ``card`` beside the model ``path``, with format version and SHA-256 added."""
    written = {"format_version": store.CARD_VERSION, **card, "sha256": store.sha256(path)}
    path.with_suffix(".json").write_text(
        json.dumps(written, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def write_onnx(
    network: nn.Module,
    inputs: tuple[torch.Tensor, ...],
    path: Path,
    names: list[str],
    output: str,
    axes: dict[str, dict[int, str]],
) -> None:
    """Write ``network`` as ONNX, traced with the example ``inputs``; OSError when it cannot be written.

    names, output: of inputs and output in the file. axes: for each of them the axes of any length, with a name.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch prefers its new exporter; this one needs no further package
        torch.onnx.export(
            network,
            inputs,
            str(path),
            input_names=names,
            output_names=[output],
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )


def folded(network: nn.Module) -> nn.Module:
    """``network`` with every batch normalisation that follows a convolution folded into it, in place."""
    for child in network.modules():
        if isinstance(child, nn.Sequential):
            for position in range(len(child) - 1):
                first, second = child[position], child[position + 1]
                if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                    child[position] = fuse_conv_bn_eval(first, second)
                    child[position + 1] = nn.Identity()
    return network


def store_as_half(path: Path, least: int = 64) -> None:
    """Rewrite an ONNX file so that float tensors of ``least`` numbers are float16, each widened by a Cast node."""
    model = onnx.load(str(path))
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < least:
            continue
        name = tensor.name
        narrow = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), f"{name}.half")
        tensor.CopyFrom(narrow)
        casts.append(helper.make_node("Cast", [narrow.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def check_parity(network: nn.Module, path: Path, features: int, colour: bool = False) -> None:
    """ArithmeticError unless ONNX Runtime's logits are PyTorch's to within `PARITY`."""
    generator = torch.Generator().manual_seed(0)
    shape = (17, 32, 32, 3) if colour else (17, 32, 32)
    feed = {"crops": torch.rand(shape, generator=generator)}
    if features:
        feed["placement"] = torch.randn(17, features, generator=generator)
    with torch.no_grad():
        expected = network(*feed.values()).numpy()
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    actual = session.run(None, {name: tensor.numpy() for name, tensor in feed.items()})[0]
    difference = float(np.abs(actual - expected).max())
    if not difference <= PARITY:
        raise ArithmeticError(
            f"{path}: exported logits differ from PyTorch's by {difference:.2g}, over {PARITY:g}"
        )
