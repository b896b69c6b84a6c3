"""Draw the sample pages: photographs of hand-printed notes that nobody wrote.

    python samples/make_samples.py --fonts FOLDER

FOLDER holds the free handwriting fonts named in README.md as NAME.ttf; none of them is part of this project.
Every page has a seed of its own, so that one page can be changed without changing the others.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import click
import cv2
import numpy as np
from camera import Light, lay, photograph, save
from hand import Hand
from numpy.typing import NDArray
from surfaces import board, cardboard, frame, ink, noise, paper, rule, wood

Picture = NDArray[np.uint8]
Rng = np.random.Generator

PENCIL = (0.27, 0.26, 0.25)
BLACK = (0.07, 0.06, 0.06)
BLUE = (0.48, 0.20, 0.12)
MARKER = (0.10, 0.08, 0.08)
CHALK = (0.86, 0.88, 0.88)
PRINT = (0.78, 0.70, 0.55)  # pale blue, as forms and rulings are printed


def todo(fonts: Path, rng: Rng) -> tuple[Picture, str]:
    """A list in pencil on plain paper, in the grey light of a room."""
    lines = [
        "TO DO TODAY",
        "1. WATER THE PLANTS",
        "2. RETURN 3 BOOKS TO",
        "THE LIBRARY",
        "3. CALL GRANDMA AT 6",
        "4. FIX THE BICYCLE",
        "5. SLEEP WELL",
    ]
    hand = Hand(fonts / "architects-daughter.ttf", rng, gap=0.34, space=0.8)
    sheet = paper(rng, 1560, 2080, (0.80, 0.82, 0.80), rough=1.6)
    cover = np.zeros(sheet.shape[:2], np.float32)
    for row, line in enumerate(lines):
        left = 700 if row == 0 else 170 if line[0].isdigit() else 300
        hand.write(cover, line, left + rng.normal(0, 8), 220 + 205 * row, 84)
    # Graphite skips the dents of the paper.
    cover *= np.clip(0.86 + 0.12 * noise(rng, 1560, 2080, (2, 2)), 0.35, 1)
    scene = ink(sheet, cover, PENCIL)
    light = Light(level=0.72, slope=0.3, direction=60, tint=(1.0, 0.99, 0.95))
    return photograph(scene, light, rng, blur=1.1, grain=0.02), "\n".join(lines)


def alphabet(fonts: Path, rng: Rng) -> tuple[Picture, str]:
    """All letters and digits, far apart, on squared paper."""
    lines = ["ABCDEFG", "HIJKLMN", "OPQRSTU", "VWXYZ", "0123456789"]
    hand = Hand(fonts / "patrick-hand.ttf", rng)
    sheet = paper(rng, 1280, 1660, (0.90, 0.92, 0.92))
    rule(sheet, PRINT, 52, squared=True)
    cover = np.zeros(sheet.shape[:2], np.float32)
    for row, line in enumerate(lines):
        step = 205 if len(line) < 8 else 145
        for column, letter in enumerate(line):
            hand.write_in_cell(cover, letter, 170 + step * column, 215 + 228 * row, 108)
    scene = ink(sheet, cover, BLUE)
    ground = lay(scene, scene, ((-0.05, -0.03), (1.02, -0.05), (1.06, 1.03), (-0.03, 1.06)))
    light = Light(level=0.88, slope=0.35, direction=-30, shadow=0.35, edge=0.72, across=25, soft=0.03)
    return photograph(ground, light, rng, blur=0.8, grain=0.018), "\n".join(lines)


def form(fonts: Path, rng: Rng) -> tuple[Picture, str]:
    """A printed form: one box for each letter, filled in with a ballpoint pen."""
    fields = [
        ("FAMILY NAME", "LINDQVIST", 14),
        ("FIRST NAME", "MARGARET", 14),
        ("STREET", "HARBOUR 27", 14),
        ("TOWN", "FALMOUTH", 14),
        ("TELEPHONE", "5550148362", 14),
        ("DATE", "19042026", 8),
    ]
    hand = Hand(fonts / "gaegu.ttf", rng, pen=0.01)
    printer = Hand(fonts / "comic-neue.ttf", rng, gap=0.16, space=0.35, unsteadiness=0)
    sheet = paper(rng, 1240, 1700, (0.93, 0.94, 0.94), rough=0.7)
    cover = np.zeros(sheet.shape[:2], np.float32)
    labels = np.zeros_like(cover)
    for row, (label, value, cells) in enumerate(fields):
        top = 130 + 175 * row
        printer.write(labels, label, 90, top + 66, 34)
        for cell in range(cells):
            left = 490 + 80 * cell
            frame(sheet, (left, top, left + 80, top + 100), PRINT, 3)
        for cell, letter in enumerate(value):
            if letter != " ":
                hand.write_in_cell(cover, letter, 530 + 80 * cell, top + 77, 56)
    scene = ink(ink(sheet, labels, (0.25, 0.22, 0.20)), cover, BLUE)
    scene = lay(scene, scene, ((-0.01, 0.02), (1.0, -0.02), (1.01, 0.99), (0.0, 1.02)))
    light = Light(level=0.95, slope=0.15, direction=100)
    truth = "\n".join(f"{label} {value}" for label, value, _ in fields)
    return photograph(scene, light, rng, blur=0.7, grain=0.012), truth


def label(fonts: Path, rng: Rng) -> tuple[Picture, str]:
    """A white label on a carton, in thick marker, seen from the side."""
    lines = ["KITCHEN", "BOX 12 OF 30", "PLATES AND CUPS", "FRAGILE"]
    hand = Hand(fonts / "permanent-marker.ttf", rng, gap=0.2, space=0.6)
    sheet = paper(rng, 620, 1000, (0.90, 0.91, 0.90))
    cover = np.zeros(sheet.shape[:2], np.float32)
    for row, line in enumerate(lines):
        hand.write(cover, line, 60 + rng.normal(0, 6), 140 + 130 * row, 58)
    carton = cardboard(rng, 960, 1280)
    scene = lay(ink(sheet, cover, MARKER), carton, ((0.10, 0.16), (0.90, 0.21), (0.92, 0.79), (0.08, 0.86)))
    light = Light(level=0.92, slope=0.4, direction=20, tint=(0.88, 0.97, 1.0))
    return photograph(scene, light, rng, blur=0.9, grain=0.022), "\n".join(lines)


def whiteboard(fonts: Path, rng: Rng) -> tuple[Picture, str]:
    """A whiteboard at twelve megapixels, with the ghosts of what was wiped and the glare of a lamp."""
    lines = ["TEAM MEETING", "MONDAY 9 30", "ROOM B 214", "BRING LAPTOPS"]
    hand = Hand(fonts / "covered-by-your-grace.ttf", rng, gap=0.36, space=0.8)
    old = Hand(fonts / "reenie-beanie.ttf", rng, gap=0.2)
    height, width = 3024, 4032
    scene = board(rng, height, width, (0.86, 0.87, 0.86), wiped=0.012)
    ghosts = np.zeros((height, width), np.float32)
    for row, line in enumerate(["Y = A X + B", "WEEK 32 BUDGET", "ASK PETER", "X 1 2 3 4 5"]):
        old.write(ghosts, line, 300 + 500 * row, 560 + 640 * row, 230)
    cover = np.zeros((height, width), np.float32)
    for row, line in enumerate(lines):
        hand.write(cover, line, 420 + rng.normal(0, 40), 760 + 600 * row, 290)
    scene = ink(scene, 0.10 * cv2.GaussianBlur(ghosts, (0, 0), 5), (0.45, 0.40, 0.35))
    scene = ink(scene, cover * (0.94 + 0.04 * noise(rng, height, width, (6, 90))), MARKER)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    glare = np.exp(-(((columns - 3300) / 420) ** 2 + ((rows - 330) / 260) ** 2))
    scene += 0.25 * glare[..., None]
    light = Light(level=0.86, slope=0.45, direction=160, tint=(0.93, 1.0, 0.98))
    return photograph(scene, light, rng, blur=1.8, grain=0.008), "\n".join(lines)


def digits(fonts: Path, rng: Rng) -> tuple[Picture, str]:
    """Rows of digits on ruled paper with a red margin, a little askew."""
    lines = ["3141592653", "2718281828", "1414213562", "1618033988", "5772156649", "4669201609"]
    hand = Hand(fonts / "short-stack.ttf", rng, gap=0.34, slant=5)
    sheet = paper(rng, 1400, 1800, (0.86, 0.91, 0.93))
    rule(sheet, PRINT, 96, top=130)
    sheet[:, 190:194] = (0.55, 0.52, 0.82)
    cover = np.zeros(sheet.shape[:2], np.float32)
    for row, line in enumerate(lines):
        hand.write(cover, line, 290 + rng.normal(0, 10), 130 + 192 * (row + 1) - 8, 92)
    scene = ink(sheet, cover, BLACK)
    scene = lay(scene, scene, ((-0.06, 0.0), (1.01, -0.07), (1.06, 1.0), (-0.02, 1.07)))
    light = Light(level=0.85, slope=0.4, direction=130, shadow=0.25, edge=0.6, across=115, soft=0.06)
    return photograph(scene, light, rng, blur=1.0, grain=0.018), "\n".join(lines)


def note(fonts: Path, rng: Rng) -> tuple[Picture, str]:
    """A note on a wooden desk in the evening, in perspective; somebody's shadow lies across it."""
    lines = [
        "DEAR NEIGHBOUR",
        "YOUR CAT SLEEPS",
        "IN OUR GARAGE",
        "EVERY NIGHT",
        "SHE IS WELCOME",
        "HOUSE NUMBER 28",
    ]
    hand = Hand(fonts / "the-girl-next-door.ttf", rng, gap=0.34, space=0.75, pen=0.018)
    sheet = paper(rng, 2100, 1600, (0.90, 0.92, 0.92))
    cover = np.zeros(sheet.shape[:2], np.float32)
    for row, line in enumerate(lines):
        hand.write(cover, line, 130 + rng.normal(0, 12), 330 + 250 * row, 86)
    desk = wood(rng, 2800, 2100)
    corners = ((0.16, 0.07), (0.93, 0.11), (0.90, 0.90), (0.05, 0.86))
    scene = lay(ink(sheet, cover, BLACK), desk, corners)
    light = Light(
        level=0.85,
        slope=0.3,
        direction=75,
        shadow=0.45,
        edge=0.62,
        across=60,
        soft=0.03,
        tint=(0.78, 0.94, 1.0),
    )
    return photograph(scene, light, rng, blur=1.2, grain=0.014), "\n".join(lines)


