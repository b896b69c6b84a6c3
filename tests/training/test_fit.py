"""The training loop on data that a line can separate."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor  # noqa: E402

from ocr.errors import DataError  # noqa: E402
from ocr.training.fit import Check, Fit, Settings, jitter, one_cycle  # noqa: E402
from ocr.training.networks import build  # noqa: E402
from ocr.training.pool import Batch  # noqa: E402

CPU = torch.device("cpu")
PLAIN = Settings(rate=3e-3, batch=32, steps=40, checks=4, jitter=False)


class Bars:
    """Stands in for a pool: 64 upright (0) and lying (1) bars at four places, one batch for each turn."""

    drawn = 64

    def __init__(self, turn: int = 0, mislabelled: int = 0) -> None:
        generator = torch.Generator().manual_seed(0)
        self.labels = torch.arange(64) % 2
        crops = torch.zeros(64, 32, 32)
        for crop, label, at in zip(
            crops, self.labels, 8 + 4 * torch.randint(4, (64,), generator=generator), strict=True
        ):
            (crop if label else crop.T)[at : at + 4, 4:28] = 1
        self.crops = crops
        self.labels[:mislabelled] = 1 - self.labels[:mislabelled]
        self.turn = turn

    def refresh(self) -> None:
        self.turn += 1

    def batch(self, size: int) -> Batch:
        pick = torch.randperm(64, generator=torch.Generator().manual_seed(self.turn))[:size]
        return Batch(self.crops[pick], self.labels[pick], torch.zeros(size, 6), pick)


def fit(settings: Settings = PLAIN, pool: Bars | None = None) -> Fit:
    torch.manual_seed(0)
    network = build("mlp", 2, hidden=16, dropout=0.0)
    return Fit(network, pool or Bars(), 64, settings, CPU)  # type: ignore[arg-type]


def weights(made: Fit) -> list[Tensor]:
    return [value.detach().clone() for part in (made.network, made.average) for value in part.parameters()]


def test_the_loss_falls_and_both_networks_learn() -> None:
    made, checks = fit(), list[Check]()
    made.run(checks.append)
    assert [check.step for check in checks] == [10, 20, 30, 40]
    assert [check.progress for check in checks] == [0.25, 0.5, 0.75, 1.0]
    assert checks[-1].loss < 0.5 * checks[0].loss
    pool = Bars()
    for network in (made.network.eval(), made.average):
        right = (network(pool.crops).argmax(1) == pool.labels).float().mean()
        assert right > 0.95


def test_one_seed_gives_one_result() -> None:
    first, again = fit(), fit()
    for made in (first, again):
        made.run(lambda check: None)
    assert all(map(torch.equal, weights(first), weights(again)))


def test_resumed_training_ends_where_the_whole_run_does(tmp_path: Path) -> None:
    whole = fit()
    whole.run(lambda check: None)
    path = tmp_path / "checkpoint.safetensors"

    def stop(check: Check) -> None:
        broken.save(path)
        raise KeyboardInterrupt

    broken = fit()
    with pytest.raises(KeyboardInterrupt):
        broken.run(stop)
    resumed, checks = fit(pool=Bars(turn=10)), list[Check]()
    resumed.resume(path)
    assert (resumed.step, resumed.spent) == (10, broken.spent)
    resumed.run(checks.append)
    assert [check.step for check in checks] == [20, 30, 40]
    assert all(map(torch.equal, weights(whole), weights(resumed)))
    torch.testing.assert_close(whole.seen, resumed.seen)
    assert list(tmp_path.iterdir()) == [path]  # no half-written file is left


def test_other_originals_are_doubted_anew(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    before = fit()
    before.run(lambda check: None)
    before.save(path)
    after = Fit(build("mlp", 2, hidden=16, dropout=0.0), Bars(), 80, PLAIN, CPU)  # type: ignore[arg-type]
    after.resume(path)
    assert all(map(torch.equal, weights(before), weights(after)))
    assert not after.seen.any() and not after.likelihood.any()


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    fit().save(path)
    other = Fit(build("mlp", 3, hidden=16), Bars(), 64, PLAIN, CPU)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"checkpoint\.safetensors: not a checkpoint of this network"):
        other.resume(path)
    path.write_bytes(b"cut off")
    with pytest.raises(DataError, match=r"checkpoint\.safetensors"):
        fit().resume(path)


def test_originals_that_never_look_like_their_label_are_left_out() -> None:
    made = fit()
    batch = Bars().batch(32)
    assert float(made.learn(batch, leave_out=True)) > 0.1  # seen once: too early to say
    made.seen[:], made.likelihood[:] = 10.0, 0.1  # a probability of 0.01 for each
    made.likelihood[5] = 5.0
    wrong = made.wrong()
    assert wrong[:5].all() and wrong[6:64].all() and not wrong[5]
    assert not wrong[64]  # what is no letter is never mislabelled
    made.likelihood[:] = -10.0  # this step's own answers do not count
    assert float(made.learn(batch, leave_out=True)) == 0
    assert float(made.learn(batch, leave_out=False)) > 0.1


def test_a_label_that_contradicts_the_others_stays_unlikely() -> None:
    made = fit(pool=Bars(mislabelled=4))
    made.run(lambda check: None)
    likelihood = made.likelihood[:64] / made.seen[:64]
    assert likelihood[:4].max() < 0.5 < likelihood[4:].min()


def test_the_rate_rises_and_falls_once() -> None:
    rates = [one_cycle(step / 100) for step in range(101)]
    peak = rates.index(max(rates))
    assert rates[peak] == pytest.approx(1) and peak == 6
    assert rates[:7] == sorted(rates[:7]) and rates[6:] == sorted(rates[6:], reverse=True)
    assert rates[-1] == pytest.approx(0, abs=1e-9)


def test_jitter_moves_about_half_and_only_a_little() -> None:
    torch.manual_seed(0)
    crops = Bars().crops
    moved = jitter(crops)
    changed = (moved - crops).abs().amax((1, 2)) > 0.01
    assert 16 < int(changed.sum()) < 48
    torch.testing.assert_close(moved.sum((1, 2)), crops.sum((1, 2)), rtol=0.3, atol=0.5)
