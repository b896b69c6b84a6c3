"""Rows laid out from a face: where each character is said to stand."""

from __future__ import annotations

import numpy as np

from ocr.training import rows
from ocr.training.fonts import ASCII, Face
from tests.training.handwriting import digit


def face() -> Face:
    """Capitals and digits 1 high, small letters half that with shapes of their own, marks on the line."""
    tall, low = np.kron(digit("4"), np.ones((2, 2), np.uint8)), np.kron(digit("2"), np.ones((2, 2), np.uint8))
    height = {c: 1.0 if c.isupper() or c.isdigit() else 0.5 if c.islower() else 0.1 for c in ASCII}
    return Face(
        "made up",
        {c: low if c.islower() else tall for c in ASCII},
        {c: (0.05, -height[c], 0.55, 0.0, 0.6) for c in ASCII},
    )


def test_random_rows_differ_in_case_and_follow_the_seed() -> None:
    rng = np.random.default_rng(0)
    texts = [rows.random_text(rng) for _ in range(60)]
    assert texts[0] == rows.random_text(np.random.default_rng(0))
    letters = ["".join(filter(str.isalpha, text)) for text in texts]
    assert any(text.isupper() for text in letters) and any(text.islower() for text in letters)
    assert {c for text in texts for c in text} <= {*ASCII, " "}


def test_letters_stand_in_their_order() -> None:
    drawn, boxes = rows.lay_out(face(), "AB \u00e9c", np.random.default_rng(0))
    assert drawn == "ABc"  # the face has no accents
    assert (np.diff(boxes[:, 0]) > 0).all() and (boxes[:, 2] > boxes[:, 0]).all()
    assert boxes[2, 0] - boxes[1, 2] > boxes[1, 0] - boxes[0, 2]  # the spaces are kept


def test_placements_know_every_character_and_its_height() -> None:
    found = rows.placements([face()], np.random.default_rng(0), rows=300)
    assert set(found) == set(ASCII)
    assert min(map(len, found.values())) >= 30
    assert 0.85 < np.median(found["H"][:, 0]) < 1.15
    assert abs(np.median(found["H"][:, 1])) < 0.1
    assert np.median(found["x"][:, 0]) < 0.85 * np.median(found["X"][:, 0])


def test_without_a_face_that_tells_case_nothing_is_known() -> None:
    shouting = Face("capitals", {c: digit("4") for c in ASCII}, face().boxes)
    assert rows.placements([shouting], np.random.default_rng(0)) == {}
    assert rows.placements([], np.random.default_rng(0)) == {}
