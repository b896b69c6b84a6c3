"""``--backend numpy``: the same study with the network from nothing but NumPy, `ocr.scratch`.

What it learned is then copied into the PyTorch network of the same form, so that export and report are the
same for both; that the two give the same answers is checked.
"""

from __future__ import annotations

import time

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ocr import scratch
from ocr.errors import SettingError
from ocr.scratch.initialisers import glorot, he, zeros
from ocr.scratch.layers import Layer
from ocr.scratch.losses import Loss
from ocr.scratch.network import Epoch as ScratchEpoch
from ocr.scratch.optimisers import Optimiser
from ocr.training import metrics, start
from ocr.training.lessons import Epoch, Outcome, Plan, Watcher, predict
from ocr.training.report.assessment import Assessment
from ocr.training.study import Answer, Question, Sets

_ACTIVATIONS = {"relu": scratch.ReLU, "sigmoid": scratch.Sigmoid, "tanh": scratch.Tanh}
_MEAN_INK = 0.2  # what Mlp takes from its input
_PARITY = 1e-3


class PerceptronLoss(Loss):
    """Mean of ``max_k y_k - y_t``: 0 where the right class wins. See `ocr.training.networks.perceptron`."""

    def value(self, y: NDArray[np.float32], t: NDArray[np.float32]) -> float:
        return float(np.mean(y.max(1) - (y * t).sum(1)))

    def gradient(self, y: NDArray[np.float32], t: NDArray[np.float32]) -> NDArray[np.float32]:
        winner = np.zeros_like(y)
        winner[np.arange(len(y)), y.argmax(1)] = 1
        return (winner - t) / np.float32(len(y))


def answer(question: Question, sets: Sets, watcher: Watcher) -> Answer:
    """Train with NumPy. SettingError for what it cannot do: other architectures, augmentation, schedules."""
    _check(question)
    plan, classes = question.plan, sets.train.classes
    begun = start.fresh(question.arch, classes, 1, question.options, plan.seed)
    network = scratch_network(begun.network, question.arch, plan)
    _copy(network, begun.network)
    before = start.first_layer(begun.network)
    before = None if before is None else before.copy()
    offset = _MEAN_INK if question.arch == "mlp" else 0.0
    inputs = [
        (
            part.images.reshape(len(part), -1) - np.float32(offset),
            np.eye(len(classes), dtype=np.float32)[part.labels],
        )
        for part in (sets.train, sets.valid)
    ]
    outcome = Outcome()
    best = network.theta.copy()
    began = last = time.perf_counter()

    def on_epoch(seen: ScratchEpoch) -> None:
        nonlocal best, last
        assert seen.validation is not None
        now = time.perf_counter()
        epoch = Epoch(
            seen.number,
            seen.training.loss,
            seen.training.accuracy,
            seen.validation.loss,
            seen.validation.accuracy,
            plan.rate,
            now - last,
        )
        last = now
        so_far = max((e.valid_accuracy for e in outcome.history), default=-1.0)
        outcome.history.append(epoch)
        if epoch.valid_accuracy > so_far:
            outcome.best, best = epoch.epoch, network.theta.copy()
        watcher.epoch(epoch, outcome.best == epoch.epoch)

    try:
        network.train(
            *inputs[0],
            _optimiser(plan),
            epochs=plan.epochs,
            batch=plan.batch,
            validation=inputs[1],
            on_epoch=on_epoch,
        )
    except KeyboardInterrupt:
        if not outcome.history:
            raise
        outcome.ended = "interrupted"
    seconds = time.perf_counter() - began
    network.theta[:] = best
    _copy(network, begun.network)
    device = torch.device("cpu")
    logits = predict(begun.network, sets.valid.images, device)
    _check_same(network, logits, inputs[1][0])
    tested = sets.test if sets.test is not None and len(sets.test) else sets.valid
    temperature = metrics.fit_temperature(logits, sets.valid.labels)
    probabilities = metrics.softmax(predict(begun.network, tested.images, device), temperature)
    return Answer(
        begun,
        outcome,
        Assessment(probabilities, tested.labels, classes),
        tested,
        temperature,
        seconds,
        before,
        sets,
    )


def scratch_network(like: nn.Module, arch: str, plan: Plan) -> scratch.Network:
    """The NumPy network of the form of ``like``, with its own random weights."""
    linear = [module for module in like.modules() if isinstance(module, nn.Linear)]
    linear.sort(key=lambda module: module is like.head)  # the head comes last
    activation = _ACTIVATIONS[
        next(
            (name for name in _ACTIVATIONS if getattr(like, "activation", None) is getattr(torch, name)),
            "relu",
        )
    ]
    layers: list[Layer] = []
    for module in linear:
        last = module is linear[-1]
        initialiser = (
            zeros if arch == "logistic" else he if activation is scratch.ReLU and not last else glorot
        )
        layers.append(scratch.Dense(module.in_features, module.out_features, initialiser))
        if not last:
            layers.append(activation())
    if arch == "perceptron":
        layers.append(scratch.Linear())
    else:
        layers.append(scratch.Softmax())
    loss = PerceptronLoss() if arch == "perceptron" else scratch.CrossEntropy()
    return scratch.Network(layers, loss, scratch.L2(plan.l2) if plan.l2 else None, seed=plan.seed)


def _copy(source: scratch.Network, target: nn.Module) -> None:
    linear = [module for module in target.modules() if isinstance(module, nn.Linear)]
    linear.sort(key=lambda module: module is target.head)
    with torch.no_grad():
        for layer, module in zip(source.dense, linear, strict=True):
            module.weight.copy_(torch.from_numpy(layer.W.T.copy()))  # (inputs, outputs) -> (outputs, inputs)
            module.bias.copy_(torch.from_numpy(layer.b.reshape(-1).copy()))


def _optimiser(plan: Plan) -> Optimiser:
    if plan.optimiser == "sgd":
        return scratch.GradientDescent(plan.rate)
    return (
        scratch.Momentum(plan.rate, plan.momentum)
        if plan.optimiser == "momentum"
        else scratch.Adam(plan.rate)
    )


def _check(question: Question) -> None:
    plan = question.plan
    cannot = {
        f"--arch {question.arch}": question.arch not in ("perceptron", "logistic", "mlp"),
        "--augment": plan.augment != "off",
        "--schedule": plan.schedule != "constant",
        "--balance": plan.balance != "none",
        "--smoothing": plan.smoothing > 0,
        "--bf16": plan.bf16,
        "--patience": plan.patience > 0,
        "--init": question.init is not None,
        "--dropout": question.options.get("dropout", 0) > 0,
        f"--optimiser {plan.optimiser}": plan.optimiser == "adamw",
        "--device cuda": question.device == "cuda",
    }
    for option, asked in cannot.items():
        if asked:
            raise SettingError(f"--backend numpy cannot do {option}; use --backend torch")


def _check_same(network: scratch.Network, logits: NDArray[np.float32], inputs: NDArray[np.float32]) -> None:
    """ArithmeticError unless the copy gives the answers of the original."""
    mine = network.predict(inputs)
    other = metrics.softmax(logits) if isinstance(network.layers[-1], scratch.Softmax) else logits
    difference = float(np.abs(mine - other).max())
    if not difference <= _PARITY * max(1.0, float(np.abs(mine).max())):
        raise ArithmeticError(f"the NumPy network and its copy differ by {difference:.2g}")
