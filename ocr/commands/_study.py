"""The options that ``ocr-train`` and ``ocr-train sweep`` have in common, and what they mean."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr.errors import MissingExtra
from ocr.reading.charset import parse_charset

if TYPE_CHECKING:
    from ocr.training.lessons import Epoch
    from ocr.training.study import Question

ARCHITECTURES = ("perceptron", "logistic", "mlp", "lenet5", "cnn", "resnet18", "mobilenetv2", "squeezenet")
OPTIMISERS = ("sgd", "momentum", "adam", "adamw")
SCHEDULES = ("constant", "cosine", "one-cycle")
AUGMENTATIONS = ("off", "light", "full")
ACTIVATIONS = ("relu", "sigmoid", "tanh")

_EXISTING = click.Path(exists=False, path_type=Path)
_OPTIONS = (
    click.option(
        "--data",
        type=_EXISTING,
        multiple=True,
        required=True,
        metavar="PATH",
        help="What to learn from: a NIST36 folder, MNIST or EMNIST, SVHN, an .npz, UNIPEN strokes, fonts, "
        "transcribed pictures, or a folder with one sub-folder for each class. May be repeated.",
    ),
    click.option(
        "--classes", metavar="CHARS", help="Learn only these, as in A-Z0-9; also digits, upper, lower."
    ),
    click.option(
        "--geometry",
        type=click.Choice(["letters", "kept"]),
        default="letters",
        show_default=True,
        help="letters: bring every picture to the crop that reading makes; kept: leave it as it is.",
    ),
    click.option(
        "--limit",
        type=click.IntRange(min=0),
        default=0,
        metavar="N",
        help="Learn from at most N samples of each --data; 0 for all.",
    ),
    click.option(
        "--valid-share",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=0.15,
        show_default=True,
        help="Part kept for validation where the data has none, whole writers if known.",
    ),
    click.option("--arch", type=click.Choice(ARCHITECTURES), default="cnn", show_default=True),
    click.option("--hidden", metavar="N[,N...]", help="Hidden layers of mlp.  [default: 256]"),
    click.option("--activation", type=click.Choice(ACTIVATIONS), help="Of mlp.  [default: relu]"),
    click.option(
        "--width", type=click.IntRange(min=4), help="Channels of the first layer of cnn.  [default: 32]"
    ),
    click.option(
        "--dropout", type=click.FloatRange(0, 1, max_open=True), help="The network's own if left out."
    ),
    click.option("--epochs", type=click.IntRange(min=1), default=30, show_default=True),
    click.option("--batch", type=click.IntRange(min=2), default=64, show_default=True),
    click.option(
        "--rate",
        type=click.FloatRange(min=0, min_open=True),
        default=1e-3,
        show_default=True,
        help="Learning rate, at its peak if there is a schedule.",
    ),
    click.option("--optimiser", type=click.Choice(OPTIMISERS), default="adam", show_default=True),
    click.option("--momentum", type=click.FloatRange(0, 1, max_open=True), default=0.9, show_default=True),
    click.option("--schedule", type=click.Choice(SCHEDULES), default="constant", show_default=True),
    click.option("--l2", type=click.FloatRange(min=0), default=0.0, show_default=True, help="Weight decay."),
    click.option(
        "--smoothing",
        type=click.FloatRange(0, 1, max_open=True),
        default=0.0,
        show_default=True,
        help="Label smoothing.",
    ),
    click.option(
        "--augment",
        type=click.Choice(AUGMENTATIONS),
        default="off",
        show_default=True,
        help="Change each picture a little in each epoch.",
    ),
    click.option(
        "--balance",
        type=click.Choice(["none", "class", "writer"]),
        default="none",
        show_default=True,
        help="Draw all classes alike, or also temper those who wrote most.",
    ),
    click.option(
        "--patience",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        metavar="EPOCHS",
        help="Stop when validation has not improved for so long; 0 never.",
    ),
    click.option(
        "--init",
        type=_EXISTING,
        metavar="FILE",
        help="Start from a model of ours (.onnx) or a checkpoint (.safetensors), whatever --arch.",
    ),
    click.option("--freeze", is_flag=True, help="With --init: train the last layer only."),
    click.option("--bf16", is_flag=True, help="Multiply in 16 bits where the processor gains from it."),
    click.option(
        "--seed", type=int, default=0, show_default=True, help="Same seed, same weights (on a CPU)."
    ),
    click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True),
    click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True),
    click.option("-q", "--quiet", is_flag=True, help="Say nothing but the result."),
)
_PLAN = (
    "epochs",
    "batch",
    "rate",
    "optimiser",
    "momentum",
    "schedule",
    "l2",
    "smoothing",
    "augment",
    "balance",
    "patience",
    "seed",
    "bf16",
)


def study_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command all of them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def question(
    data: tuple[Path, ...],
    classes: str | None,
    geometry: str,
    limit: int,
    valid_share: float,
    init: Path | None,
    freeze: bool,
    device: str,
    **options: Any,
) -> Question:
    """What the options ask for. MissingExtra without PyTorch, click.UsageError where options disagree."""
    require_torch()
    from ocr.training.lessons import Plan
    from ocr.training.study import Question

    if freeze and init is None:
        raise click.UsageError("--freeze needs --init: a fresh network has nothing worth keeping.")
    try:
        characters = None if classes is None else parse_charset(classes)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--classes") from error
    plan = Plan(**{name: options[name] for name in _PLAN})
    arch, own = options["arch"], network_options(options)
    return Question(data, arch, own, plan, geometry, characters, valid_share, limit, init, freeze, device)  # type: ignore[arg-type]


def network_options(options: dict[str, Any]) -> dict[str, Any]:
    """The options of the network itself, those that were given."""
    own: dict[str, Any] = {}
    if options.get("hidden"):
        try:
            widths = [int(width) for width in str(options["hidden"]).split(",")]
        except ValueError:
            raise click.BadParameter(
                "wants whole numbers, as in 500,250,100", param_hint="--hidden"
            ) from None
        own["hidden"] = widths if len(widths) > 1 else widths[0]
    own |= {
        name: options[name] for name in ("activation", "width", "dropout") if options.get(name) is not None
    }
    return own


def require_torch() -> None:
    """MissingExtra where PyTorch, onnx or matplotlib is not installed."""
    try:
        import matplotlib  # noqa: F401
        import onnx  # noqa: F401
        import torch  # noqa: F401
    except ImportError:
        raise MissingExtra("ocr-train", "train") from None


def set_up(threads: int, quiet: bool) -> None:
    """One place for threads and for what the library has to say."""
    import cv2
    import torch

    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    logging.basicConfig(
        stream=sys.stderr, format="%(message)s", level=logging.ERROR if quiet else logging.INFO
    )


class Progress:
    """A bar on a terminal's standard error, and one line for each epoch on any."""

    def __init__(self, epochs: int, quiet: bool, label: str = "") -> None:
        self.epochs, self.quiet, self.label = epochs, quiet, label
        self.bar: Any = None
        self.shown = 0

    def batch(self, epoch: int, done: int, batches: int, loss: float, accuracy: float) -> None:
        if self.quiet or not sys.stderr.isatty():
            return
        if self.bar is None:
            self.shown = (epoch - 1) * batches
            self.bar = click.progressbar(
                length=self.epochs * batches - self.shown,
                file=sys.stderr,
                width=24,
                item_show_func=lambda text: text,
                update_min_steps=8,
            )
            self.bar.__enter__()
        now = (epoch - 1) * batches + done
        self.bar.update(
            now - self.shown, f"epoch {epoch}/{self.epochs}  loss {loss:.3f}  right {accuracy:.1%}"
        )
        self.shown = now

    def epoch(self, epoch: Epoch, best: bool) -> None:
        if self.quiet:
            return
        if self.bar is not None:
            click.echo("\r\x1b[2K", nl=False, err=True)  # the bar is drawn again below the line
        click.echo(
            f"{self.label}epoch {epoch.epoch:3d}/{self.epochs}  "
            f"training {epoch.train_loss:.4f} {epoch.train_accuracy:6.2%}  "
            f"validation {epoch.valid_loss:.4f} {epoch.valid_accuracy:6.2%}  "
            f"{epoch.seconds:.1f} s{'  best' if best else ''}",
            err=True,
        )

    def close(self) -> None:
        """Leave the terminal's line."""
        if self.bar is not None:
            self.bar.__exit__(None, None, None)
