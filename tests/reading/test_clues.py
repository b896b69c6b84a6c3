from __future__ import annotations

import numpy as np
import pytest

from ocr.reading.classifier import Classifier
from ocr.reading.clues import column_share, likeness, well_shaped
from ocr.reading.ink import Ink, find_ink
from ocr.reading.letters import Letters, find_letters
from ocr.reading.turning import turned
from tests.drawn import blank, write


def found(rotation: int, text: str = "KEEP REFRAINING") -> tuple[Ink, Letters]:
    """A page that stands upright once it is turned clockwise by ``rotation``."""
    picture = blank(400, 1400)
    for line in (100, 220, 340):
        write(picture, text, 60, line, 50)
    ink = find_ink(turned(picture, -rotation % 360))
    return ink, find_letters(ink)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_letters_look_best_upright(rotation: int) -> None:
    classifier = Classifier()
    ink, letters = found(rotation)
    like, count = likeness(classifier, None, ink, letters)
    assert max(like, key=like.__getitem__) == rotation and 10 < count <= 32
    digits, _ = likeness(classifier, classifier.allowed("0123456789"), ink, letters)
    assert all(digits[turn] < like[turn] for turn in like)


@pytest.mark.parametrize(("rotation", "share"), [(0, 0.0), (90, 1.0), (180, 0.0), (270, 1.0)])
def test_letters_of_a_page_on_its_side_stand_in_columns(rotation: int, share: float) -> None:
    assert abs(column_share(found(rotation)[1]) - share) < 0.1


def test_without_letters_there_are_no_clues() -> None:
    ink = find_ink(blank(200, 300))
    letters = find_letters(ink)
    assert well_shaped(letters) == [] and column_share(letters) == 0
    like, count = likeness(Classifier(), None, ink, letters)
    assert count == 0 and not np.any(list(like.values()))
