"""The loop: same seed, same weights; stopping and going on changes nothing; Ctrl-C keeps the best."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from ocr.errors import DataError  # noqa: E402
from ocr.training.datasets import Samples  # noqa: E402
from ocr.training.lessons import Epoch, Lessons, Plan, predict  # noqa: E402
from ocr.training.start import fresh  # noqa: E402

CPU = torch.device("cpu")
PLAN = Plan(
    epochs=4,
    batch=16,
    rate=3e-3,
    optimiser="adamw",
    schedule="one-cycle",
    l2=0.01,
    smoothing=0.05,
    augment="full",
    balance="class",
    seed=3,
)


class Watch:
    """Counts, and presses Ctrl-C after an epoch if asked to."""

    def __init__(self, interrupt_after: int = 0) -> None:
        self.interrupt_after, self.epochs, self.batches = interrupt_after, [], 0

    def batch(self, epoch: int, done: int, batches: int, loss: float, accuracy: float) -> None:
        self.batches += 1
        if self.interrupt_after and epoch > self.interrupt_after and done == batches // 2:
            raise KeyboardInterrupt

    def epoch(self, epoch: Epoch, best: bool) -> None:
        self.epochs.append(epoch)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def bars(count: int, seed: int) -> Samples:
    """Horizontal or vertical bars in noise: a task that takes learning but not long."""
    rng = np.random.default_rng(seed)
    images = rng.uniform(0, 0.4, (count, 32, 32)).astype(np.float32)
    labels = rng.integers(0, 2, count)
    for image, label, place in zip(images, labels, rng.integers(8, 24, count), strict=True):
        part = (slice(place, place + 3), slice(4, 28)) if label else (slice(4, 28), slice(place, place + 3))
        image[part] += 0.6
    return Samples(images, labels.astype(np.int64), ("|", "-"), np.full(count, ""), "bars", "abc")


def lessons(plan: Plan = PLAN, arch: str = "lenet5", **options: float) -> Lessons:
    begun = fresh(arch, ("|", "-"), 1, {"dropout": 0.3, **options} if arch != "logistic" else {}, plan.seed)
    return Lessons(begun.network, bars(96, 0), bars(40, 1), plan, CPU)


def weights(one: Lessons) -> list[np.ndarray]:
    return [value.numpy() for value in one.network.state_dict().values()]


def test_learns() -> None:
    taught = lessons(replace(PLAN, epochs=8, augment="off"))
    outcome = taught.run(Watch())
    assert outcome.history[-1].train_loss < outcome.history[0].train_loss
    logits = predict(taught.network, bars(100, 9).images, CPU)
    assert (logits.argmax(1) == bars(100, 9).labels).mean() > 0.9


def test_same_seed_same_weights_and_another_seed_others() -> None:
    first, second = lessons(), lessons()
    other = lessons(replace(PLAN, seed=4))
    torch.manual_seed(1)
    first.run(Watch())
    torch.manual_seed(2)  # the global generator has no say
    second.run(Watch())
    other.run(Watch())
    assert all(np.array_equal(a, b) for a, b in zip(weights(first), weights(second), strict=True))
    assert not np.array_equal(weights(first)[0], weights(other)[0])


@pytest.mark.parametrize("arch", ["lenet5", "cnn"])  # without and with running statistics
def test_resumed_is_identical(tmp_path: Path, arch: str) -> None:
    options = {"width": 4} if arch == "cnn" else {}
    whole = lessons(arch=arch, **options)
    whole.run(Watch())
    checkpoint = tmp_path / "run.safetensors"
    stopped = lessons(arch=arch, **options)
    assert stopped.run(Watch(interrupt_after=2), checkpoint).ended == "interrupted"
    resumed = lessons(replace(PLAN), arch=arch, **options)
    resumed.resume(checkpoint)
    watch = Watch()
    outcome = resumed.run(watch, checkpoint)
    assert [epoch.epoch for epoch in watch.epochs] == [3, 4]
    assert all(np.array_equal(a, b) for a, b in zip(weights(whole), weights(resumed), strict=True))
    losses = [epoch.valid_loss for epoch in whole.outcome.history]
    assert [epoch.valid_loss for epoch in outcome.history] == losses


def test_resume_refuses_another_plan(tmp_path: Path) -> None:
    checkpoint = tmp_path / "run.safetensors"
    lessons(replace(PLAN, epochs=1)).run(Watch(), checkpoint)
    with pytest.raises(DataError, match=r"rate was 0\.003 and is now 0\.5"):
        lessons(replace(PLAN, epochs=1, rate=0.5)).resume(checkpoint)
    checkpoint.write_bytes(b"something else")
    with pytest.raises(DataError, match="not a checkpoint"):
        lessons().resume(checkpoint)


def test_interrupt_keeps_the_best() -> None:
    taught = lessons(replace(PLAN, epochs=6, augment="off"))
    outcome = taught.run(Watch(interrupt_after=3))
    assert outcome.ended == "interrupted" and len(outcome.history) == 3
    accuracy = (predict(taught.network, taught.valid.images, CPU).argmax(1) == taught.valid.labels).mean()
    assert accuracy == max(epoch.valid_accuracy for epoch in outcome.history)


def test_early_stopping() -> None:
    taught = lessons(replace(PLAN, epochs=50, rate=1e-9, schedule="constant", optimiser="sgd", patience=3))
    outcome = taught.run(Watch())
    assert len(outcome.history) < 50 and "no better for 3 epochs" in outcome.ended
    assert len(outcome.history) - outcome.best == 3


def test_frozen_trains_the_head_alone() -> None:
    begun = fresh("cnn", ("|", "-"), 1, {"width": 4}, 0)
    before = {name: value.clone() for name, value in begun.network.state_dict().items()}
    Lessons(begun.network, bars(64, 0), bars(20, 1), PLAN, CPU, frozen=True).run(Watch())
    changed = {
        name for name, value in begun.network.state_dict().items() if not torch.equal(value, before[name])
    }
    assert changed == {"head.weight", "head.bias"}


def test_an_artist_draws_anew_in_each_epoch() -> None:
    seen: list[np.ndarray] = []
    fixed = bars(32, 0)

    def artist(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        seen.append(rng.random(3))
        return fixed.images[rows]

    begun = fresh("logistic", ("|", "-"), 1, {}, 0)
    Lessons(begun.network, replace(fixed, artist=artist), bars(10, 1), Plan(epochs=2, batch=16), CPU).run(
        Watch()
    )
    assert len(seen) == 4 and len({tuple(draw) for draw in seen}) == 4
