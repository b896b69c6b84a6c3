"""Every architecture takes both layouts, gives logits, can learn, and can be exported."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from ocr.training.networks import NETWORKS, build  # noqa: E402
from ocr.training.networks.perceptron import Perceptron  # noqa: E402

CLASSIFIERS = ["perceptron", "logistic", "mlp", "lenet5", "cnn", "resnet18", "mobilenetv2", "squeezenet"]


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_shapes_and_gradients(name: str) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = build(name, 7)
    scores = network(torch.rand(2, 32, 32))
    assert scores.shape == (2, 7)
    scores.logsumexp(1).sum().backward()
    assert all(weight.grad is not None for weight in network.parameters())
    assert network.head.weight.shape[0] == 7, "what --freeze and another class list replace"


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_colour(name: str) -> None:
    assert build(name, 5, channels=3)(torch.rand(2, 32, 32, 3)).shape == (2, 5)


def test_reference_sizes() -> None:
    """Weights as published, for the sizes of the publications."""
    count = {
        name: sum(weight.numel() for weight in build(name, 10).parameters())
        for name in NETWORKS
        if name in CLASSIFIERS
    }
    assert count["lenet5"] == 61_706  # the figure that every textbook gives for the fully connected C3
    assert count["logistic"] == 10_250
    assert 11.1e6 < count["resnet18"] < 11.2e6


def test_mlp_depth_and_activation() -> None:
    network = build("mlp", 4, hidden=[40, 30, 20], activation="tanh")
    layers = [layer for layer in network.modules() if isinstance(layer, torch.nn.Linear)]
    assert [layer.out_features for layer in layers] == [40, 30, 20, 4]
    with pytest.raises(ValueError, match="relu, sigmoid, tanh"):
        build("mlp", 4, activation="step")


def test_perceptron_loss_moves_only_by_mistakes() -> None:
    scores = torch.tensor([[3.0, 1.0, 0.0], [0.0, 2.0, 5.0]], requires_grad=True)
    loss = Perceptron.loss(scores, torch.tensor([0, 1]))
    assert loss.item() == pytest.approx((0 + 3) / 2)
    loss.backward()
    # The first is right and teaches nothing; of the second, its own class is raised and the winner lowered.
    torch.testing.assert_close(scores.grad, torch.tensor([[0.0, 0, 0], [0, -0.5, 0.5]]))
