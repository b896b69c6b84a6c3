"""How likely is the next character? A character n-gram model of variable order, for the beam search.

Contexts are up to five characters long, longer when they begin with a space: within a word the model may
look back to the word's beginning, so that it knows the dictionary (``refriger`` goes on with ``a``) and
still has an opinion on what is in no dictionary. Letters are one symbol whatever their case, digits are
all one symbol: a number is likely or unlikely where it stands, its digits are all as likely.

The contexts form a trie. A `State` is the longest suffix of the text that is in the trie; its
distribution is that of the next shorter suffix, overwritten where the longer context knows better and
scaled elsewhere, so that it sums to one. States and distributions are made when they are first needed
and kept, until there are so many of them that all are forgotten between rows.

Sources: T. C. Bell, J. G. Cleary, I. H. Witten, "Text Compression", 1990 (interpolation by the number of
distinct followers); A. V. Aho, M. J. Corasick, CACM 18(6), 1975 (suffix links).
"""

from __future__ import annotations

import json
import string
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr import store
from ocr.errors import ModelError

SPACE = 0
DIGIT = 27
SYMBOLS = " " + string.ascii_lowercase + "0" + string.punctuation  # "0" stands for every digit
SYMBOL_OF = {character: index for index, character in enumerate(SYMBOLS)}
SYMBOL_OF |= {character: SYMBOL_OF[character.lower()] for character in string.ascii_uppercase}
SYMBOL_OF |= dict.fromkeys(string.digits, DIGIT)

LOGIT_STEP = 1 / 12  # probabilities are stored as logits in 8 bits: 0.000025 ... 0.99998 in steps of 8 %
LOGIT_ZERO = 127
PROBABILITIES = (1 / (1 + np.exp(-(np.arange(256) - LOGIT_ZERO) * LOGIT_STEP))).astype(np.float32)

_KEPT = 400_000  # steps between states that are remembered: 70 to 145 MB, the text of some thirty pages
_NEVER_LESS = np.float32(1e-4)  # part of a distribution that is left to what a context has not seen


class State:
    """A context and what it says about the next symbol. Compare with ``is``: equal contexts are one object.

    Far more states are stepped through than asked: what they say is worked out when it is first needed.
    """

    __slots__ = ("_logs", "_model", "_probs", "known", "last", "node", "suffix", "targets")

    def __init__(
        self, model: CharacterModel, node: int, suffix: State | None, last: int = SPACE, known: bool = False
    ) -> None:
        """last: the last symbol. known: whether the context reaches back to the beginning of the word."""
        self.node = node
        self.suffix = suffix
        self.last = last
        self.known = known
        self.targets: dict[int, State] = {}
        self._model = model
        self._probs: NDArray[np.float32] | None = None
        self._logs: NDArray[np.float32] | None = None

    @property
    def probs(self) -> NDArray[np.float32]:
        """(60,) float32, probability of each of `SYMBOLS`, summing to one."""
        if self._probs is None:
            self._probs = self._model.probabilities(self.node, self.suffix)
        return self._probs

    @property
    def logs(self) -> NDArray[np.float32]:
        """Natural logarithm of ``probs``."""
        if self._logs is None:
            self._logs = np.log(self.probs)
        return self._logs


