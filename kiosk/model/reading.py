"""Values taken out of untrusted tables (TOML, JSON, CSV), with every mistake noted and none raised."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeAlias, TypeVar
from unicodedata import category

from kiosk.model.opd import ENGLISH, Texts

Place: TypeAlias = tuple[str | int, ...]
"""Where a value stands: keys, and positions from 0, as ``("departments", 1, "prefix")``."""
_Number = TypeVar("_Number", int, None)
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LONGEST_INTEGER = 10**12


@dataclass(frozen=True)
class Mistake:
    """One mistake: where it stands, and a sentence that also says where for people."""

    place: Place
    text: str


@dataclass
class Reader:
    """Takes values out of one table and notes what is wrong with them.

    Attributes:
        where: the table's name in sentences, ``department 2``.
        mistakes: shared by the readers of one document.
    """

    values: Mapping[str, object]
    where: str
    place: Place = ()
    mistakes: list[Mistake] = field(default_factory=list)

    def refuse_unknown(self, known: frozenset[str]) -> None:
        for key in sorted(map(str, self.values.keys() - known)):
            self.problem(key, f"is not known; known are {', '.join(sorted(known))}")

    def tables(self, key: str, singular: str, *, required: bool = False) -> Iterator["Reader"]:
        """The tables of the list ``key``, each with a reader of its own."""
        tables = self.values.get(key, [])
        if not isinstance(tables, list) or (required and not tables):
            self.problem(key, f"must be {'at least one' if required else 'a list of'} [[{key}]]")
            return
        for index, table in enumerate(tables):
            values = table if isinstance(table, dict) else {}
            yield Reader(values, f"{singular} {index + 1}", (*self.place, key, index), self.mistakes)

    def text(self, key: str, pattern: re.Pattern[str], allowed: str) -> str:
        value = self.values.get(key)
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self.problem(key, f"must be {allowed}, not {shown(value)}")
        return ""

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.values.get(key)
        if isinstance(value, str) and value in allowed:
            return value
        self.problem(key, f"must be one of {', '.join(allowed)}, not {shown(value)}")
        return ""

    def line(self, key: str, *, longest: int = 60, required: bool = False) -> str:
        """A short text for people; a whole number is one too, as rooms are mostly numbered."""
        line = _line(self.values.get(key, ""))
        if line is not None and _is_plain(line, longest) and (line.strip() or not required):
            return line
        self.problem(key, f"must be a short text, at most {longest} characters on one line")
        return ""

    def texts(self, key: str, *, longest: int = 80, required: bool = False) -> Texts:
        value = self.values.get(key, {})
        if isinstance(value, dict) and all(_is_text_by_language(*item, longest) for item in value.items()):
            if (required or value) and ENGLISH not in value:
                self.problem(key, "needs at least the language en")
            return value
        self.problem(key, "must be texts by language, such as { en = 'Medicine', hi = 'मेडिसिन' }")
        return {}

    def words(self, key: str) -> tuple[str, ...]:
        """A list of different short texts."""
        value = self.values.get(key, [])
        if isinstance(value, list) and all(isinstance(word, str) for word in value) and len(set(value)) == len(value):
            return tuple(value)
        self.problem(key, "must be a list such as ['MED', 'EYE'], each once")
        return ()

    def lines(self, key: str, *, longest: int) -> tuple[str, ...]:
        """A list of different short texts for people; whole numbers do as well."""
        value = self.values.get(key, [])
        texts = [_line(each) for each in value] if isinstance(value, list) else [None]
        lines = [text for text in texts if text and text.strip() and _is_plain(text, longest)]
        if len(set(lines)) == len(texts):
            return tuple(lines)
        self.problem(key, f"must be a list such as ['12', '14'], each once and at most {longest} characters")
        return ()

    def table(self, key: str) -> "Reader":
        """The table ``key``, with a reader of its own; an empty one where there is none."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            self.problem(key, f"must be a table [{key}]")
        values = value if isinstance(value, dict) else {}
        return Reader(values, f"{self.where}: {key}", (*self.place, key), self.mistakes)

    def days(self, key: str) -> frozenset[date]:
        value = self.values.get(key, [])
        if not isinstance(value, list):
            self.problem(key, "must be a list of days such as [2026-11-24]")
            return frozenset()
        days = [(text, _day(text)) for text in value]
        for text, day in days:
            if day is None:
                self.problem(key, f"has {shown(text)}; write it as 2026-11-24")
        return frozenset(day for _, day in days if day is not None)

    def counts(self, key: str, *, high: int) -> Mapping[str, int]:
        """Whole numbers from 0 by name."""
        value = self.values.get(key, {})
        if isinstance(value, dict) and all(isinstance(name, str) for name in value):
            wrong = [name for name, count in value.items() if not _is_whole(count, 0, high)]
            for name in wrong:
                self.problem(key, f"has {shown(value[name])} for {name}; allowed are whole numbers from 0 to {high}")
            return {name: count for name, count in value.items() if name not in wrong}
        self.problem(key, "must be numbers by station, such as { K1 = 120, K2 = 80 }")
        return {}

    def flag(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.problem(key, "must be true or false")
        return value is True

    def number(self, key: str, default: _Number, *, high: int, low: int = 1) -> int | _Number:
        value = self.values.get(key, default)
        if value is default or (isinstance(value, int) and _is_whole(value, low, high)):
            return value
        self.problem(key, f"must be a whole number from {low} to {high}")
        return default

    def clock(self, key: str) -> time:
        value = self.values.get(key, "00:00")
        try:
            found = value if isinstance(value, time) else time.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None:
            self.problem(key, f"must be a time such as 06:00, not {shown(value)}")
            return time(0)
        return found

    def problem(self, key: str, text: str) -> None:
        self.mistakes.append(Mistake((*self.place, key), f"{self.where}: {key} {text}"))


def _line(value: object) -> str | None:
    is_number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LONGEST_INTEGER
    return str(value) if is_number else value if isinstance(value, str) else None


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_text_by_language(language: object, text: object, longest: int) -> bool:
    known = isinstance(language, str) and _LANGUAGE.fullmatch(language) is not None
    return known and isinstance(text, str) and bool(text.strip()) and _is_plain(text, longest)


def _is_plain(text: str, longest: int) -> bool:
    """No control characters and no halves of characters; the joiners of Indian scripts are of another category."""
    return len(text) <= longest and all(category(character) not in {"Cc", "Cs"} for character in text)


def _day(value: object) -> date | None:
    """TOML has days, JSON and CSV have texts."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
    except ValueError:
        return None


def shown(value: object) -> str:
    """For a sentence: short, whatever was sent."""
    if isinstance(value, str):
        return repr(value) if len(value) <= 40 else repr(value[:40] + "…")
    if value is None:
        return "missing"
    if isinstance(value, date | time | float) or (isinstance(value, int) and abs(value) < _LONGEST_INTEGER):
        return str(value)
    return f"a value of type {type(value).__name__}"
