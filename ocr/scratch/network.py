"""A network: layers one after another, and a loss at the end. Backpropagation is `Network.backward`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from ocr.scratch.activations import Softmax
from ocr.scratch.initialisers import Floats
from ocr.scratch.layers import Dense, Layer
from ocr.scratch.losses import CrossEntropy, Loss
from ocr.scratch.optimisers import Optimiser
from ocr.scratch.penalties import Penalty


@dataclass(frozen=True, slots=True)
class Score:
    """Mean loss per sample, and the share in [0, 1] whose largest output is the largest target.

    ``loss`` is without the penalty, so that a training and a validation loss can be compared.
    """

    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the training set; ``training`` is averaged over it, while the weights were moving."""

    number: int
    training: Score
    validation: Score | None


class Network:
    """Layers, loss, penalty, and all parameters as one vector.

    theta, gradient: (P,) of ``dtype``; the layers hold views of them. float32 is twice as fast; gradient
    checks want float64.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        loss: Loss,
        penalty: Penalty | None = None,
        *,
        seed: int = 0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.layers, self.loss, self.penalty = list(layers), loss, penalty or Penalty()
        total = sum(layer.size for layer in self.layers)
        self.theta: Floats = np.zeros(total, dtype)
        self.gradient: Floats = np.zeros(total, dtype)
        self._rng = np.random.default_rng(seed)
        start = 0
        for layer in self.layers:
            own = slice(start, start + layer.size)
            layer.place(self.theta[own], self.gradient[own], self._rng)
            start += layer.size

    def forward(self, x: Floats) -> Floats:
        """x: (N, inputs) -> y: (N, outputs)."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, y: Floats, t: Floats) -> None:
        """Fill ``gradient`` for the outputs y of the last `forward` and the targets t, both (N, outputs).

        The gradient by the outputs travels back through the layers; each takes from it the gradient of its
        own parameters and hands on the gradient by its input. Nobody asks for the one by x, so the first
        layer, often the largest, is spared it.
        """
        if isinstance(self.loss, CrossEntropy) and isinstance(self.layers[-1], Softmax):
            dy, way_back = self.loss.through_softmax(y, t), self.layers[-2::-1]
        else:
            dy, way_back = self.loss.gradient(y, t), self.layers[::-1]
        for layer in way_back:
            layer.learn(dy)
            if layer is not self.layers[0]:
                dy = layer.backward(dy)
        for layer in self.dense:
            self.penalty.add_gradient(layer.W, layer.dW)

    def objective(self, x: Floats, t: Floats) -> float:
        """What training lowers: loss plus penalty. x: (N, inputs), t: (N, outputs)."""
        return self.loss.value(self.forward(x), t) + sum(self.penalty.value(layer.W) for layer in self.dense)

    @property
    def dense(self) -> list[Dense]:
        """The layers with weights, input first."""
        return [layer for layer in self.layers if isinstance(layer, Dense)]

    def train(
        self,
        x: Floats,
        t: Floats,
        optimiser: Optimiser,
        *,
        epochs: int,
        batch: int = 64,
        validation: tuple[Floats, Floats] | None = None,
        on_epoch: Callable[[Epoch], None] | None = None,
    ) -> list[Epoch]:
        """Mini-batch descent over ``epochs`` passes, in a new random order each.

        x: (N, inputs), t: (N, outputs); ``validation`` is such a pair, scored after each pass. ``on_epoch``
        is called with each finished epoch. Returns all of them. Arrays of another dtype than the network's
        are converted once.
        """
        x, t = self._own(x), self._own(t)
        history = []
        for number in range(1, epochs + 1):
            loss = right = 0.0
            for rows in batches(self._rng.permutation(len(x)), batch):
                x_batch, t_batch = x[rows], t[rows]  # (B, inputs), (B, outputs)
                y = self.forward(x_batch)
                self.backward(y, t_batch)
                optimiser.step(self.theta, self.gradient)
                loss += self.loss.value(y, t_batch) * len(rows)
                right += _hits(y, t_batch)
            training = Score(loss / len(x), right / len(x))
            epoch = Epoch(number, training, self.evaluate(*validation) if validation else None)
            history.append(epoch)
            if on_epoch:
                on_epoch(epoch)
        return history

    def evaluate(self, x: Floats, t: Floats, batch: int = 1024) -> Score:
        """Mean loss and accuracy on x: (N, inputs), t: (N, outputs)."""
        x, t = self._own(x), self._own(t)
        loss = right = 0.0
        for rows in batches(np.arange(len(x)), batch):
            y, t_batch = self.forward(x[rows]), t[rows]
            loss += self.loss.value(y, t_batch) * len(rows)
            right += _hits(y, t_batch)
        return Score(loss / len(x), right / len(x))

    def predict(self, x: Floats, batch: int = 1024) -> Floats:
        """x: (N, inputs) -> y: (N, outputs); for classes, ``predict(x).argmax(axis=1)``."""
        x = self._own(x)
        return np.concatenate([self.forward(x[rows]) for rows in batches(np.arange(len(x)), batch)])

    def _own(self, array: Floats) -> Floats:
        return np.asarray(array, self.theta.dtype)


def batches(order: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Cut the rows in ``order`` (N,) into parts of ``size``; the last may be smaller."""
    return (order[start : start + size] for start in range(0, len(order), size))


def _hits(y: Floats, t: Floats) -> int:
    return int(np.count_nonzero(y.argmax(axis=1) == t.argmax(axis=1)))
