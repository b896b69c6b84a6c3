"""The figures of a training report, in one style. Each takes plain arrays and returns a matplotlib figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import ParamSpec

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from ocr.training.report.style import (
    DASHES,
    ERRORS,
    HAIR,
    INK,
    SERIES,
    SIGNED,
    SOFT,
    TRAINING,
    VALIDATION,
    WRONG,
    house_style,
)

Arguments = ParamSpec("Arguments")


def styled(draw: Callable[Arguments, Figure]) -> Callable[Arguments, Figure]:
    """A function that draws a figure, made to draw it in the house style."""

    @wraps(draw)
    def inside(*args: Arguments.args, **options: Arguments.kwargs) -> Figure:
        with house_style():
            return draw(*args, **options)

    return inside


def axes(figure: Figure, *place: int, title: str = "", across: str = "", up: str = "") -> Axes:
    """Axes with their names; ``place`` as in ``Figure.add_subplot``."""
    ax: Axes = figure.add_subplot(*place)
    ax.set(title=title, xlabel=across, ylabel=up)
    return ax


@styled
def curves(
    panels: Mapping[str, Mapping[str, Sequence[float]]], best: int | None = None, across: str = "epoch"
) -> Figure:
    """Panels side by side, by title; in each one line by name, its values by epoch, NaN where there is none.

    The names ``training`` and ``validation`` have colours of their own; the epoch ``best`` is marked.
    """
    many = max(map(len, panels.values())) > 3  # then one key below serves all panels
    figure = Figure(figsize=(4.7 * len(panels), 3.1))
    for number, (title, lines) in enumerate(panels.items(), 1):
        ax = axes(figure, 1, len(panels), number, title=title, across=across)
        for index, (name, values) in enumerate(lines.items()):
            colour = {"training": TRAINING, "validation": VALIDATION}.get(name, SERIES[index % len(SERIES)])
            epochs = np.arange(1, len(values) + 1)
            marker = "o" if len(values) < 12 else ""
            ax.plot(epochs, values, color=colour, label=name, marker=marker, markersize=3.5)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        if best is not None:
            ax.axvline(best, color=SOFT, linewidth=0.8, linestyle=DASHES)
            ax.annotate(
                "best",
                (best, 1),
                xycoords=("data", "axes fraction"),
                xytext=(3, -9),
                textcoords="offset points",
                fontsize=8.5,
                color=SOFT,
            )
        if not many:
            ax.legend(loc="best")
    if many:
        entries, names = ax.get_legend_handles_labels()
        columns = min(4, max(1, 50 * len(panels) // max(map(len, names))))
        figure.legend(entries, names, loc="outside lower left", ncols=columns, fontsize=8.5)
        figure.set_figheight(3.1 + 0.17 * -(-len(names) // columns))
    return figure


@styled
def confusion(matrix: NDArray[np.int64], classes: Sequence[str]) -> Figure:
    """What was written (rows) against what was read (columns); matrix (K, K) counts.

    Errors are coloured by their share of the row, the diagonal is left pale, so that a network that is
    right nearly always still shows where it is wrong. Up to 40 classes the counts of errors are written in.
    """
    number = len(classes)
    side = float(np.clip(2.2 + 0.2 * number, 4.2, 11.2))
    share = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    errors = np.where(np.eye(number, dtype=bool), 0, share)
    figure = Figure(figsize=(side, side))
    ax = axes(figure, across="read as", up="written")
    ax.grid(False)
    scale = PowerNorm(0.5, 0, max(0.05, float(errors.max(initial=0))))
    ax.imshow(errors, cmap=ERRORS, norm=scale, interpolation="nearest")
    ax.set_xticks(np.arange(number + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(number + 1) - 0.5, minor=True)
    ax.grid(True, which="minor", color=HAIR, linewidth=0.4)
    ax.tick_params(which="minor", length=0)
    size = float(np.clip(330 / max(number, 1), 5.8, 9.5))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(np.arange(number), [_plain(name) for name in classes], fontsize=size, color=INK)
    longest = max((len(name) for name in classes), default=1)
    ax.tick_params(axis="x", top=True, labeltop=True, labelrotation=90 if longest > 2 else 0)
    ax.tick_params(axis="y", right=number > 20, labelright=number > 20)
    for row, column in zip(*np.nonzero(matrix), strict=True):
        if row == column:
            ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, color="#eef1f6", linewidth=0))
        elif number <= 40:
            dark = errors[row, column] > 0.25 * errors.max()
            ax.text(
                column,
                row,
                str(matrix[row, column]),
                ha="center",
                va="center",
                fontsize=min(size, 7.5),
                color="white" if dark else INK,
            )
    for spine in ax.spines.values():
        spine.set_visible(False)
    return figure


@styled
def reliability(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15) -> Figure:
    """How often readings of each confidence are right; on the diagonal a network knows what it does not know.

    confidence (N,) in 0..1, right (N,) bool.
    """
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.digitize(confidence, edges) - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    filled = count > 0
    mean = np.bincount(place, confidence, bins)[filled] / count[filled]
    accuracy = np.bincount(place, right, bins)[filled] / count[filled]
    figure = Figure(figsize=(4.7, 3.9))
    ax = axes(figure, title="Reliability", across="confidence", up="share read right")
    ax.plot([0, 1], [0, 1], color=SOFT, linewidth=0.8, linestyle=DASHES)
    middle = (edges[:-1] + edges[1:])[filled] / 2
    ax.bar(middle, accuracy, 0.92 / bins, color=VALIDATION, alpha=0.18, linewidth=0)
    size = 12 + 160 * np.sqrt(count[filled] / count.sum())
    ax.scatter(mean, accuracy, s=size, color=VALIDATION, linewidths=0, alpha=0.9, zorder=3)
    ax.set(xlim=(0, 1.02), ylim=(0, 1.02))
    return figure


@styled
def rejection(
    rejected: NDArray[np.float64], accuracy: NDArray[np.float64], wanted: float, share: float | None
) -> Figure:
    """Accuracy on what is left when the least sure are rejected; ``share`` must go for ``wanted``."""
    figure = Figure(figsize=(4.7, 3.9))
    ax = axes(figure, title="Rejection", across="share rejected, least sure first", up="right among the rest")
    ax.plot(rejected, accuracy, color=VALIDATION)
    ax.axhline(wanted, color=SOFT, linewidth=0.8, linestyle=DASHES)
    if share is not None:
        ax.scatter([share], [wanted], s=34, color=WRONG, zorder=3)
        ax.annotate(
            f"reject {100 * share:.1f} % for {100 * wanted:.0f} %",
            (share, wanted),
            xytext=(9, -15),
            textcoords="offset points",
            color=WRONG,
        )
    low = float(accuracy.min(initial=1))
    ax.set(xlim=(0, 1), ylim=(low - 0.04 * (1.002 - low), 1 + 0.06 * (1.002 - low)))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    return figure


@styled
def first_layer(before: NDArray[np.float32] | None, after: NDArray[np.float32]) -> Figure:
    """First-layer weights as tiles, each (units, height, width), blue > 0 > red; before training at left."""
    panels = [("before", before), ("after", after)] if before is not None else [("after", after)]
    columns = int(np.ceil(np.sqrt(len(after))))
    rows = -(-len(after) // columns)
    figure = Figure(figsize=(4.7 * len(panels), 4.7 * rows / columns + 0.35))
    for number, (name, weights) in enumerate(panels, 1):
        assert weights is not None
        ax = axes(figure, 1, len(panels), number, title=name)
        scale = np.quantile(np.abs(weights), 0.998) or 1.0
        ax.imshow(tiles(weights, columns), cmap=SIGNED, vmin=-scale, vmax=scale, interpolation="nearest")
        ax.axis("off")
    return figure


def tiles(weights: NDArray[np.float32], columns: int) -> NDArray[np.float32]:
    """(N, h, w) pictures in rows of ``columns``, with a gap of NaN, which is drawn as paper, between them."""
    count, height, width = weights.shape
    gap = max(1, height // 12)
    rows = -(-count // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), np.nan, np.float32)
    for index, tile in enumerate(weights):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        sheet[top : top + height, left : left + width] = tile
    return sheet


def _plain(name: str) -> str:
    """matplotlib takes dollar signs for formulae."""
    return name.replace("$", r"\$") if name else "∅"
