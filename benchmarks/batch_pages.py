"""Pages for `batch.py`: many different pictures made from the samples, and bad ones among them."""

from __future__ import annotations

import os
import random
import struct
import zlib
from io import BytesIO
from pathlib import Path

import click
from PIL import Image, ImageEnhance

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
_BAD_EVERY = 100


def make_pages(folder: Path, count: int, seed: int = 1, text: bool = False, scale: float = 0.6) -> set[str]:
    """Write ``count`` pages below ``folder``, 100 in a sub-folder; returns the names of the bad ones.

    One page in a hundred is bad, of six kinds in turn. ``text``: pages that hold text instead of a picture,
    for the reader of the tests. ``scale``: size of the pictures, 1 is that of the samples, 1 to 3 megapixels.
    """
    rng = random.Random(seed)
    samples = [] if text else [Image.open(path).convert("L") for path in sorted(SAMPLES.glob("*.jpg"))]
    bad = set()
    for number in range(count):
        name = f"{number // 100:03}/{number:05}.jpg"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if number % _BAD_EVERY == _BAD_EVERY // 2:
            kind = number // _BAD_EVERY % len(_BAD)
            if _BAD[kind] is _locked:
                name, path = f"{name}.pdf", path.with_name(path.name + ".pdf")
            path.write_bytes(b"bad" if text else _BAD[kind]())
            bad.add(name)
        else:
            path.write_bytes(f"PAGE {number} {rng.random()}".encode() if text else _page(rng, samples, scale))
    return bad


def _page(rng: random.Random, samples: list[Image.Image], scale: float) -> bytes:
    """A sample made larger or smaller and darker or paler: no two pages are alike."""
    image = rng.choice(samples)
    scale *= rng.uniform(0.9, 1.1)
    image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BOX)
    stream = BytesIO()
    ImageEnhance.Brightness(image).enhance(rng.uniform(0.8, 1.1)).save(stream, "JPEG", quality=80)
    return stream.getvalue()


def _truncated() -> bytes:
    whole = (SAMPLES / "todo.jpg").read_bytes()
    return whole[: len(whole) // 3]


def _empty() -> bytes:
    return b""


def _huge() -> bytes:
    """A PNG of a few bytes whose header announces 250 megapixels."""
    header = struct.pack(">IIBBBBB", 25_000, 10_000, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b"")]
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def _text() -> bytes:
    return b"This is not a picture.\n"


def _noise() -> bytes:
    return b"\xff\xd8\xff\xe0" + os.urandom(5000)


def _locked() -> bytes:
    """A PDF that asks for a password."""
    import pikepdf

    stream = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(stream, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return stream.getvalue()


_BAD = (_truncated, _empty, _huge, _text, _locked, _noise)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--count", default=2000, show_default=True)
def main(folder: Path, count: int) -> None:
    """Write COUNT pages below FOLDER, and name the bad ones."""
    click.echo("\n".join(sorted(make_pages(folder, count))))


if __name__ == "__main__":
    main()
