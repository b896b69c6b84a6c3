"""The five reports' comparisons, each as a function that returns its part of docs/experiments.md."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.experiments.common import Row, markdown, percent, run
from ocr.training.lessons import Plan
from ocr.training.study import Question


def from_scratch(letters: Path, kept: Path) -> str:
    """Report 1: the network from nothing but NumPy at three rates, and what PyTorch adds."""
    plan = Plan(epochs=50, batch=32, rate=0.009, optimiser="sgd")
    mlp = Question([letters], "mlp", {"hidden": 64, "activation": "sigmoid", "dropout": 0.0}, plan, "kept")
    # The report's loss is summed over a batch of 32, ours is averaged: its rate of 0.009 is our 0.288.
    rows = [
        (name, theirs, run(replace(mlp, plan=replace(plan, rate=rate * 32)), kept, "numpy"))
        for name, rate, theirs in (
            ("NumPy, 64 sigmoid, rate 0.009", 0.009, "valid 78.2 / test 75 % (best report 78.9 / 78.8)"),
            ("ten times the rate, 0.09", 0.09, "unstable"),
            ("a tenth of the rate, 0.0009", 0.0009, "slow"),
        )
    ]
    dense = Question([letters], "mlp", {"hidden": [256]}, Plan(15, 64, 1e-3, augment="light"), "kept")
    rows.append(("fully connected, PyTorch", "test 79-83 %", run(dense, kept)))
    rows.append(
        (
            "convolutional, PyTorch",
            "test 86-89 %, best 93.6 %",
            run(
                replace(
                    dense,
                    arch="cnn",
                    options={"width": 16},
                    plan=Plan(8, 64, 3e-3, "adamw", schedule="one-cycle", augment="light"),
                ),
                kept,
            ),
        )
    )
    return _table(rows)


def backbones(digits: Path, kept: Path) -> str:
    """Report 2: architectures against each other on a part of the data, Adam at 1e-3."""
    plan = Plan(10, 64, 1e-3)
    rows = []
    for arch, theirs in (
        ("lenet5", "76.0 %"),
        ("cnn", "–"),
        ("squeezenet", "–"),
        ("mobilenetv2", "32.9 % (MNASNet)"),
        ("resnet18", "87.2 %"),
    ):
        small = arch in ("lenet5", "cnn")
        question = Question(
            [digits],
            arch,
            {},
            plan if small else replace(plan, epochs=3, batch=16),
            "kept",
            limit=2500 if small else 500,
        )
        rows.append(
            (f"{arch}, {question.limit} digits, {question.plan.epochs} epochs", theirs, run(question, kept))
        )
    return _table(rows)


def linear_to_deep(letters: Path, kept: Path) -> str:
    """Report 3: from a line to layers, then what batch, rate, L2 and dropout do."""
    plan = Plan(12, 64, 0.01, "sgd")
    base = Question([letters], "mlp", {"hidden": 200, "dropout": 0.0}, plan, "kept")
    two = replace(base, options={"hidden": [200, 200], "dropout": 0.0})
    rows = [
        (name, theirs, run(question, kept))
        for name, theirs, question in (
            ("perceptron", "34.2 %", replace(base, arch="perceptron", options={})),
            ("logistic regression, rate 0.01", "57.8 %", replace(base, arch="logistic", options={})),
            (
                "logistic regression, rate 0.001",
                "59.4 %",
                replace(base, arch="logistic", options={}, plan=replace(plan, rate=0.001)),
            ),
            ("one hidden layer of 200 ReLU", "75.6 %", replace(base, plan=replace(plan, rate=0.1))),
            ("two of 200, batch 16", "657 s", replace(two, plan=replace(plan, batch=16, rate=0.1))),
            ("two of 200, batch 1024", "79 s", replace(two, plan=replace(plan, batch=1024, rate=0.1))),
            ("two of 200, rate 1", "–", replace(two, plan=replace(plan, rate=1.0))),
            ("two of 200, rate 0.1", "82.9 %", replace(two, plan=replace(plan, rate=0.1, epochs=20))),
            ("two of 200, rate 0.01", "–", replace(two, plan=plan)),
            ("two of 200, rate 0.001", "–", replace(two, plan=replace(plan, rate=0.001))),
            (
                "the same at 0.1 with L2 1e-4",
                "85.8 % (against 84.4)",
                replace(two, plan=replace(plan, rate=0.1, epochs=20, l2=1e-4)),
            ),
            (
                "the same with dropout 0.2",
                "86.3 % (against 84.4)",
                replace(
                    two,
                    options={"hidden": [200, 200], "dropout": 0.2},
                    plan=replace(plan, rate=0.1, epochs=20),
                ),
            ),
        )
    ]
    return _table(rows)


def numpy_library(digits: Path, kept: Path) -> str:
    """Report 4: the network 500-250-100 of the NumPy library, its activations, PyTorch, and L2."""
    plan = Plan(15, 64, 1e-3, "adam")
    rows = []
    for name, activation, backend, l2, theirs in (
        ("NumPy, sigmoid", "sigmoid", "numpy", 0.0, "86 %"),
        ("NumPy, tanh", "tanh", "numpy", 0.0, "93 %"),
        ("NumPy, ReLU", "relu", "numpy", 0.0, "94 % (44 min, 60,000 digits)"),
        ("PyTorch, ReLU", "relu", "torch", 0.0, "94 %"),
        ("NumPy, ReLU, L2 1e-4", "relu", "numpy", 1e-4, "78 %"),
    ):
        options = {"hidden": [500, 250, 100], "activation": activation, "dropout": 0.0}
        rows.append(
            (
                name,
                theirs,
                run(Question([digits], "mlp", options, replace(plan, l2=l2), "kept"), kept, backend),
            )
        )
    return _table(rows)


def augmentation(letters: Path, kept: Path) -> str:
    """Report 5: a small convolutional network without and with augmentation, on little data."""
    rows = [
        (
            f"LeNet-5, augmentation {level}",
            theirs,
            run(
                Question([letters], "lenet5", {}, Plan(15, 64, 2e-3, augment=level), "kept", limit=3600), kept
            ),
        )
        for level, theirs in (
            ("off", "58 % (small CNN)"),
            ("light", "–"),
            ("full", "train 75 / valid 72 % (no gap)"),
        )
    ]
    return _table(rows)


def _table(rows: list[tuple[str, str, Row]]) -> str:
    return markdown(
        (
            "what",
            "theirs",
            "ours: valid.",
            "training then",
            "test",
            "precision / recall / F1",
            "epochs",
            "time",
        ),
        [
            (
                name,
                theirs,
                percent(row["best"]["valid_accuracy"]),
                percent(row["best"]["train_accuracy"]),
                percent(row["accuracy"]),
                f"{row['precision']:.3f} / {row['recall']:.3f} / {row['macro_f1']:.3f}",
                f"{row['best']['epoch']} of {row['epochs']}",
                f"{row['seconds']:.0f} s",
            )
            for name, theirs, row in rows
        ],
    )
