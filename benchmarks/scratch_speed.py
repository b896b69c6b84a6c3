"""Seconds an epoch: the NumPy network against the same network in PyTorch, in turns, on the same cores.

784-500-250-100-10, ReLU, softmax, cross-entropy, batch 64, 50,000 images, float32. The images are random:
what is drawn on them makes no difference to the time.

    python benchmarks/scratch_speed.py [--threads 2] [--epochs 3] [--images 50000] [--optimiser adam]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from itertools import pairwise

SIZES = (784, 500, 250, 100, 10)
BATCH = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--optimiser", choices=["gradient_descent", "momentum", "adam"], default="adam")
    settings = parser.parse_args()
    # NumPy's matrix library reads this when it is loaded.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(settings.threads)
    ours = numpy_epoch(settings.images, settings.optimiser)
    theirs = torch_epoch(settings.images, settings.optimiser, settings.threads)
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(1, settings.epochs + 1):
        for epoch, kept in zip((ours, theirs), times, strict=True):
            start = time.perf_counter()
            epoch()
            kept.append(time.perf_counter() - start)
        print(f"epoch {number}: NumPy {times[0][-1]:.2f} s, torch {times[1][-1]:.2f} s", file=sys.stderr)
    best = min(times[0]), min(times[1])
    print(f"{settings.threads} threads, {settings.optimiser}, {settings.images} images, best epoch of each")
    print(f"NumPy {best[0]:.2f} s, torch {best[1]:.2f} s, ratio {best[0] / best[1]:.2f}")


def numpy_epoch(images: int, optimiser: str) -> Callable[[], object]:
    import numpy as np

    from ocr.scratch import CrossEntropy, Dense, Network, ReLU, Softmax
    from ocr.scratch.data import one_hot
    from ocr.scratch.optimisers import OPTIMISERS

    rng = np.random.default_rng(0)
    x = rng.random((images, SIZES[0]), np.float32)
    t = one_hot(rng.integers(0, SIZES[-1], images), SIZES[-1])
    layers = [layer for sizes in pairwise(SIZES) for layer in (Dense(*sizes), ReLU())]
    network = Network([*layers[:-1], Softmax()], CrossEntropy())
    stepper = OPTIMISERS[optimiser]()
    return lambda: network.train(x, t, stepper, epochs=1, batch=BATCH)


def torch_epoch(images: int, optimiser: str, threads: int) -> Callable[[], object]:
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # without it Adam takes twice as long here
    x = torch.rand(images, SIZES[0])
    t = torch.randint(SIZES[-1], (images,))
    pairs = pairwise(SIZES)
    layers = [layer for inputs, outputs in pairs for layer in (nn.Linear(inputs, outputs), nn.ReLU())]
    network = nn.Sequential(*layers[:-1])
    steppers = {
        "gradient_descent": lambda parameters: torch.optim.SGD(parameters, 0.01),
        "momentum": lambda parameters: torch.optim.SGD(parameters, 0.01, momentum=0.9),
        "adam": lambda parameters: torch.optim.Adam(parameters, 1e-3),
    }
    stepper = steppers[optimiser](network.parameters())
    loss_function = nn.CrossEntropyLoss()

    def epoch() -> None:
        # The same book-keeping as ours: a shuffled order, the running loss and the number of hits.
        loss_sum, hits = 0.0, 0
        for rows in torch.randperm(images).split(BATCH):
            stepper.zero_grad()
            y = network(x[rows])
            loss = loss_function(y, t[rows])
            loss.backward()
            stepper.step()
            loss_sum += loss.item() * len(rows)
            hits += int((y.argmax(1) == t[rows]).sum())

    return epoch


if __name__ == "__main__":
    main()
