"""Training of the character model on a small text of its own."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from ocr.errors import DataError
from ocr.reading.decoding.language import DIGIT, SYMBOL_OF, CharacterModel, load_language
from ocr.training import language, language_templates
from ocr.training.language_text import books, counted_words, plain, strip_gutenberg

pytest.importorskip("safetensors")

BOOK = """Front matter
*** START OF THIS PROJECT GUTENBERG EBOOK TEST ***
The cat sat on the mat. The dog sat on the log. The cat and the dog sat still.
*** END OF THIS PROJECT GUTENBERG EBOOK TEST ***
Licence text that nobody must learn: xylophone"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name, content in {
        "corpus/book.txt": BOOK * 3,
        "freq/frequency_dictionary_en.txt": "the 900\ncatalogue 40\n",
        "freq/frequency_bigramdictionary_en.txt": "the catalogue 30\n",
        "words/english": "Zebra\ncatalogue\n",
    }.items():
        path = tmp_path / "text" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return tmp_path


def test_front_and_back_matter_are_stripped() -> None:
    assert strip_gutenberg(BOOK).split()[:3] == ["The", "cat", "sat"]
    assert "xylophone" not in strip_gutenberg(BOOK)


def test_plain_text() -> None:
    assert plain("“Café” — it’s…\n3") == '"Cafe" - it\'s... 3'.replace(" - ", " -- ")


def test_trains_saves_and_loads(data: Path) -> None:
    path = data / "tiny.safetensors"
    language.main(data, path, language.Recipe(template_count=2000))
    model = load_language(path)
    likely = model.log_probability("the cat sat ")
    assert likely > model.log_probability("tbe cot sot ")
    state = model.start()
    for character in "catalogu":
        state = model.step(state, SYMBOL_OF[character])
        assert state.probs.sum() == pytest.approx(1, abs=1e-4)
    assert state.probs[SYMBOL_OF["e"]] > 0.5
    assert len(model.settings["capitals"]) == 12


def test_pruning_keeps_contexts_of_what_stays(data: Path) -> None:
    recipe = language.Recipe(template_count=200)
    made = language.levels(language.count(data / "text", recipe), recipe)
    sizes = []
    for threshold in (0.0, 1.0, 10.0):
        trie = language.arrays(made, language.prune(made, threshold))
        CharacterModel(trie["symbols"], trie["logits"], trie["children"])
        sizes.append(len(trie["symbols"]))
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > sizes[2]


def test_interpolation_by_hand() -> None:
    """One context, followers a three times and b once; escape 1: P = (n + 2 x lower) / (4 + 2)."""
    prob, _ = language._interpolate(np.array([0, 0]), np.array([3.0, 1.0]), np.array([0.2, 0.3]), 1.0)
    np.testing.assert_allclose(prob, [(3 + 0.4) / 6, (1 + 0.6) / 6])


def test_templates_fill_every_hole() -> None:
    rng = random.Random(3)
    for _, templates in language_templates.TEMPLATES.values():
        for template in templates:
            text = language_templates.fill(template, ["word"], rng)
            assert text.isascii() and not any(hole in text for hole in ("{word}", "{id}", "{run}", "{month}"))
    assert list(language_templates.texts(20, ["w"], 1)) == list(language_templates.texts(20, ["w"], 1))


def test_digits_share_one_symbol() -> None:
    assert set(language.encode("0123456789").tolist()) == {DIGIT}


def test_missing_and_broken_sources_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="corpus"):
        list(books(tmp_path))
    (tmp_path / "freq").mkdir()
    (tmp_path / "freq" / "frequency_dictionary_en.txt").write_text("the many\n", "utf-8")
    with pytest.raises(DataError, match="line 1"):
        counted_words(tmp_path)
