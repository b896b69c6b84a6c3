"""The figures of the report on a reader of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from ocr.training.report.figures import axes, styled
from ocr.training.report.style import DASHES, SOFT, TRAINING, VALIDATION, WRONG

_ACROSS = 4  # panels beside each other
_SEEN = "thousand rows seen"
History = Sequence[Mapping[str, Any]]  # the lines of a run's log


@styled
def learning(history: History) -> Figure:
    """Loss in training, and the error rates of the held-out writers, by rows seen."""
    figure = Figure(figsize=(9.4, 3.1))
    told = [line for line in history if line.get("writers", {}).get("count")]
    left = axes(figure, 1, 2 if told else 1, 1, title="Loss", across=_SEEN, up="nats a character")
    left.plot(_seen(history), [line["loss"] for line in history], color=TRAINING, marker=_marker(history))
    left.set_ylim(0, 1.08 * left.dataLim.y1)
    if told:
        right = axes(figure, 1, 2, 2, title="CER of the writers", across=_SEEN)
        seen = _seen(told)
        low, middle, high, worst = (
            [line["writers"][name] for line in told]
            for name in ("lower_quartile", "median", "upper_quartile", "worst_tenth_from")
        )
        right.fill_between(seen, low, high, color=VALIDATION, alpha=0.18, linewidth=0, label="half of them")
        right.plot(seen, middle, color=VALIDATION, marker=_marker(told), label="median")
        right.plot(seen, worst, color=WRONG, linestyle=DASHES, label="the worst tenth is above")
        right.legend()
        _rate(right)
    return figure


@styled
def kinds(history: History) -> Figure:
    """CER of each kind of validation row by rows seen, one panel a kind, each with a scale of its own."""
    names = list(history[-1]["cer"])
    down = -(-len(names) // _ACROSS)
    figure = Figure(figsize=(9.4, 1.75 * down))
    for number, name in enumerate(names, 1):
        rates = [line["cer"].get(name, np.nan) for line in history]
        ax = axes(figure, down, _ACROSS, number, title=f"{name}  {100 * rates[-1]:.1f} %")
        ax.plot(_seen(history), rates, color=VALIDATION, marker=_marker(history), markersize=3)
        _rate(ax)
        if number > len(names) - _ACROSS:
            ax.set_xlabel(_SEEN)
    return figure


@styled
def writers(rates: Mapping[str, float], marks: Mapping[str, float]) -> Figure:
    """CER of every writer, the best first; fonts in a colour of their own. marks: shares named on the side."""
    figure = Figure(figsize=(9.4, 3.3))
    ax = axes(figure, across="writers and fonts, the best first", up="CER")
    for label, colour, fonts in (("people", VALIDATION, False), ("fonts", TRAINING, True)):
        chosen = [(x, y) for x, (name, y) in enumerate(rates.items(), 1) if name.startswith("font ") == fonts]
        if chosen:
            places, values = zip(*chosen, strict=True)
            ax.scatter(places, values, 9, color=colour, linewidths=0, label=label, zorder=3)
    for name, rate in marks.items():
        ax.axhline(rate, color=SOFT, linewidth=0.8, linestyle=DASHES)
        ax.annotate(name, (0.5, rate), xytext=(3, 2), textcoords="offset points", fontsize=8.5, color=SOFT)
    ax.set_xlim(0.5, len(rates) + 0.5)
    ax.legend(loc="upper center", markerscale=2)
    _rate(ax)
    return figure


def _seen(history: History) -> list[float]:
    return [line["rows"] / 1000 for line in history]


def _marker(history: History) -> str:
    return "o" if len(history) < 12 else ""


def _rate(ax: Axes) -> None:
    ax.set_ylim(0, 1.08 * ax.dataLim.y1)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