def blackboard(fonts: Path, rng: Rng) -> tuple[Picture, str]:
    """Chalk on a green board: light letters on dark."""
    lines = ["SOUP OF THE DAY", "TOMATO AND BASIL", "BREAD INCLUDED", "7 EURO 50"]
    hand = Hand(fonts / "gloria-hallelujah.ttf", rng, gap=0.32, space=0.7)
    height, width = 1350, 1800
    scene = board(rng, height, width, (0.17, 0.20, 0.15), wiped=0.05)
    cover = np.zeros((height, width), np.float32)
    for row, line in enumerate(lines):
        hand.write(cover, line, 130 + rng.normal(0, 15), 310 + 275 * row, 94)
    chalk = np.clip(0.80 + 0.16 * noise(rng, height, width, (3, 3)), 0.3, 1)
    light = Light(level=1.0, slope=0.3, direction=10)
    return photograph(ink(scene, cover * chalk, CHALK), light, rng, blur=1.0, grain=0.014), "\n".join(lines)


PAGES: dict[str, Callable[[Path, Rng], tuple[Picture, str]]] = {
    page.__name__: page for page in (todo, alphabet, form, label, whiteboard, digits, note, blackboard)
}


@click.command()
@click.option(
    "--fonts",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the fonts named in README.md.",
)
@click.option(
    "--output",
    default=Path(__file__).parent,
    show_default="beside this script",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to.",
)
@click.option("--seed", default=0, show_default=True, help="Another seed, another day: the same texts.")
@click.argument("names", nargs=-1, type=click.Choice(list(PAGES)))
def main(fonts: Path, output: Path, seed: int, names: tuple[str, ...]) -> None:
    """Write NAME.jpg and NAME.gt.txt for the pages NAMES, or for all of them."""
    output.mkdir(parents=True, exist_ok=True)
    for name in names or PAGES:
        picture, truth = PAGES[name](fonts, np.random.default_rng((seed, zlib.crc32(name.encode()))))
        save(picture, output / f"{name}.jpg")
        (output / f"{name}.gt.txt").write_text(truth + "\n", encoding="utf-8")
        click.echo(f"{name}: {picture.shape[1]} x {picture.shape[0]}", err=True)


if __name__ == "__main__":
    main()
