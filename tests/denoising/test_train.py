from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.handwriting import write_data

torch = pytest.importorskip("torch")

from ocr import store  # noqa: E402
from ocr.denoising.fit import Check  # noqa: E402
from ocr.denoising.fit import psnr as torch_psnr  # noqa: E402
from ocr.denoising.from_scratch import train_from_scratch, validate  # noqa: E402
from ocr.denoising.judge import Judge  # noqa: E402
from ocr.denoising.networks import NETWORKS, Bottleneck32, Denoiser  # noqa: E402
from ocr.denoising.pairs import Pairs, Ring, originals  # noqa: E402
from ocr.denoising.pca import Pca  # noqa: E402
from ocr.denoising.psnr import psnr  # noqa: E402
from ocr.denoising.train import FROM_SCRATCH, Nobody, Plan, train  # noqa: E402
from ocr.errors import DataError  # noqa: E402
from ocr.reading.denoise import CropCleaner  # noqa: E402
from tests.denoising.letters import drawn_crops  # noqa: E402

CPU = torch.device("cpu")
SMALL = Plan(steps=4, workers=0, device="cpu", batch=16, held_out=16, checks=2, epochs=2, letters=32)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("denoising") / "data")


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_keep_shape_and_range(name: str):
    network = NETWORKS[name]().eval()
    with torch.no_grad():
        crops = network(torch.rand(3, 32, 32))
    assert crops.shape == (3, 32, 32) and crops.min() >= 0 and crops.max() <= 1


def test_bottleneck32_is_the_reference():
    shapes = [tuple(p.shape) for p in Bottleneck32().parameters() if p.ndim == 2]
    assert shapes == [(32, 1024), (32, 32), (32, 32), (1024, 32)]
    code = NETWORKS["bottleneck32-deep"]().encoder(torch.rand(2, 1024))
    assert code.shape == (2, 32)


def test_denoiser_sees_the_whole_crop():
    crops = torch.rand(1, 32, 32, requires_grad=True)
    Denoiser().eval()(crops)[0, 16, 16].backward()
    assert (crops.grad[0, ::8, ::8] != 0).all()


def test_loss_is_the_psnr_that_is_reported():
    clean, other = np.random.default_rng(0).random((2, 4, 32, 32), np.float32)
    found = torch_psnr(torch.from_numpy(other), torch.from_numpy(clean))
    np.testing.assert_allclose(found, psnr(clean, other), atol=0.01)


def test_bottleneck32_starts_as_the_principal_components():
    crops = drawn_crops()
    pca = Pca.fit(crops, 32)
    network = Bottleneck32()
    network.start_from(pca)
    with torch.no_grad():
        begun = psnr(crops, network(torch.from_numpy(crops)).numpy()).mean()
    assert psnr(crops, np.broadcast_to(crops.mean(0), crops.shape)).mean() + 2 < begun
    reached: list[float] = []
    train_from_scratch(crops, crops, 1, on_epoch=lambda _, __, value: reached.append(value))
    assert reached[0] > begun - 1


def test_numpy_learns_to_give_letters_back():
    crops = drawn_crops()
    reached: list[float] = []
    network = train_from_scratch(crops, crops, 60, on_epoch=lambda _, __, value: reached.append(value))
    assert reached[-1] == pytest.approx(validate(network, crops))
    assert reached[-1] > reached[0] + 2


def test_the_judge_hears_what_changes_a_letter():
    judge = Judge("nist36-cnn", CPU, bf16=False)
    clean = torch.from_numpy(drawn_crops("OT"))
    assert float(judge.difference(clean, clean)) == pytest.approx(0, abs=1e-6)
    other = clean.flip(0).requires_grad_()
    judge.difference(other, clean).backward()
    assert judge.difference(other, clean) > 1 and other.grad.abs().sum() > 0


def test_the_same_seed_draws_the_same_pairs(data: Path):
    letters = originals(data, "nist36-cnn")
    first, again, other = (next(iter(Pairs(letters, seed, block=8))) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.damaged, again.damaged)
    assert not np.array_equal(first.damaged, other.damaged)
    assert not np.array_equal(first.damaged, first.clean)


