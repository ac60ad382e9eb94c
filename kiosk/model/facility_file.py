"""A hospital's own description as parsed TOML, turned into a ``Facility``; all mistakes are told at once.

facility_id = "IN0910000123"
names = { en = "District Hospital, Rampur", hi = "ज़िला अस्पताल, रामपुर" }
timezone = "Asia/Kolkata"        # optional, as are the next three
day_starts = "00:00"
carries_over = false
return_window_min = 120

[[departments]]
code = "MED"
prefix = "M"
names = { en = "Medicine", hi = "मेडिसिन" }
room = "12"                      # or: next_step = { en = "First counter 2", hi = "पहले काउंटर 2 पर जाएँ" }
open = ["mon-sat 08:00-14:00"]   # optional: all day otherwise
quota = 200                      # optional
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kiosk.model.opd import ALL_DAY, ENGLISH, Department, Facility, Opening, is_prefix

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OPENING = re.compile(r"(?:([a-z]{3})(?:-([a-z]{3}))? )?([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_CODE = re.compile(r"[A-Z0-9]{1,12}", re.ASCII)
_KNOWN = frozenset(
    {"facility_id", "names", "timezone", "day_starts", "carries_over", "return_window_min", "departments"}
)
_KNOWN_DEPARTMENT = frozenset({"code", "prefix", "names", "room", "next_step", "open", "quota"})


class FacilityError(ValueError):
    """The description is wrong; ``problems`` are sentences, one for each mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def parse_facility(untrusted: Mapping[str, object]) -> Facility:
    """The facility that ``untrusted`` describes.

    Raises:
        FacilityError: with all problems found.
    """
    reader = _Reader(untrusted, "facility")
    reader.refuse_unknown(_KNOWN)
    facility = Facility(
        facility_id=reader.text("facility_id", _ID, "letters, digits, - and _"),
        names=reader.texts("names", required=True),
        departments=tuple(_departments(reader)),
        timezone=_timezone(reader),
        day_starts=reader.clock("day_starts"),
        carries_over=reader.flag("carries_over"),
        return_window=timedelta(minutes=reader.number("return_window_min", 120, high=1440) or 0),
    )
    reader.problems += _clashes(facility)
    if reader.problems:
        raise FacilityError(reader.problems)
    return facility


@dataclass
class _Reader:
    """Takes values out of one table and notes what is wrong with them."""

    values: Mapping[str, object]
    where: str
    problems: list[str] = field(default_factory=list)

    def refuse_unknown(self, known: frozenset[str]) -> None:
        for key in sorted(self.values.keys() - known):
            self.problem(key, f"is not known; known are {', '.join(sorted(known))}")

    def text(self, key: str, pattern: re.Pattern[str], allowed: str) -> str:
        value = self.values.get(key)
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self.problem(key, f"must be {allowed}, not {value!r}")
        return ""

    def line(self, key: str) -> str:
        value = self.values.get(key, "")
        if isinstance(value, str | int) and len(str(value)) <= 60:
            return str(value)
        self.problem(key, "must be a short text")
        return ""

    def texts(self, key: str, *, required: bool = False) -> Mapping[str, str]:
        value = self.values.get(key, {})
        if isinstance(value, dict) and all(isinstance(text, str) and 0 < len(text) <= 80 for text in value.values()):
            if (required or value) and ENGLISH not in value:
                self.problem(key, "needs at least the language en")
            return value
        self.problem(key, "must be texts by language, such as { en = 'Medicine', hi = 'मेडिसिन' }")
        return {}

    def flag(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.problem(key, "must be true or false")
        return value is True

    def number(self, key: str, default: int | None, *, high: int) -> int | None:
        value = self.values.get(key, default)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= high):
            return value
        self.problem(key, f"must be a whole number from 1 to {high}")
        return default

    def clock(self, key: str) -> time:
        value = self.values.get(key, "00:00")
        try:
            found = time.fromisoformat(str(value))
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None:
            self.problem(key, f"must be a time such as 06:00, not {value!r}")
            return time(0)
        return found

    def problem(self, key: str, text: str) -> None:
        self.problems.append(f"{self.where}: {key} {text}")


def _departments(reader: _Reader) -> Iterator[Department]:
    tables = reader.values.get("departments")
    if not isinstance(tables, list) or not tables:
        reader.problem("departments", "must be at least one [[departments]]")
        return
    for place, table in enumerate(tables, 1):
        row = _Reader(table if isinstance(table, dict) else {}, f"department {place}", reader.problems)
        row.refuse_unknown(_KNOWN_DEPARTMENT)
        yield Department(
            code=row.text("code", _CODE, "capital letters and digits"),
            prefix=_prefix(row),
            names=row.texts("names", required=True),
            room=row.line("room"),
            next_step=row.texts("next_step"),
            openings=_openings(row),
            quota=row.number("quota", None, high=9999),
        )


def _prefix(row: _Reader) -> str:
    value = row.values.get("prefix")
    if isinstance(value, str) and is_prefix(value):
        return value
    row.problem("prefix", "must be one or two capital letters without I and O")
    return ""


def _openings(row: _Reader) -> tuple[Opening, ...]:
    texts = row.values.get("open")
    if texts is None:
        return ALL_DAY
    if not isinstance(texts, list) or not texts:
        row.problem("open", "must be a list such as ['mon-sat 08:00-14:00']")
        return ALL_DAY
    found = [_opening(str(text)) for text in texts]
    for text, opening in zip(texts, found, strict=True):
        if opening is None:
            row.problem("open", f"has {text!r}; write it as 'mon-sat 08:00-14:00'")
    return tuple(opening for opening in found if opening is not None)


def _opening(text: str) -> Opening | None:
    match = _OPENING.fullmatch(text)
    if match is None:
        return None
    first, last, start, end = match.groups()
    try:
        days = range(_DAYS.index(first or "mon"), _DAYS.index(last or first or "sun") + 1)
        opening = Opening(time.fromisoformat(start), time.fromisoformat(end.replace("24:00", "00:00")), frozenset(days))
    except ValueError:
        return None
    return opening if days and (opening.end == time(0) or opening.start < opening.end) else None


def _timezone(reader: _Reader) -> str:
    name = str(reader.values.get("timezone", "Asia/Kolkata"))
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Asia" is a folder, other names are too long
        reader.problem("timezone", f"{name!r} is not known; write it as Asia/Kolkata")
        return "UTC"
    return name


def _clashes(facility: Facility) -> list[str]:
    problems = []
    for what in ("code", "prefix"):
        values = [getattr(department, what) for department in facility.departments]
        twice = sorted({value for value in values if value and values.count(value) > 1})
        problems += [f"departments: {what} {value} stands twice" for value in twice]
    if len({len(department.prefix) for department in facility.departments if department.prefix}) > 1:
        problems.append("departments: all prefixes must be of the same length")
    return problems
