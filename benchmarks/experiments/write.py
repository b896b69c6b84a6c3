"""Run all experiments and write docs/experiments.md; results that are there are not computed again.

python -m benchmarks.experiments.write --data ../shared/data --kept FOLDER -o docs/experiments.md
"""

from __future__ import annotations

import argparse
from pathlib import Path
from string import Template

import cv2

from benchmarks.experiments import nist36_like, one_hand, reports

TEXT = Path(__file__).with_name("experiments.md.in")


def main() -> None:
    """Read the options, run, write."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--data", type=Path, required=True, help="folder with unipen/ and mnist/")
    parser.add_argument("--kept", type=Path, required=True, help="folder for results and made data")
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    chars = options.data / "unipen" / "chars.npz"
    letters = nist36_like.make(chars, options.kept / "nist36like")
    digits = options.data / "mnist" / "cazala_mnist_subset.npz"
    parts = {
        "from_scratch": reports.from_scratch(letters, options.kept),
        "one_hand": one_hand.table(chars, options.kept),
        "linear_to_deep": reports.linear_to_deep(letters, options.kept),
        "numpy_library": reports.numpy_library(digits, options.kept),
        "augmentation": reports.augmentation(letters, options.kept),
        "backbones": reports.backbones(digits, options.kept),
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(Template(TEXT.read_text(encoding="utf-8")).substitute(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
