"""Train the character model of `ocr.reading.decoding.language`: ``python -m ocr.training.language DATA_FOLDER``.

Every source is counted with a weight: running text with and without its punctuation (notes have little),
words by the square root of their counts (a shopping list is not a book), word pairs, word lists, templates.
Probabilities are interpolated with those of the next shorter context (Witten and Bell); an n-gram that
says hardly more than its shorter context is dropped (Stolcke's pruning, one n-gram at a time).

Source: A. Stolcke, "Entropy-based pruning of backoff language models", 1998.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr import store
from ocr.errors import MissingExtra
from ocr.reading.decoding import case
from ocr.reading.decoding.language import LOGIT_STEP, LOGIT_ZERO, SYMBOL_OF, SYMBOLS, CharacterModel
from ocr.training import language_templates
from ocr.training.language_text import books, checksums, counted_pairs, counted_words, listed_words, plain
from ocr.training.writers import is_validation

ORDER = 6  # longest n-gram that may begin anywhere
LONGEST_WORD = 18
LICENCE = "public domain (books, speeches, SCOWL); SymSpell MIT; Google Books Ngram CC BY 3.0"

# How rows are written, and how often; by judgement.
STYLES: tuple[tuple[Callable[[str], str], float], ...] = (
    (str.upper, 0.45),
    (str, 0.35),
    (str.title, 0.1),
    (str.lower, 0.1),
)

_BITS = 6
_TABLE = np.zeros(128, np.uint8)
_TABLE[[ord(character) for character in SYMBOL_OF]] = list(SYMBOL_OF.values())
_WORD = re.compile(r" [a-zA-Z']+(?=([^a-zA-Z']))")


@dataclass(frozen=True)
class Recipe:
    """Weights of the sources, in words of running text, and the model's settings."""

    unpunctuated: float = 0.5
    words: float = 1.5e6
    flatten: float = 0.6  # counts of single words are raised to this power
    pairs: float = 1.0e6
    listed: float = 2.0
    templates: float = 2.5
    template_count: int = 120_000
    escape: tuple[float, ...] = (1.0, 3.0, 8.0, 16.0, 24.0, 32.0)  # weight of the shorter one per follower
    word_escape: float = 8.0  # the same for contexts that reach back to a word's beginning
    threshold: float = 4.0  # n-grams that save fewer nats of the training text are dropped
    seed: int = 1


@dataclass(frozen=True)
class Source:
    """Texts that count ``weights`` each; contexts do not reach from one into the next."""

    texts: list[str]
    weights: float | NDArray[np.float64]


def sources(folder: Path, recipe: Recipe) -> Iterator[Source]:
    """All training text of ``folder`` with its weights."""
    running = [f" {book} " for book in books(folder)]
    yield Source(running, 1.0)
    yield Source([re.sub(r"[^A-Za-z0-9']+", " ", book) for book in running], recipe.unpunctuated)
    words = counted_words(folder)
    counts = np.array(list(words.values())) ** recipe.flatten
    yield Source([f" {word} " for word in words], counts * (recipe.words / counts.sum()))
    pairs = counted_pairs(folder)
    counts = np.array(list(pairs.values())) ** recipe.flatten
    yield Source([f" {pair} " for pair in pairs], counts * (recipe.pairs / counts.sum()))
    yield Source([f" {word} " for word in listed_words(folder)], recipe.listed)
    common = [word for word in list(words)[:20_000] if word.isalpha()]
    made = language_templates.texts(recipe.template_count, common, recipe.seed)
    yield Source([f" {text} " for text in made], recipe.templates)


def encode(text: str) -> NDArray[np.uint8]:
    """Symbols of printable ASCII ``text``."""
    return _TABLE[np.frombuffer(text.encode("ascii"), np.uint8)]


class Counts:
    """Counts of n-grams, n = k + 1.

    keys:   for each k, sorted int64: the symbols packed in 6 bits each, the last one lowest.
    counts: for each k, float64, the weighted number of each.
    words:  the same for "a space, a word, the character after it".
    """

    def __init__(self) -> None:
        self.keys: list[NDArray[np.int64]] = [np.zeros(0, np.int64) for _ in range(ORDER)]
        self.counts: list[NDArray[np.float64]] = [np.zeros(0) for _ in range(ORDER)]
        self.words: Counter[str] = Counter()  # " word" and the character after it

    def add(self, source: Source) -> None:
        """Count the n-grams of one source; a text's first space is context only."""
        lengths = np.array([len(text) for text in source.texts])
        symbols = encode("".join(source.texts))
        starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
        weights = np.repeat(np.broadcast_to(np.asarray(source.weights, np.float64), lengths.shape), lengths)
        position = np.arange(len(symbols)) - starts
        packed = np.zeros(len(symbols), np.int64)
        for k in range(ORDER):
            packed[k:] |= symbols[: len(symbols) - k].astype(np.int64) << (_BITS * k)
            whole = position >= max(k, 1)
            self._merge(k, packed[whole], weights[whole])
        each = np.broadcast_to(np.asarray(source.weights, np.float64), lengths.shape)
        for text, weight in zip(source.texts, each.tolist(), strict=True):
            for match in _WORD.finditer(text):
                self.words[(match.group() + match.group(1)).lower()] += weight

    def _merge(self, k: int, keys: NDArray[np.int64], weights: NDArray[np.float64]) -> None:
        keys = np.concatenate([self.keys[k], keys])
        weights = np.concatenate([self.counts[k], weights])
        self.keys[k], inverse = np.unique(keys, return_inverse=True)
        self.counts[k] = np.bincount(inverse, weights).astype(np.float64)


