"""How good the networks are beside what anyone can have: reconstruction, denoising, a reader's gain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr.denoising.damage import DAMAGES, Crops, Damage
from ocr.denoising.pairs import draw_clean, originals
from ocr.denoising.pca import Pca
from ocr.denoising.psnr import psnr, ssim
from ocr.denoising.rivals import Rival
from ocr.reading.classifier import Classifier

Cleaner = Callable[[Crops], Crops]

INPUT, OURS = "input", "denoiser"
TUNING = 96  # crops on which the rivals' settings are chosen
_SEED = 30_000


@dataclass(frozen=True)
class TestLetters:
    """Clean letters that no network has seen: crops (N, 32, 32), labels (N,) int64 into ``classes``."""

    __test__ = False  # not one of pytest's

    name: str
    crops: Crops
    labels: NDArray[np.int64]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Quality:
    """Means over crops: PSNR in dB, data range 1, and SSIM."""

    psnr: float
    ssim: float


@dataclass(frozen=True)
class Cleaned:
    """One damage at one strength: by method, how near the result is to the clean crop."""

    damage: str
    level: str
    strength: float
    quality: dict[str, Quality]
    settings: dict[str, float]

    @property
    def best(self) -> str:
        """The method of the highest PSNR, the input left out."""
        return max((name for name in self.quality if name != INPUT), key=lambda name: self.quality[name].psnr)


@dataclass(frozen=True)
class Read:
    """Accuracies of a reader: on clean crops, on damaged ones, and on these after cleaning."""

    damage: str
    level: str
    clean: float
    damaged: float
    cleaned: float

    @property
    def won_back(self) -> float:
        """Part of the lost accuracy that cleaning wins back; NaN where under one letter in 200 was lost."""
        lost = self.clean - self.damaged
        return (self.cleaned - self.damaged) / lost if lost >= 0.005 else float("nan")


def drawn_letters(
    data: str | Path, count: int, recipe: str = "nist36-cnn", *, held_out: bool = True
) -> TestLetters:
    """Letters drawn anew by writers and faces that training never sees or, not ``held_out``, by others."""
    letters = originals(data, recipe, held_out)
    drawn = draw_clean(letters, count, np.random.default_rng([_SEED, held_out]))
    whose = "unseen writers and faces" if held_out else "training's writers and faces"
    return TestLetters(f"{count} drawings of {whose}", drawn.crops, drawn.labels, letters.recipe.classes)


def genuine_letters(path: str | Path) -> TestLetters:
    """Labelled pictures that people wrote, in any format that training reads, cropped as reading does."""
    from ocr.training.formats import load

    splits = load(Path(path), "letters")
    samples = next(splits[name] for name in ("test", "valid", "train") if name in splits)
    return TestLetters(
        f"{len(samples)} genuine letters of {samples.name}", samples.images, samples.labels, samples.classes
    )


def reconstruction(
    letters: Iterable[TestLetters], methods: Mapping[str, Cleaner]
) -> dict[str, dict[str, float]]:
    """Mean PSNR by method and set, of clean crops that are given back."""
    sets = list(letters)
    return {
        name: {given.name: float(psnr(given.crops, rebuild(given.crops)).mean()) for given in sets}
        for name, rebuild in methods.items()
    }


def denoising(
    letters: TestLetters,
    tuning: TestLetters,
    cleaner: Cleaner,
    rivals: Iterable[Rival],
    on_row: Callable[[Cleaned], None] | None = None,
) -> list[Cleaned]:
    """Every damage at three strengths, undone by the denoiser and by its rivals, on the same crops.

    tuning: other letters, on which the rivals' settings are chosen for each row.
    """
    rows, rivals = [], list(rivals)
    for number, damage, level, strength in levels():
        rng = np.random.default_rng([_SEED, number])
        damaged = damage.at(strength, letters.crops, rng)
        example = tuning.crops[:TUNING]
        example_damaged = damage.at(strength, example, rng)
        settings = {rival.name: rival.tuned(example_damaged, example) for rival in rivals}
        results = {INPUT: damaged}
        results |= {rival.name: rival.clean(damaged, settings[rival.name]) for rival in rivals}
        results[OURS] = cleaner(damaged)
        quality = {name: _quality(letters.crops, crops) for name, crops in results.items()}
        rows.append(Cleaned(damage.name, level, strength, quality, settings))
        if on_row is not None:
            on_row(rows[-1])
    return rows


def reading(
    letters: TestLetters,
    cleaner: Cleaner,
    classifier: Classifier,
    on_row: Callable[[Read], None] | None = None,
    draws: int = 1,
) -> list[Read]:
    """What ``classifier`` reads right of damaged crops, without and with the denoiser.

    All classes of the classifier compete; letters that it has no class for are left out. Each letter is damaged
    ``draws`` times anew, and the accuracies are means over them: of few letters, one draw says little.
    """
    known = {name: index for index, name in enumerate(classifier.classes)}
    labels = np.array([known.get(letters.classes[label], -1) for label in letters.labels])
    crops, labels = letters.crops[labels >= 0], labels[labels >= 0]

    def accuracy(given: Crops) -> float:
        return float(np.mean(classifier.logits(given).argmax(1) == labels))

    clean = accuracy(crops)
    rows = []
    for number, damage, level, strength in levels():
        rng, reached = np.random.default_rng([_SEED, number]), []
        for _ in range(draws):
            damaged = damage.at(strength, crops, rng)
            reached.append((accuracy(damaged), accuracy(cleaner(damaged))))
        rows.append(Read(damage.name, level, clean, *np.mean(reached, axis=0).tolist()))
        if on_row is not None:
            on_row(rows[-1])
    return rows


def entries(
    letters: TestLetters, cleaner: Cleaner, rows: Iterable[Cleaned], read: Mapping[str, Iterable[Read]]
) -> list[dict[str, Any]]:
    """The figures in short, as a model card takes them."""
    found = [("PSNR of clean crops given back, dB", _quality(letters.crops, cleaner(letters.crops)).psnr, 2)]
    for row in rows:
        gain = row.quality[OURS].psnr - row.quality[INPUT].psnr
        found.append((f"gain in PSNR, {row.damage} {row.strength:g}, dB", gain, 2))
    told = [(letters.name, *figure) for figure in found]
    for name, readings in read.items():
        told += [
            (name, f"accuracy, {each.damage} {each.level}, cleaned", each.cleaned, 4) for each in readings
        ]
    return [
        {"name": name, "test_set": tested, "value": round(value, places)}
        for tested, name, value, places in told
    ]


def levels() -> list[tuple[int, Damage, str, float]]:
    """All rows of the tables: number, damage, name of the level, strength."""
    pairs = [(damage, *level) for damage in DAMAGES.values() for level in damage.levels.items()]
    return [(number, *pair) for number, pair in enumerate(pairs)]


def pca_of(data: str | Path, count: int, components: int = 128) -> Pca:
    """Principal components of drawings by the networks' own training writers."""
    return Pca.fit(drawn_letters(data, count, held_out=False).crops, components)


def _quality(clean: Crops, crops: Crops) -> Quality:
    return Quality(float(psnr(clean, crops).mean()), float(ssim(clean, crops).mean()))
