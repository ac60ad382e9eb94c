"""Finding a token by what staff type: its label, words of the name in any script, digits of an ABHA or a mobile number.

A row is read once into an ``Entry`` and then compared with every key press: 2,000 rows in a few milliseconds.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from kiosk.model.desk import DeskRow
from kiosk.model.matching import mobile_digits
from kiosk.model.names import all_words, name_words

LEAST_DIGITS = 4
"""Fewer digits are only the number of a token; these are also the last ones of an ABHA or mobile number."""
MAX_QUERY = 100
_LABEL = re.compile(r"([a-z]{0,4})0*([0-9]{1,6})", re.ASCII)
_BETWEEN = str.maketrans("", "", " -‐‑‒–./")


@dataclass(frozen=True)
class Entry:
    """What a row can be found by."""

    letters: str
    number: int
    words: tuple[str, ...] = field(repr=False)
    numbers: tuple[str, ...] = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True)
class Query:
    """What was typed, read as a label, as digits and as words; nothing typed finds everything."""

    letters: str | None = None
    number: int = 0
    digits: str = ""
    words: tuple[str, ...] = ()
    address: str = ""
    finds_all: bool = False


def entry(row: DeskRow) -> Entry:
    letters, _, _ = row.token.label.partition("-")
    patient = row.patient
    if patient is None:
        return Entry(letters.casefold(), row.token.number, (), (), "")
    numbers = (patient.abha_number or "", mobile_digits(patient.mobile))
    address = (patient.abha_address or "").casefold()
    return Entry(letters.casefold(), row.token.number, all_words(patient.name), numbers, address)


def query(typed: str) -> Query:
    """``m17``, ``M-017``, ``asha dev``, ``0018``, ``91-0000-0000-0018``, ``asha@abdm``; digits of any script."""
    text = _plain(typed)
    joined = text.translate(_BETWEEN)
    label = _LABEL.fullmatch(joined)
    return Query(
        letters=label[1] if label else None,
        number=int(label[2]) if label else 0,
        digits=joined if joined.isdecimal() and len(joined) >= LEAST_DIGITS else "",
        words=() if "@" in text else name_words(text),
        address=text if "@" in text else "",
        finds_all=not text,
    )


def finds(wanted: Query, found: Entry) -> bool:
    """Whether the row is meant: by label, by last digits, by address, or by the beginning of each word typed.

    A label without its series is enough: ``m17`` is every ``M…-017``, as patients say what they remember.
    """
    return (
        wanted.finds_all
        or _has_label(wanted, found)
        or (bool(wanted.digits) and any(number.endswith(wanted.digits) for number in found.numbers))
        or (bool(wanted.address) and found.address.startswith(wanted.address))
        or (bool(wanted.words) and all(_has_word(word, found) for word in wanted.words))
    )


def _has_label(wanted: Query, found: Entry) -> bool:
    return wanted.letters is not None and found.number == wanted.number and found.letters.startswith(wanted.letters)


def _has_word(word: str, found: Entry) -> bool:
    return any(each.startswith(word) for each in found.words)


def _plain(typed: str) -> str:
    """Small letters, ASCII digits, single blanks; what is too long to be meant is cut off."""
    digits = "".join(str(unicodedata.decimal(letter, letter)) for letter in typed[:MAX_QUERY])
    return " ".join(unicodedata.normalize("NFKC", digits).casefold().split())
