"""One training run from its data to its model and report: gather, train, calibrate, export, tell."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ocr.errors import DataError
from ocr.training import metrics, start
from ocr.training.datasets import Samples, mix, split
from ocr.training.device import choose
from ocr.training.export import export
from ocr.training.formats import load
from ocr.training.formats.pictures import Geometry
from ocr.training.lessons import Lessons, Outcome, Plan, Watcher, predict
from ocr.training.report.assessment import Assessment
from ocr.training.report.classifier import Results, write_report

FEWEST = 2  # training samples that a class needs: one alone is learned by heart
TEST_AT_MOST = 20_000


@dataclass(frozen=True)
class Sets:
    """What is learned from and what is measured on; ``sources`` for the report and the card."""

    train: Samples
    valid: Samples
    test: Samples | None
    sources: list[dict[str, Any]]


@dataclass(frozen=True)
class Question:
    """What to train: data, network, plan. ``options`` are the network's: ``hidden``, ``dropout`` ..."""

    data: Sequence[Path]
    arch: str = "cnn"
    options: dict[str, Any] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    geometry: Geometry = "letters"
    characters: frozenset[str] | None = None
    share: float = 0.15
    limit: int = 0
    init: Path | None = None
    freeze: bool = False
    device: str = "auto"


@dataclass(frozen=True)
class Answer:
    """A trained network, how it went, and what it makes of the test set (or of validation without one)."""

    begun: start.Start
    outcome: Outcome
    assessment: Assessment
    tested: Samples
    temperature: float
    seconds: float
    before: NDArray[np.float32] | None
    sets: Sets


def gather(question: Question) -> Sets:
    """Read and mix the data, and part off validation where a source has none of its own.

    DataError when it cannot teach: a single class, or a class with fewer than two samples.
    """
    train, valid, test = [], [], []
    for path in question.data:
        splits = load(path, question.geometry, question.characters)
        learned = splits.get("train") or next(iter(splits.values()))
        if question.limit and len(learned) > question.limit:
            rows = np.random.default_rng(question.plan.seed).permutation(len(learned))[: question.limit]
            learned = learned.take(np.sort(rows))
        check_teachable(learned)
        if "valid" in splits and splits["valid"] is not learned:
            judged = splits["valid"]
        else:
            learned, judged = split(learned, question.share, question.plan.seed)
            judged = _drawn_once(judged)
        train.append(learned)
        valid.append(judged)
        if "test" in splits and splits["test"] is not learned:
            test.append(splits["test"])
    learned = mix(train)
    sources = [
        {"name": part.name, "use": use, "samples": len(part), "sha256": part.checksum}
        for use, parts in (("training", train), ("validation", valid), ("test", test))
        for part in parts
    ]
    tested = _same_classes(test, learned) if test else None
    return Sets(learned, _same_classes(valid, learned), tested, sources)


def check_teachable(samples: Samples) -> None:
    """DataError, with the reason, for data that no classifier can learn from."""
    counts = samples.counts()
    present = counts[counts > 0]
    if len(present) < 2:
        raise DataError(
            f"{samples.name}: {len(samples)} samples of one class teach nothing to tell apart; "
            "give at least two classes"
        )
    few = [name for name, count in zip(samples.classes, counts, strict=True) if 0 < count < FEWEST]
    if few:
        named = ", ".join(map(repr, few[:5]))
        raise DataError(
            f"{samples.name}: a single sample of {named}; every class needs {FEWEST} or more, "
            "one to learn and one to judge by"
        )


