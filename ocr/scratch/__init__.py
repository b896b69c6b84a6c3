"""A neural network from nothing but NumPy, to be read from top to bottom.

    initialisers.py   the weights before the first step
    layers.py         Layer, Dense: forward and backward
    activations.py    ReLU, sigmoid, tanh, softmax, linear
    losses.py         squared error, cross-entropy
    penalties.py      L1 and L2
    optimisers.py     gradient descent, momentum, Adam
    network.py        layers + loss: train, evaluate, predict
    gradcheck.py      every gradient against finite differences
    data.py           one-hot labels, standardised inputs
    metrics.py        precision, recall, F1 and support of each class
    export.py         a trained network as an ONNX model
    autoencoder.py    1024-32-32-32-1024

Notation, the same in every file: N samples in a batch, x the input of a layer, y its output, t the
targets, L the loss (a number). The gradient dL/dy of an array y is written ``dy`` and has the shape of y.
"""

from __future__ import annotations

from ocr.scratch.activations import Linear, ReLU, Sigmoid, Softmax, Tanh
from ocr.scratch.layers import Dense
from ocr.scratch.losses import CrossEntropy, SquaredError
from ocr.scratch.network import Network
from ocr.scratch.optimisers import Adam, GradientDescent, Momentum
from ocr.scratch.penalties import L1, L2

__all__ = [
    "L1",
    "L2",
    "Adam",
    "CrossEntropy",
    "Dense",
    "GradientDescent",
    "Linear",
    "Momentum",
    "Network",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "SquaredError",
    "Tanh",
]
