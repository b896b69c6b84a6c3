"""Pages for `batch.py`: many different pictures, and bad ones among them."""

from __future__ import annotations

import os
import random
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import click
import cv2
import numpy as np
from PIL import Image, ImageEnhance

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
_BAD_EVERY = 100


def make_pages(folder: Path, count: int, kind: str, seed: int = 1, scale: float = 1.0) -> set[str]:
    """Write ``count`` pages below ``folder``, 100 in a sub-folder; returns the names of the bad ones.

    kind:  ``samples``, ``short`` or ``text``, see `MAKERS`.
    scale: size of the samples; 1 is as they are, 1 to 3 megapixels.

    One page in a hundred is bad, of six kinds in turn.
    """
    rng = random.Random(seed)
    page = MAKERS[kind](rng, scale)
    bad = set()
    for number in range(count):
        name = f"{number // 100:03}/{number:05}.jpg"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if number % _BAD_EVERY == _BAD_EVERY // 2:
            spoil = _BAD[number // _BAD_EVERY % len(_BAD)]
            if spoil is _locked:
                name, path = f"{name}.pdf", path.with_name(path.name + ".pdf")
            path.write_bytes(b"bad" if kind == "text" else spoil())
            bad.add(name)
        else:
            path.write_bytes(page())
    return bad


def _samples(rng: random.Random, scale: float) -> Callable[[], bytes]:
    """The samples, larger or smaller and darker or paler: no two pages are alike."""
    samples = [Image.open(path).convert("L") for path in sorted(SAMPLES.glob("*.jpg"))]

    def page() -> bytes:
        image = rng.choice(samples)
        factor = scale * rng.uniform(0.9, 1.1)
        size = round(image.width * factor), round(image.height * factor)
        image = image.resize(size, Image.Resampling.BOX)
        return _jpeg(ImageEnhance.Brightness(image).enhance(rng.uniform(0.8, 1.1)))

    return page


def _short(rng: random.Random, scale: float) -> Callable[[], bytes]:
    """One or two words of the samples in plain strokes, photographed: a cheap page, 640 x 480."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(SAMPLES.glob("*.gt.txt")))
    words = [word for text in texts for word in text.split() if 2 <= len(word) <= 8 and word.isascii()]
    grain = np.random.default_rng(rng.getrandbits(32))
    papers = [200 + 4 * grain.standard_normal((480, 640), np.float32) for _ in range(4)]

    def page() -> bytes:
        ink = np.zeros((480, 640), np.uint8)
        for line in range(rng.choice((1, 2))):
            start = rng.randint(20, 120), rng.randint(150, 210) + 150 * line
            size, thick = rng.uniform(1.6, 2.2), rng.randint(4, 6)
            cv2.putText(
                ink, rng.choice(words), start, cv2.FONT_HERSHEY_SIMPLEX, size, 255, thick, cv2.LINE_AA
            )
        turned = cv2.getRotationMatrix2D((320, 240), rng.uniform(-2, 2), 1)
        ink = cv2.GaussianBlur(cv2.warpAffine(ink, turned, (640, 480)), (0, 0), 1)
        slope = np.linspace(rng.uniform(-30, 30), rng.uniform(-30, 30), 640, dtype=np.float32)
        sheet = rng.choice(papers) + slope - 0.55 * ink
        return _jpeg(Image.fromarray(np.clip(sheet, 0, 255).astype(np.uint8)))

    return page


def _text(rng: random.Random, scale: float) -> Callable[[], bytes]:
    """Text instead of a picture, for the reader of the tests."""
    return lambda: f"PAGE {rng.random()}".encode()


MAKERS = {"samples": _samples, "short": _short, "text": _text}


def _jpeg(image: Image.Image) -> bytes:
    stream = BytesIO()
    image.save(stream, "JPEG", quality=80)
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


def _no_picture() -> bytes:
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


_BAD = (_truncated, _empty, _huge, _no_picture, _locked, _noise)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--count", default=2000, show_default=True)
@click.option("--kind", type=click.Choice(list(MAKERS)), default="short", show_default=True)
def main(folder: Path, count: int, kind: str) -> None:
    """Write COUNT pages below FOLDER, and name the bad ones."""
    click.echo("\n".join(sorted(make_pages(folder, count, kind))))


if __name__ == "__main__":
    main()