@dataclass
class Level:
    """All n-grams of one length: sorted by context, then symbol. ``parent`` indexes the level above."""

    symbol: NDArray[np.uint8]
    parent: NDArray[np.int64]
    prob: NDArray[np.float64]
    gain: NDArray[np.float64]  # nats of training text that are lost with the n-gram


def levels(counts: Counts, recipe: Recipe) -> list[Level]:
    """Interpolated probabilities of every n-gram, lengths 1 to `LONGEST_WORD` + 2."""
    made: list[Level] = []
    lower = np.zeros(0)
    for k in range(ORDER):
        keys, count = counts.keys[k], counts.counts[k]
        context = keys >> _BITS
        shorter = keys & ((1 << _BITS * k) - 1)
        if k:
            below = lower[np.searchsorted(counts.keys[k - 1], shorter)]
            parent = np.searchsorted(counts.keys[k - 1], context)
        else:
            below, parent = np.full(len(keys), 1 / len(SYMBOLS)), np.zeros(len(keys), np.int64)
        lower, gain = _interpolate(parent, count, below, recipe.escape[k])
        made.append(Level((keys & (1 << _BITS) - 1).astype(np.uint8), parent, lower, gain))
    return made + _word_levels(counts, made, recipe)


def _interpolate(
    parent: NDArray[np.int64], count: NDArray[np.float64], below: NDArray[np.float64], escape: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability of each n-gram, and the nats lost without it, from its count and its shorter context."""
    total = np.bincount(parent, count)[parent]
    held = escape * np.bincount(parent)[parent]
    prob = (count + held * below) / (total + held)
    # Without it the n-gram gets its share of what the context leaves to the shorter one.
    explicit = np.bincount(parent, prob)[parent]
    covered = np.bincount(parent, below)[parent]
    rest = np.clip(1 - explicit + prob, 1e-9, 1) / np.clip(1 - covered + below, 1e-9, 1)
    return prob, np.abs(count * (np.log(prob) - np.log(np.clip(rest * below, 1e-12, 1))))


def _word_levels(counts: Counts, made: list[Level], recipe: Recipe) -> list[Level]:
    """The trie of words below the contexts of `ORDER` symbols that begin with a space."""
    grams: dict[int, Counter[str]] = {}
    for word, weight in counts.words.items():
        for size in range(ORDER + 1, min(len(word), LONGEST_WORD + 2) + 1):
            grams.setdefault(size, Counter())[word[:size]] += weight
    above = {text: place for place, text in enumerate(_texts(counts.keys[ORDER - 1]))}
    deep: list[Level] = []
    probs = dict(zip(above, made[-1].prob, strict=True))
    for size in sorted(grams):
        texts = sorted(grams[size], key=lambda text: (above[text[:-1]], SYMBOL_OF[text[-1]]))
        parent = np.array([above[text[:-1]] for text in texts])
        count = np.array([grams[size][text] for text in texts])
        below = np.array([probs.get(text[-ORDER:], 1e-6) for text in texts])
        prob, gain = _interpolate(parent, count, below, recipe.word_escape)
        deep.append(Level(np.array([SYMBOL_OF[text[-1]] for text in texts], np.uint8), parent, prob, gain))
        above = {text: place for place, text in enumerate(texts)}
    return deep


def _texts(keys: NDArray[np.int64]) -> Iterable[str]:
    columns = [keys >> (_BITS * k) & (1 << _BITS) - 1 for k in range(ORDER - 1, -1, -1)]
    for row in np.stack(columns, 1).tolist():
        yield "".join(SYMBOLS[symbol] for symbol in row)


def prune(made: list[Level], threshold: float) -> list[NDArray[np.bool_]]:
    """Which n-grams stay, per level: those worth ``threshold`` nats, and the contexts of those that stay."""
    kept: list[NDArray[np.bool_]] = []
    needed = np.zeros(len(made[-1].prob), bool)
    for index in range(len(made) - 1, -1, -1):
        level = made[index]
        keep = needed | (level.gain > threshold)
        kept.append(keep)
        if index:
            needed = np.zeros(len(made[index - 1].prob), bool)
            needed[level.parent[keep]] = True
    return kept[::-1]


def arrays(made: list[Level], kept: list[NDArray[np.bool_]]) -> dict[str, NDArray[np.uint8]]:
    """The pruned trie as `CharacterModel` takes it."""
    symbols: list[NDArray[np.uint8]] = []
    logits: list[NDArray[np.float64]] = []
    children: list[NDArray[np.int64]] = [np.array([kept[0].sum()])]
    for index, (level, keep) in enumerate(zip(made, kept, strict=True)):
        symbols.append(level.symbol[keep])
        prob = np.clip(level.prob[keep], 1e-7, 1 - 1e-7)
        logits.append(np.clip(np.round(np.log(prob / (1 - prob)) / LOGIT_STEP) + LOGIT_ZERO, 0, 255))
        below = np.zeros(len(keep), np.int64)
        if index + 1 < len(made):
            below = np.bincount(made[index + 1].parent[kept[index + 1]], minlength=len(keep))
        children.append(below[keep])
    return {
        "symbols": np.concatenate(symbols),
        "logits": np.concatenate(logits).astype(np.uint8),
        "children": np.concatenate(children).astype(np.uint8),
    }


def count(folder: Path, recipe: Recipe) -> Counts:
    """The counts of all sources."""
    counts = Counts()
    for source in sources(folder, recipe):
        counts.add(source)
    return counts


def count_capitals(folder: Path, seed: int) -> list[float]:
    """For each state of `ocr.reading.decoding.case` the share of capitals among the letters that follow it.

    Counted on rows of a few words of running text, written in the styles of notes and forms (`STYLES`).
    """
    rng = random.Random(seed)
    capitals, total = np.full(case.STATES, 0.5), np.full(case.STATES, 1.0)
    words = " ".join(books(folder)).split()
    start = 0
    while start < len(words):
        size = rng.randint(1, 8)
        write = rng.choices([style for style, _ in STYLES], [share for _, share in STYLES])[0]
        state = case.START
        for character in write(" ".join(words[start : start + size])):
            if character.isalpha():
                capitals[state] += character.isupper()
                total[state] += 1
            state = case.step(state, character)
        start += size * 10  # a tenth of the text is more than enough for twelve numbers
    return [round(share, 4) for share in (capitals / total).tolist()]


def bits_per_character(model: CharacterModel, texts: Iterable[str]) -> float:
    """Cross-entropy in bits per character, the space that ends each text counted, case not."""
    nats, characters = 0.0, 0
    for text in texts:
        nats -= model.log_probability(text + " ")
        characters += len(text) + 1
    return nats / max(characters, 1) / float(np.log(2))


def save(
    data: dict[str, NDArray[np.uint8]],
    path: Path,
    folder: Path,
    recipe: Recipe,
    capitals: list[float],
    metrics: list[dict[str, object]],
) -> None:
    """Write ``path`` (safetensors) and its card (JSON, same stem)."""
    try:
        from safetensors.numpy import save as to_bytes
    except ImportError as error:
        raise MissingExtra("storing a language model", "train") from error
    content: bytes = to_bytes(data)
    path.write_bytes(content)
    card: dict[str, object] = {
        "format_version": store.CARD_VERSION,
        "kind": "language",
        "symbols": SYMBOLS,
        "settings": dict(vars(recipe)),
        "capitals": capitals,
        "training_data": [
            {"name": name, "licence": LICENCE, "sha256": digest} for name, digest in checksums(folder).items()
        ],
        "metrics": metrics,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    card_path = path.with_suffix(".json")
    if card_path.exists():  # what `ocr.training.context_weights` found outlives a new training
        card["search"] = json.loads(card_path.read_text("utf-8")).get("search", {})
    card_path.write_text(json.dumps(card, indent=1) + "\n", "utf-8")


def held_out_texts(unipen: Path) -> dict[str, list[str]]:
    """What validation's writers wrote in ``unipen``/words.npz and texts.npz, each text once."""
    found = {}
    for name in ("words", "texts"):
        if not (unipen / f"{name}.npz").is_file():
            continue
        with np.load(unipen / f"{name}.npz", allow_pickle=False) as file:
            columns = [file[key].tolist() for key in ("label", "contributor", "writer", "source")]
        rows = zip(*columns, strict=True)
        texts = {plain(label).strip() for label, *person in rows if is_validation(*person)}
        found[f"UNIPEN {name} of held-out writers"] = sorted(texts - {""})
    return found


def main(data: Path, path: Path, recipe: Recipe | None = None) -> None:
    """Train on ``data``/text, measure on what people wrote in ``data``/unipen, store at ``path``."""
    recipe = recipe or Recipe()
    made = levels(count(data / "text", recipe), recipe)
    trie = arrays(made, prune(made, recipe.threshold))
    model = CharacterModel(trie["symbols"], trie["logits"], trie["children"])
    metrics: list[dict[str, object]] = [
        {"name": "bits per character", "test_set": name, "value": round(bits_per_character(model, texts), 3)}
        for name, texts in held_out_texts(data / "unipen").items()
    ]
    save(trie, path, data / "text", recipe, count_capitals(data / "text", recipe.seed), metrics)
    print(f"{path}: {len(trie['symbols'])} n-grams, {path.stat().st_size} bytes, {metrics}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "models/english.safetensors"))
