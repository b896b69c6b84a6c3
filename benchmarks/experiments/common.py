"""What the experiments share: one run, its result kept as JSON, one Markdown table."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from ocr.training import numpy_backend
from ocr.training.study import Question, answer, gather

Row = dict[str, Any]


class Silent:
    """A watcher that keeps only the clock."""

    def batch(self, epoch: int, done: int, batches: int, loss: float, accuracy: float) -> None:
        return None

    def epoch(self, epoch: Any, best: bool) -> None:
        print(
            f"  {epoch.epoch}: {epoch.valid_accuracy:.4f} {epoch.seconds:.1f} s", file=sys.stderr, flush=True
        )


def run(question: Question, kept: Path, backend: str = "torch") -> Row:
    """Train, or take the result that ``kept`` (a folder) has of the same question."""
    text = json.dumps({**asdict(question), "backend": backend}, default=str, sort_keys=True)
    path = kept / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    if path.exists():
        found: Row = json.loads(path.read_text())
        return found
    torch.set_num_threads(1)
    print(text, file=sys.stderr)
    sets = gather(question)
    began = time.perf_counter()
    if backend == "numpy":
        done = numpy_backend.answer(question, sets, Silent())
    else:
        done = answer(question, sets, Silent(), lambda message: print(message, file=sys.stderr))
    history = done.outcome.history
    best, last = history[done.outcome.best - 1], history[-1]
    row: Row = {
        "question": json.loads(text),
        "seconds": time.perf_counter() - began,
        "best": asdict(best),
        "last": asdict(last),
        "epochs": len(history),
        "accuracy": done.assessment.accuracy,
        "macro_f1": done.assessment.macro_f1,
        "tested_on": done.tested.name,
        "history": [asdict(epoch) for epoch in history],
        "worst_pairs": [(pair.written, pair.read) for pair in done.assessment.worst_pairs(6)],
        "classes": list(done.begun.classes),
        "precision": sum(c["precision"] for c in done.assessment.per_class) / len(done.begun.classes),
        "recall": sum(c["recall"] for c in done.assessment.per_class) / len(done.begun.classes),
    }
    kept.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(row, indent=1) + "\n")
    return row


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def percent(share: float) -> str:
    """0.7825 -> 78.2 %."""
    return f"{100 * share:.1f} %"
