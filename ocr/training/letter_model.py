"""From a recipe to a shipped model: train, measure on writers never seen, calibrate, export with its card."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ocr.reading.classifier import Classifier
from ocr.training import metrics
from ocr.training.export import export, write_card
from ocr.training.fit import Check, Fit, Settings
from ocr.training.letters import Letters
from ocr.training.networks import build
from ocr.training.pool import Pool
from ocr.training.quantise import Feed, quantise
from ocr.training.recipes import RECIPES, Recipe

HELD_OUT_SEED = 20_000
USUAL, USUAL_SEED = 1024, 1
SOURCES = {
    "unipen": (
        "UNIPEN train_r01_v07, International Unipen Foundation, 1999, doi:10.5281/zenodo.1195803",
        "CC BY 4.0",
    ),
    "fonts": (
        "108 handwriting font faces, see models/README.md",
        "SIL OFL 1.1, Apache 2.0, GPL with font exception, CC BY-SA",
    ),
    "mnist": ("MNIST, 10,000 of the training digits", "CC BY-SA 3.0"),
}


@dataclass(frozen=True)
class HeldOut:
    """Drawings of validation's writers, faces and digits."""

    crops: NDArray[np.float32]
    labels: NDArray[np.int64]
    placements: NDArray[np.float32]
    kinds: NDArray[np.int64]


def held_out(data: Path, recipe: Recipe, count: int) -> HeldOut:
    """``count`` letters drawn from writers, faces and digits that training never sees, labels as they are."""
    letters = Letters(data, recipe, held_out=True)
    drawings = letters.draw(count, np.random.default_rng(HELD_OUT_SEED))
    kinds = np.where(drawings.glyphs >= 0, letters.kinds[drawings.glyphs], -1)
    return HeldOut(
        drawings.images.astype(np.float32) / np.float32(255), drawings.labels, drawings.placements, kinds
    )


def train(
    name: str,
    data: Path,
    output: Path,
    settings: Settings,
    workers: int,
    device: torch.device,
    capacity: int = 400_000,
    held_out_letters: int = 12_000,
    resume: bool = False,
    **network_options: int | float,
) -> Path:
    """Train the recipe ``name`` and export ``output/name.onnx`` with its card; returns the path.

    A checkpoint and a first export are written at each check, so that a stopped run leaves a usable model.
    """
    torch.manual_seed(settings.seed)
    recipe = RECIPES[name]
    recipe = replace(recipe, network_options={**recipe.network_options, **network_options})
    output.mkdir(parents=True, exist_ok=True)
    with Pool(data, name, workers, capacity, device, settings.seed) as pool:
        test = held_out(data, recipe, held_out_letters)
        letters = pool.letters if pool.letters is not None else Letters(data, recipe)
        network = build(recipe.network, len(recipe.classes), **recipe.network_options)
        fit = Fit(network, pool, len(letters), settings, device, recipe.placement)
        checkpoint = output / f"{name}.checkpoint.safetensors"
        if resume and checkpoint.exists():
            fit.resume(checkpoint)
        usual = usual_letters(letters) if recipe.quantised else None
        pool.refresh(wait=True)
        path = output / f"{name}.onnx"

        def on_check(check: Check) -> None:
            fit.save(checkpoint)
            card = _card(recipe, letters.checksums, settings, check)
            measured = measure(fit, test, card, path, usual)
            print(
                f"{name} {check.progress:4.0%} {check.seconds:5.0f} s, step {check.step}, "
                f"drawn {check.drawn}, loss {check.loss:.3f}, left out {check.left_out}, {measured}",
                file=sys.stderr,
                flush=True,
            )

        fit.run(on_check)
        wrong = np.flatnonzero(fit.wrong()[:-1].cpu().numpy())
        np.savetxt(
            output / f"{name}.left_out.txt",
            np.column_stack([letters.kinds, letters.members])[wrong],
            fmt="%d",
        )
    return path


def usual_letters(letters: Letters) -> Feed:
    """Training's own drawings, by which the ranges of a quantised network's activations are set."""
    drawings = letters.draw(USUAL, np.random.default_rng(USUAL_SEED))
    feed = {"crops": drawings.images.astype(np.float32) / np.float32(255)}
    return feed | {"placement": drawings.placements} if letters.recipe.placement else feed


def measure(fit: Fit, test: HeldOut, card: dict[str, Any], path: Path, usual: Feed | None = None) -> str:
    """Export the averaged network, calibrated; put what it reaches on held-out writers into the card.

    usual: what its inputs usually hold, to quantise it; None leaves it in floating point.
    """
    features = test.placements.shape[1] if fit.features else 0
    card = {**card, "temperature": 1.0}
    export(fit.average, path, card, features)
    if usual is not None:
        quantise(path, usual)
        write_card(path, card)
    return describe(test, card, path)


def describe(test: HeldOut, card: dict[str, Any], path: Path) -> str:
    """Calibrate the model ``path`` of temperature 1; put what it reaches on held-out writers into its card."""
    logits = Classifier(path).logits(test.crops, test.placements)
    half = np.arange(len(logits)) % 2 == 0
    temperature = metrics.fit_temperature(logits[half], test.labels[half])
    probabilities = metrics.softmax(logits, temperature)
    label = "drawings of unseen writers, faces and digits (UNIPEN, fonts, MNIST test), labels unfiltered"
    values = {
        "accuracy": metrics.accuracy(logits, test.labels),
        "top-2 accuracy": metrics.accuracy(logits, test.labels, 2),
        "expected calibration error": metrics.expected_calibration_error(
            probabilities[~half], test.labels[~half]
        ),
    }
    for kind, source in enumerate(("UNIPEN", "UNIPEN small letters as capitals", "fonts", "MNIST test")):
        if (test.kinds == kind).any():
            values[f"accuracy, {source}"] = metrics.accuracy(
                logits[test.kinds == kind], test.labels[test.kinds == kind]
            )
    card = {
        **card,
        "temperature": round(temperature, 4),
        "metrics": [
            {"name": key, "test_set": label, "value": round(value, 4)} for key, value in values.items()
        ],
    }
    write_card(path, card)
    return ", ".join(f"{key} {value:.2%}" for key, value in values.items())


def _card(recipe: Recipe, checksums: dict[str, str], settings: Settings, check: Check) -> dict[str, Any]:
    inputs: dict[str, Any] = {"crops": {"shape": ["N", 32, 32], "polarity": "0 = paper, 1 = ink"}}
    if recipe.placement:
        inputs["placement"] = {"shape": ["N", 6], "meaning": "ocr.reading.placement.FEATURES"}
    return {
        "kind": "letters",
        "name": recipe.name,
        "classes": list(recipe.classes),
        "input": inputs,
        "normalisation": "ocr.reading.crops.normalise: longest side 25 px, stroke 4.3 px, box-centred",
        "network": {"name": recipe.network, **recipe.network_options},
        "training": {
            "steps": check.step,
            "batch": settings.batch,
            "drawings": check.drawn,
            "seed": settings.seed,
            "seconds": round(check.seconds),
            "mislabelled_left_out": check.left_out,
        },
        "training_data": [
            {"name": SOURCES[key][0], "licence": SOURCES[key][1], "sha256": checksum}
            for key, checksum in checksums.items()
        ],
    }