class CharacterModel:
    """The trie and its states. Safe to share between threads.

    symbols:  (M,) uint8, last symbol of each n-gram; the trie's nodes level by level, the root not among them
    logits:   (M,) uint8, logit of the probability of that symbol after the symbols above it, see `LOGIT_STEP`
    children: (M + 1,) uint8, number of children of the root and of each node, ordered by symbol
    settings: the rest of the model's card: ``capitals`` for the case model, ``search`` for the decoder
    """

    def __init__(
        self,
        symbols: NDArray[np.uint8],
        logits: NDArray[np.uint8],
        children: NDArray[np.uint8],
        settings: dict[str, Any] | None = None,
    ) -> None:
        if not len(symbols) == len(logits) == len(children) - 1 == int(children.sum(dtype=np.int64)):
            raise ValueError(
                f"the trie does not hold together: {len(symbols)} symbols, "
                f"{len(logits)} logits, {children.sum(dtype=np.int64)} children"
            )
        if len(symbols) and symbols.max() >= len(SYMBOLS):
            raise ValueError(f"symbol {symbols.max()} is not one of {len(SYMBOLS)}")
        self.settings = settings or {}
        self._symbols = symbols
        self._text = symbols.tobytes()
        self._logits = logits
        first = np.zeros(len(children) + 1, np.int32)
        np.cumsum(children, out=first[1:])
        self._first = first.data  # single elements come out of it faster than out of an array
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self.root = State(self, 0, None)
        self._steps = 0  # that are remembered

    def probabilities(self, node: int, suffix: State | None) -> NDArray[np.float32]:
        """What the state of trie node ``node`` says (0 is the root, n-gram i is node i + 1)."""
        first, end = self._first[node], self._first[node + 1]
        known = self._symbols[first:end]
        explicit = PROBABILITIES[self._logits[first:end]]
        if suffix is None:
            probs = np.full(len(SYMBOLS), 1 / len(SYMBOLS), np.float32)
        else:
            probs = suffix.probs.copy()
        lower = probs[known]
        left = max(1 - explicit.sum(), _NEVER_LESS)
        probs *= left / max(1 - lower.sum(), _NEVER_LESS)
        probs[known] = explicit
        probs /= probs.sum()
        return probs

    def step(self, state: State, symbol: int) -> State:
        """The state after one more symbol."""
        target = state.targets.get(symbol)
        if target is None:
            with self._lock:
                target = self._make_target(state, symbol)
        return target

    def _make_target(self, state: State, symbol: int) -> State:
        target = state.targets.get(symbol)
        if target is not None:
            return target
        first, end = self._first[state.node], self._first[state.node + 1]
        place = self._text.find(symbol, first, end)
        shorter = state if state.suffix is None else self._make_target(state.suffix, symbol)
        if place >= 0 and self._first[place + 1] < self._first[place + 2]:
            known = state.known if state.node else not 0 < symbol < DIGIT
            target = State(self, place + 1, shorter, symbol, known)
        else:
            target = shorter
        state.targets[symbol] = target
        self._steps += 1
        return target

    def start(self) -> State:
        """The state at the beginning of a row: after a space.

        Here states are forgotten when there are too many. Those of earlier rows stay good, but are other objects.
        """
        with self._lock:
            if self._steps > _KEPT:
                self._forget()
        return self.step(self.root, SPACE)

    def log_probability(self, text: str) -> float:
        """Natural logarithm of the probability of printable ASCII ``text`` after a space, case not counted.

        Each digit counts for one in ten. KeyError for a character outside printable ASCII.
        """
        total, state = 0.0, self.start()
        for character in text:
            symbol = SYMBOL_OF[character]
            total += float(state.logs[symbol]) - (np.log(10) if symbol == DIGIT else 0.0)
            state = self.step(state, symbol)
        return total


def load_language(model: str | Path = "english") -> CharacterModel:
    """Load a shipped model by name or any by path; ModelError names the file and what is wrong."""
    loaded = store.load(model, kind="language")
    if loaded["symbols"] != SYMBOLS:
        raise ModelError(
            f"{loaded.path}: key 'symbols' of its card is not that of this version; "
            "install model and program of one version"
        )
    arrays = _read_arrays(loaded.path)
    try:
        return CharacterModel(arrays["symbols"], arrays["logits"], arrays["children"], loaded.card)
    except KeyError as error:
        raise ModelError(f"{loaded.path}: key {error.args[0]!r} is missing") from error
    except ValueError as error:
        raise ModelError(f"{loaded.path}: {error}") from error


def _read_arrays(path: Path) -> dict[str, NDArray[np.uint8]]:
    """The one-dimensional uint8 arrays of a safetensors file: header length, JSON header, data."""
    content = path.read_bytes()
    try:
        size = int.from_bytes(content[:8], "little")
        header: dict[str, Any] = json.loads(content[8 : 8 + size])
        header.pop("__metadata__", None)
        arrays = {}
        for key, entry in header.items():
            begin, end = entry["data_offsets"]
            if entry["dtype"] != "U8" or entry["shape"] != [end - begin] or 8 + size + end > len(content):
                raise ValueError(f"array {key!r} is not a whole uint8 vector")
            arrays[key] = np.frombuffer(content, np.uint8, end - begin, 8 + size + begin)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: not a safetensors file of uint8 vectors: {error}") from error
    return arrays
