"""The shell of every report: one light HTML page that needs nothing beside it, its pictures, its JSON.

page = Document("Letters", "3,600 letters of 40 writers")
page.facts([("96.4 %", "read right")])
page.section("Learning", "Loss falls, accuracy rises.")
page.pictures(Picture.of(figure, "learning", "Loss and accuracy by epoch"))
page.table(["class", "recall"], [["A", "98.2 %"]])
page.write(folder, {"accuracy": 0.964})
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr.errors import OutputError
from ocr.training.report.style import house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 192  # twice what a browser shows an inch with, so that pictures stay sharp on fine screens
_STYLE = Path(__file__).with_name("report.css")


@dataclass(frozen=True)
class Picture:
    """A PNG with the name of its file, what it shows in words, and how wide it is shown in CSS pixels."""

    name: str
    png: bytes
    alt: str
    width: int
    caption: str = ""

    @classmethod
    def of(cls, figure: Figure, name: str, alt: str, caption: str = "") -> Picture:
        """Render a matplotlib figure."""
        stream = io.BytesIO()
        with house_style():  # matplotlib makes some ticks only when it renders
            figure.savefig(stream, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
        return cls(name, stream.getvalue(), alt, round(figure.get_figwidth() * 96), caption)

    @property
    def html(self) -> str:
        data = base64.b64encode(self.png).decode("ascii")
        return f'<img src="data:image/png;base64,{data}" width="{self.width}" alt="{escape(self.alt)}">'


class Raw(str):
    """A table cell that is HTML already."""

    __slots__ = ()


@dataclass
class Document:
    """A report being put together, from top to bottom."""

    title: str
    lead: str = ""
    _body: list[str] = field(default_factory=list)
    _pictures: list[Picture] = field(default_factory=list)
    _sections: list[str] = field(default_factory=list)

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """The few figures that matter most, each large with a line below it."""
        items = "".join(
            f"<div><strong>{escape(value)}</strong><span>{escape(label)}</span></div>"
            for value, label in facts
        )
        self._body.append(f'<div class="facts">{items}</div>')

    def section(self, title: str, text: str = "") -> None:
        """A heading, and a paragraph that says how to read what follows."""
        self._sections.append(title)
        self._body.append(f'<h2 id="s{len(self._sections)}">{escape(title)}</h2>')
        if text:
            self.paragraph(text)

    def paragraph(self, text: str) -> None:
        self._body.append(f"<p>{escape(text)}</p>")

    def pictures(self, *pictures: Picture) -> None:
        """Pictures side by side, each also written to a file of its own."""
        self._pictures += pictures
        cells = "".join(
            f"<figure>{picture.html}<figcaption>{escape(picture.caption)}</figcaption></figure>"
            for picture in pictures
        )
        self._body.append(f'<div class="pictures">{cells}</div>')

    def table(
        self, columns: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "", sheets: int = 1
    ) -> None:
        """A table; the first column is text, the others are figures set to the right.

        ``kind`` is a class of the style sheet; ``sheets`` breaks a long table into that many side by side.
        """
        length = -(-len(rows) // sheets) or 1
        head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
        parts = (_rows(rows[start : start + length]) for start in range(0, len(rows), length))
        tables = "".join(
            f"<table><thead><tr>{head}</tr></thead><tbody>{part}</tbody></table>" for part in parts
        )
        self._body.append(f'<div class="tables {escape(kind)}">{tables}</div>')

    def settings(self, settings: Mapping[str, Any]) -> None:
        """Names and values, in the order given."""
        rows = "".join(
            f"<dt>{escape(str(name))}</dt><dd>{escape(_plain(value))}</dd>"
            for name, value in settings.items()
        )
        self._body.append(f'<dl class="settings">{rows}</dl>')

    def html(self) -> str:
        """The whole page."""
        links = "".join(
            f'<a href="#s{number}">{escape(name)}</a>' for number, name in enumerate(self._sections, 1)
        )
        lead = f'<p class="lead">{escape(self.lead)}</p>' if self.lead else ""
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.title)}</title>\n<style>\n{_STYLE.read_text('utf-8')}</style></head>\n"
            f"<body><main><header><h1>{escape(self.title)}</h1>{lead}<nav>{links}</nav></header>\n"
            + "\n".join(self._body)
            + "\n</main></body></html>\n"
        )

    def write(self, folder: Path, data: Mapping[str, Any]) -> Path:
        """Write ``report.html``, ``report.json`` and one PNG for each picture; the path of the page.

        ``data``: the figures behind the page, of kinds that JSON knows. OutputError when writing fails.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for picture in self._pictures:
                (folder / f"{picture.name}.png").write_bytes(picture.png)
            (folder / "report.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
            page = folder / "report.html"
            page.write_text(self.html(), encoding="utf-8")
        except OSError as error:
            raise OutputError(f"{folder}: the report cannot be written ({error.strerror})") from error
        return page


def percent(share: float, places: int = 1) -> str:
    """0.9642 -> ``96.4 %``, with a space that does not break."""
    return f"{100 * share:.{places}f}\N{NO-BREAK SPACE}%"


def bar(share: float) -> Raw:
    """A table cell with a share as a figure and a thin bar."""
    return Raw(f'<span class="bar"><i style="width:{100 * share:.1f}%"></i></span>{percent(share)}')


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)


def _cell(cell: str) -> str:
    return f"<td>{cell if isinstance(cell, Raw) else escape(cell)}</td>"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "–"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_plain, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
