"""Characters that a file format cannot carry, replaced before they reach it."""

from __future__ import annotations

import re

# Everything outside the Char production of XML 1.0 (section 2.2): control characters, lone surrogates,
# U+FFFE and U+FFFF. None of them is writing, so no other format gains from keeping them.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")


def clean(text: str) -> str:
    """``text`` with U+FFFD for each character that XML 1.0 or UTF-8 cannot carry."""
    return _UNFIT.sub("\ufffd", text)


def one_line(text: str) -> str:
    """`clean` text with tabs and line breaks turned to single spaces, for one cell of a table."""
    return clean(_BREAKS.sub(" ", text))


def percent(confidence: float) -> float:
    """Probability in [0, 1] -> 0..100, as the formats of other engines count it."""
    return 100 * min(max(confidence, 0.0), 1.0)


def probability(confidence: float) -> str:
    """Probability as decimal text of at most four places, kept in [0, 1] against rounding."""
    return f"{min(max(confidence, 0.0), 1.0):.4f}".rstrip("0").rstrip(".")
