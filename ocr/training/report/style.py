"""The house style of figures: colours, type, thin lines. They are drawn and rendered inside `house_style`."""

from __future__ import annotations

from functools import cache
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.colors import LinearSegmentedColormap

INK, SOFT, HAIR = "#1d2433", "#667085", "#e4e7ec"
VALIDATION, TRAINING, WRONG = "#2f5fa8", "#e08a2b", "#b42318"
SERIES = (
    VALIDATION,
    TRAINING,
    "#2e8b6f",
    "#a23b72",
    "#7a6a53",
    "#6b8cce",
    "#c46d5e",
    "#4c9f38",
    "#8c6bb1",
    "#444b5a",
)
DASHES = (0, (4, 3))

ERRORS = LinearSegmentedColormap.from_list("errors", ["#ffffff", "#fbd9c6", "#e2674a", WRONG, "#5c0f12"])
SIGNED = LinearSegmentedColormap.from_list("signed", [WRONG, "#ffffff", VALIDATION])


def house_style() -> Any:
    """A context in which matplotlib draws in the style of the reports."""
    return matplotlib.rc_context(
        {
            "font.family": _typeface(),
            "font.size": 9.5,
            "text.color": INK,
            "axes.labelcolor": SOFT,
            "xtick.color": SOFT,
            "ytick.color": SOFT,
            "axes.edgecolor": SOFT,
            "axes.linewidth": 0.7,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": HAIR,
            "grid.linewidth": 0.7,
            "axes.axisbelow": True,
            "axes.titlesize": 10.5,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "xtick.major.size": 0,
            "ytick.major.size": 0,
            "lines.linewidth": 1.8,
            "lines.solid_capstyle": "round",
            "legend.frameon": False,
            "figure.constrained_layout.use": True,
        }
    )


@cache
def _typeface() -> str:
    """The nearest to the page's own typeface that is installed; DejaVu Sans comes with matplotlib."""
    installed = set(font_manager.get_font_names())
    wanted = ("Inter", "Helvetica Neue", "Arial", "Liberation Sans")
    return next((name for name in wanted if name in installed), "DejaVu Sans")
