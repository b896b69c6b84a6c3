"""The results as tables in Markdown, which a terminal shows as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ocr.denoising.score import INPUT, OURS, Cleaned, Read


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose columns line up: the first as text, the others as figures, to the right."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    rule = "|".join("-" * (width + 1) + (":" if at else "-") for at, width in enumerate(widths))
    return "\n".join([_line(columns, widths), f"|{rule}|", *(_line(row, widths) for row in rows)]) + "\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell.ljust(width) if at == 0 else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"| {' | '.join(padded)} |"


def reconstruction_cells(found: Mapping[str, Mapping[str, float]]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows: mean PSNR in dB by method and set."""
    sets = list(next(iter(found.values())))
    rows = [[method, *(f"{values[name]:.2f}" for name in sets)] for method, values in found.items()]
    return ["PSNR, dB", *sets], rows


def denoising_cells(rows: Sequence[Cleaned], measure: str = "psnr") -> tuple[list[str], list[list[str]]]:
    """Columns and rows: PSNR in dB or, for ``ssim``, SSIM of every method; gain is ours over the input."""
    methods = list(rows[0].quality)
    places = 2 if measure == "psnr" else 3
    table = []
    for row in rows:
        values = {name: float(getattr(row.quality[name], measure)) for name in methods}
        gain = values[OURS] - values[INPUT]
        cells = [f"{values[name]:.{places}f}" for name in methods]
        table.append([row.damage, row.level, f"{row.strength:g}", *cells, f"{gain:+.{places}f}"])
    return ["damage", "level", "strength", *methods, "gain"], table


def reading_cells(rows: Sequence[Read]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows: accuracy in percent without and with the denoiser, and the part won back."""
    table = [
        [
            row.damage,
            row.level,
            f"{100 * row.damaged:.1f}",
            f"{100 * row.cleaned:.1f}",
            f"{100 * row.won_back:.0f} %" if row.won_back == row.won_back else "–",
        ]
        for row in rows
    ]
    return ["damage", "level", "damaged, % right", "cleaned, % right", "of the loss won back"], table
