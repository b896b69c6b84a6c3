"""Who is trained on and who is held out: one rule for letters and rows, so that no writer is on both sides.

A person is a UNIPEN (contributor, writer) pair, or (contributor, source) where the writer is not named.
A digest of the name decides, not the order of a file, so that every tool, every run and every subset of
the data makes the same split.
"""

from __future__ import annotations

import hashlib


def writer_id(contributor: str, writer: str, source: str) -> str:
    """The name of the person behind a segment: ``contributor/writer``, or ``contributor/source``."""
    return f"{contributor}/{writer or source}"


def is_validation(contributor: str, writer: str, source: str) -> bool:
    """Whether this person is held out: one in ten, by the SHA-256 of the name."""
    name = writer_id(contributor, writer, source)
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10 == 0
