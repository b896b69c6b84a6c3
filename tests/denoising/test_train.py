from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.training.handwriting import write_data

torch = pytest.importorskip("torch")

from ocr import store  # noqa: E402
from ocr.denoising.fit import psnr as torch_psnr  # noqa: E402
from ocr.denoising.from_scratch import train_from_scratch, validate  # noqa: E402
from ocr.denoising.networks import NETWORKS, Bottleneck32, Denoiser  # noqa: E402
from ocr.denoising.pairs import Pairs, originals  # noqa: E402
from ocr.denoising.psnr import psnr  # noqa: E402
from ocr.denoising.train import FROM_SCRATCH, train  # noqa: E402
from ocr.reading.denoise import CropCleaner  # noqa: E402
from tests.denoising.letters import drawn_crops  # noqa: E402


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


def test_numpy_learns_to_give_letters_back():
    crops = drawn_crops()
    reached: list[float] = []
    network = train_from_scratch(crops, crops, 60, on_epoch=lambda _, __, value: reached.append(value))
    assert reached[-1] == pytest.approx(validate(network, crops))
    assert reached[-1] > reached[0] + 3


def test_the_same_seed_draws_the_same_pairs(data: Path):
    letters = originals(data, "nist36-cnn")
    first, again, other = (next(iter(Pairs(letters, seed, block=8))) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.damaged, again.damaged)
    np.testing.assert_array_equal(first.labels, again.labels)
    assert not np.array_equal(first.damaged, other.damaged)
    assert not np.array_equal(first.damaged, first.clean)


def test_training_writes_models_that_read_without_torch_and_repeats_itself(data: Path, tmp_path: Path):
    options = {
        "steps": 4,
        "workers": 0,
        "device": "cpu",
        "batch": 16,
        "held_out": 16,
        "checks": 2,
        "epochs": 2,
        "letters": 32,
    }
    for folder in ("first", "again"):
        curves = train(data, tmp_path / folder, **options)
    assert set(curves) == {*NETWORKS, FROM_SCRATCH}
    noisy = np.random.default_rng(0).random((3, 32, 32), np.float32)
    for name in curves:
        model = store.load(tmp_path / "first" / f"{name}.onnx", "denoiser")
        assert [check.step for check in curves[name]][-1] == model["training"]["step"]
        assert model["metrics"][0]["value"] == pytest.approx(curves[name][-1].validation, abs=0.01)
        assert {source["sha256"] for source in model["training_data"]}
        cleaned = CropCleaner(model.path).clean(noisy)
        assert cleaned.shape == noisy.shape
        np.testing.assert_array_equal(cleaned, CropCleaner(tmp_path / "again" / f"{name}.onnx").clean(noisy))
    train(data, tmp_path / "first", networks=("bottleneck32",), **options)  # the others' curves stay
    points = json.loads((tmp_path / "first" / "training.json").read_text())
    assert (
        set(points) == set(curves)
        and len(points["denoiser"]) == 2
        and points["denoiser"][0]["validation"] > 0
    )
