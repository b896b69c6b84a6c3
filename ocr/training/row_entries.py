"""What the training rows say where no corpus has it: the fields of forms, codes, characters by chance."""

from __future__ import annotations

import string

from numpy.random import Generator

from ocr.training.row_texts import Texts

_PRINTABLE = "".join(chr(code) for code in range(33, 127))
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def entry(texts: Texts, rng: Generator) -> str:
    """What is written in the fields of forms: numbers, codes, dates, times, amounts, addresses, e-mails."""
    digits = "".join(map(str, rng.integers(0, 10, 16)))
    word = texts.words_of(rng, 2)
    pick = int(rng.integers(0, 15))
    day, month, year = rng.integers(1, 32), rng.integers(1, 13), rng.integers(1940, 2040)
    if pick == 0:
        return digits[: rng.integers(1, 13)]
    if pick == 1:
        mark = str(rng.choice(list("/-.: ")))
        return f"{day:02d}{mark}{month:02d}{mark}{year if rng.random() < 0.6 else year % 100:02d}"
    if pick == 2:
        return f"{day} {_MONTHS[month - 1]} {year}"
    if pick == 3:
        colon = f"{rng.integers(0, 24):02d}:{rng.integers(0, 60):02d}"
        return colon + (
            f":{rng.integers(0, 60):02d}" if rng.random() < 0.4 else str(rng.choice(["", " AM", " PM"]))
        )
    if pick == 4:
        currency = rng.choice(["$", "$ ", "", "RS. ", "EUR "])
        return f"{currency}{int(10 ** rng.uniform(0, 6)):,}{rng.choice(['', '.00', '.50', '.99', '/-'])}"
    if pick == 5:
        return (
            f"({digits[:3]}) {digits[3:6]}-{digits[6:10]}"
            if rng.random() < 0.5
            else f"+{digits[:2]} {digits[2:7]} {digits[7:12]}"
        )
    if pick in (6, 7):
        name = f"{word[0]}{rng.choice(['.', '_', '', '-'])}{word[1]}{rng.choice(['', digits[:2]])}"
        host = rng.choice(["gmail", "yahoo", "mail", word[1]])
        address = f"{name}@{host}.{rng.choice(['com', 'org', 'in', 'de', 'edu', 'net'])}"
        return address.upper() if rng.random() < 0.4 else address
    if pick == 8:
        number, kind = (
            digits[: rng.integers(1, 4)],
            rng.choice(["ST", "ROAD", "AVE", "STREET", "NO.", "LANE"]),
        )
        return f"{number} {word[0].upper()} {kind}"
    if pick in (9, 10):
        return "".join(
            rng.choice(list(string.ascii_uppercase + string.digits * 2), rng.integers(2, 12)).tolist()
        )
    if pick == 11:
        groups = [digits[i : i + 4] for i in range(0, int(rng.integers(4, 17)), 4)]
        return str(rng.choice([" ", "-"])).join(groups)
    if pick == 12:
        return " ".join(
            rng.choice(list(string.ascii_uppercase + string.digits), rng.integers(2, 14)).tolist()
        )
    if pick == 13:
        return f"{word[0].upper()}: {digits[: rng.integers(1, 7)]}"
    return (
        f"{word[0].upper()}-{digits[: rng.integers(1, 5)]}"
        if rng.random() < 0.5
        else f"#{digits[:4]} {word[0].upper()} & {word[1].upper()}"
    )


def symbols(rng: Generator, length: int) -> str:
    """Characters by chance: runs of one class, so that nothing in the row can be guessed."""
    classes = [
        string.ascii_uppercase,
        string.ascii_lowercase,
        string.digits,
        _PRINTABLE,
        string.ascii_letters,
        string.punctuation,
    ]
    parts: list[str] = []
    while sum(map(len, parts)) < length:
        alphabet = classes[int(rng.choice(6, p=[0.3, 0.2, 0.15, 0.15, 0.1, 0.1]))]
        parts.append("".join(rng.choice(list(alphabet), rng.integers(1, 8)).tolist()))
    return str(rng.choice([" ", " ", ""])).join(parts)