def test_a_ring_goes_on_where_it_was(data: Path):
    letters = originals(data, "nist36-cnn")

    def ring() -> Ring:
        return Ring(Pairs(letters, block=4), CPU, batch=8, blocks=3, reuse=1.0)

    first, again = ring(), ring()
    for _ in range(9):
        first.batch()
    again.resume(first.state())
    assert again.drawn == first.drawn == 5 * 16
    for _ in range(4):
        assert torch.equal(first.batch().damaged, again.batch().damaged)


def test_training_writes_models_that_read_without_torch(data: Path, tmp_path: Path):
    curves = train(data, tmp_path, SMALL)
    assert set(curves) == {*NETWORKS, FROM_SCRATCH}
    noisy = np.random.default_rng(0).random((3, 32, 32), np.float32)
    for name in curves:
        model = store.load(tmp_path / f"{name}.onnx", "denoiser")
        assert [check.step for check in curves[name]][-1] == model["training"]["step"]
        assert model["metrics"][0]["value"] == pytest.approx(curves[name][-1].validation, abs=0.01)
        assert {source["sha256"] for source in model["training_data"]}
        cleaned = CropCleaner(model.path).clean(noisy)
        assert cleaned.shape == noisy.shape
    train(data, tmp_path, SMALL, ("bottleneck32",))  # the others' curves stay
    points = json.loads((tmp_path / "training.json").read_text())
    assert (
        set(points) == set(curves)
        and len(points["denoiser"]) == 2
        and points["denoiser"][0]["validation"] > 0
    )


class Interrupts(Nobody):
    """Ctrl-C after the first check of ``name``."""

    def __init__(self, name: str) -> None:
        self.name = name

    def check(self, name: str, check: Check) -> None:
        if name == self.name:
            raise KeyboardInterrupt


def test_a_resumed_run_ends_as_if_never_interrupted(data: Path, tmp_path: Path):
    both = ("denoiser", "bottleneck32", FROM_SCRATCH)
    whole = train(data, tmp_path / "whole", SMALL, both)
    for name in both[:2]:
        with pytest.raises(KeyboardInterrupt):
            train(data, tmp_path / "parts", SMALL, both, resume=name != both[0], watcher=Interrupts(name))
    resumed = train(data, tmp_path / "parts", SMALL, both, resume=True)
    noisy = np.random.default_rng(0).random((3, 32, 32), np.float32)
    for name in both:
        points = [[(check.step, check.training) for check in curves[name]] for curves in (whole, resumed)]
        assert points[0] == points[1] and len(points[0]) == 2
        first, again = (
            CropCleaner(tmp_path / run / f"{name}.onnx").clean(noisy) for run in ("whole", "parts")
        )
        np.testing.assert_array_equal(first, again)
    before = (tmp_path / "parts" / "denoiser.onnx").stat().st_mtime_ns
    assert train(data, tmp_path / "parts", SMALL, both, resume=True) == resumed  # nothing is left to do
    assert (tmp_path / "parts" / "denoiser.onnx").stat().st_mtime_ns == before


def test_only_the_same_run_is_resumed(data: Path, tmp_path: Path):
    with pytest.raises(DataError, match="no checkpoint"):
        train(data, tmp_path, SMALL, ("bottleneck32",), resume=True)
    train(data, tmp_path, SMALL, ("bottleneck32",))
    with pytest.raises(DataError, match="seed 0, not 1"):
        train(data, tmp_path, replace(SMALL, seed=1), ("bottleneck32",), resume=True)
    (tmp_path / "bottleneck32.checkpoint.safetensors").write_bytes(b"no tensors")
    with pytest.raises(DataError, match="not a checkpoint"):
        train(data, tmp_path, SMALL, ("bottleneck32",), resume=True)


def test_training_starts_from_a_model(data: Path, tmp_path: Path):
    train(data, tmp_path, replace(SMALL, init="denoiser", rate=1e-9), ("denoiser",))
    noisy = np.random.default_rng(0).random((3, 32, 32), np.float32)
    shipped, begun = (CropCleaner(model).clean(noisy) for model in ("denoiser", tmp_path / "denoiser.onnx"))
    np.testing.assert_allclose(shipped, begun, atol=1e-3)
    assert store.load(tmp_path / "denoiser.onnx")["training"]["init"]["sha256"]