def answer(
    question: Question,
    sets: Sets,
    watcher: Watcher,
    say: Callable[[str], None],
    checkpoint: Path | None = None,
    resume: bool = False,
) -> Answer:
    """Train. ``say`` is told what a person should know; ``checkpoint`` is written after each epoch."""
    seed = question.plan.seed
    if question.init is not None:
        begun = start.for_classes(start.from_file(question.init), sets.train.classes, say)
        if begun.classes != sets.train.classes:
            sets = replace(
                sets,
                train=sets.train.with_classes(begun.classes),
                valid=sets.valid.with_classes(begun.classes),
                test=sets.test and sets.test.with_classes(begun.classes),
            )
    else:
        begun = start.fresh(
            question.arch, sets.train.classes, 3 if sets.train.images.ndim == 4 else 1, question.options, seed
        )
    before = start.first_layer(begun.network)
    before = None if before is None else before.copy()
    about = {"arch": begun.arch, "options": begun.options, "folded": begun.was_folded}
    device = choose(question.device)
    lessons = Lessons(begun.network, sets.train, sets.valid, question.plan, device, question.freeze, about)
    if resume and checkpoint is not None and checkpoint.exists():
        lessons.resume(checkpoint)
    began = time.perf_counter()
    outcome = lessons.run(watcher, checkpoint)
    seconds = time.perf_counter() - began
    if not outcome.history:
        raise KeyboardInterrupt  # not one epoch was finished: there is nothing to keep
    logits = predict(begun.network, sets.valid.images, device)
    temperature = metrics.fit_temperature(logits, sets.valid.labels)
    tested = sets.test if sets.test is not None and len(sets.test) else sets.valid
    probabilities = metrics.softmax(predict(begun.network, tested.images, device), temperature)
    assessment = Assessment(probabilities, tested.labels, begun.classes)
    return Answer(begun, outcome, assessment, tested, temperature, seconds, before, sets)


def write(question: Question, found: Answer, path: Path, command: str = "") -> Path:
    """Export the model to ``path`` (.onnx, its card beside it) and write its report; the report's path."""
    classes, tested = found.begun.classes, found.assessment
    colour = found.tested.images.ndim == 4
    shape = ["N", 32, 32, 3] if colour else ["N", 32, 32]
    card = {
        "kind": "pictures" if colour else "letters",
        "name": path.stem,
        "classes": list(classes),
        "input": {"crops": {"shape": shape, "polarity": "RGB in 0..1" if colour else "0 = paper, 1 = ink"}},
        "normalisation": (
            "ocr.reading.crops.normalise" if question.geometry == "letters" else "kept as in the data"
        ),
        "temperature": round(found.temperature, 4),
        "network": {"name": found.begun.arch, **found.begun.options},
        "training": {
            **asdict(question.plan),
            "best_epoch": found.outcome.best,
            "seconds": round(found.seconds, 1),
        },
        "training_data": [
            {"name": source["name"], "licence": "", "sha256": source["sha256"]}
            for source in found.sets.sources
            if source["use"] == "training"
        ],
        "metrics": [
            {"name": name, "test_set": found.tested.name, "value": round(value, 4)}
            for name, value in (
                ("accuracy", tested.accuracy),
                ("top-2 accuracy", tested.top2),
                ("expected calibration error", tested.ece),
            )
        ],
    }
    export(found.begun.network, path, card, half=False, colour=colour)
    settings = {
        "command": command,
        "network": found.begun.arch,
        **found.begun.options,
        **asdict(question.plan),
        "weights": sum(weight.numel() for weight in found.begun.network.parameters()),
        "best epoch": found.outcome.best,
        "ended": found.outcome.ended or "after all epochs",
        "training time": f"{found.seconds:.1f} s on {choose(question.device)}",
        "temperature": found.temperature,
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
    speed, note = throughput(found)
    return write_report(
        path.with_suffix(".report"),
        Results(
            f"{path.stem}: {found.begun.arch} on {found.sets.train.name}",
            found.tested.name
            + (" (also used to choose the epoch)" if found.tested is found.sets.valid else ""),
            tested,
            found.tested.images,
            [asdict(epoch) for epoch in found.outcome.history],
            found.outcome.best,
            found.before,
            start.first_layer(found.begun.network),
            speed,
            note,
            settings,
            found.sets.sources,
        ),
    )


def throughput(found: Answer) -> tuple[float, str]:
    """Pictures a second through the network, the best of three rounds of up to 512."""
    images = found.tested.images[:512]
    device = next(found.begun.network.parameters()).device
    rounds = []
    for _ in range(3):
        began = time.perf_counter()
        predict(found.begun.network, images, device)
        rounds.append(time.perf_counter() - began)
    threads = f", {torch.get_num_threads()} threads" if device.type == "cpu" else ""
    return len(images) / min(rounds), f"network alone, {device}{threads}, {sys.platform}"


def _drawn_once(samples: Samples) -> Samples:
    """Validation must be the same in every epoch: what an artist draws is drawn once."""
    if samples.artist is None:
        return samples
    images = samples.fresh(np.arange(len(samples)), np.random.default_rng(0))
    return replace(samples, images=images, artist=None)


def _same_classes(parts: Sequence[Samples], learned: Samples) -> Samples:
    return mix(parts).with_classes(learned.classes)
