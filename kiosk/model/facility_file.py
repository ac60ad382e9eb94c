"""A hospital's own description as parsed TOML, JSON or CSV, turned into a ``Facility``; all mistakes are told at once.

facility_id = "IN0910000123"
names = { en = "District Hospital, Rampur", hi = "ज़िला अस्पताल, रामपुर" }
timezone = "Asia/Kolkata"        # optional, as is all that follows up to the departments
day_starts = "00:00"
carries_over = false             # true is not offered in this version
return_window_min = 120
holidays = [2026-11-24, 2026-12-25]
aadhaar_at_desk = false          # true: a desk may fill in name, sex and year of birth from an Aadhaar card

[calling]                        # optional, as are its keys
priority_per_routine = 2         # while both wait
calls_before_no_show = 2
returns_after = 3                # so many others, who comes back after a no-show; 0 is next

[[departments]]
code = "MED"
prefix = "M"
names = { en = "Medicine", hi = "मेडिसिन" }
room = "12"                      # or: next_step = { en = "First counter 2", hi = "पहले काउंटर 2 पर जाएँ" }
rooms = ["12", "14"]             # optional: where patients are called to, if not to the room alone
priority = ["elderly", "infant"] # optional: who is called before others; all of elderly, pregnant, disability, infant
open = ["mon-sat 08:00-14:00"]   # optional: all day otherwise
holidays = [2026-11-30]          # optional: besides the facility's
quota = 200                      # optional
registration = true              # optional: a queue that kiosks do not offer, where patients are sent on by a desk

What a hospital with a server has besides, stations, staff and shares of the quotas, is in ``model.configuration``.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kiosk.model.moves import MAX_ROOM
from kiosk.model.opd import ALL_DAY, Department, Facility, Opening, is_prefix
from kiosk.model.queue import ALL_PRIORITIES, USUAL_RULE, CallingRule
from kiosk.model.reading import Mistake, Reader, shown
from kiosk.model.token import Priority

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OPENING = re.compile(r"(?:([a-z]{3})(?:-([a-z]{3}))? )?([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_CODE = re.compile(r"[A-Z0-9]{1,12}", re.ASCII)
_DAY_KEYS = {"timezone", "day_starts", "carries_over", "return_window_min", "holidays", "aadhaar_at_desk"}
FACILITY_KEYS = frozenset({"facility_id", "names", "calling", "departments"} | _DAY_KEYS)
_PLACE_KEYS = {"room", "rooms", "next_step"}
_LIMIT_KEYS = {"open", "holidays", "quota", "shares", "priority", "registration"}
DEPARTMENT_KEYS = frozenset({"code", "prefix", "names"} | _PLACE_KEYS | _LIMIT_KEYS)
_CALLING_KEYS = frozenset({"priority_per_routine", "calls_before_no_show", "returns_after"})
_PRIORITIES = tuple(each.value for each in Priority if each in ALL_PRIORITIES)
MAX_QUOTA = 9999
MAX_RATIO = 20
"""Of priority to routine: with more, nobody without priority is ever called."""
MAX_CALLS = 10
MAX_RETURNS_AFTER = 99


class FacilityError(ValueError):
    """The description is wrong; ``problems`` are sentences, one for each of the ``mistakes``."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        self.problems = [mistake.text for mistake in mistakes]
        super().__init__("; ".join(self.problems))


def read_facility(reader: Reader) -> Facility:
    """The facility of a whole document; what is wrong with it is noted in ``reader``."""
    holidays = reader.days("holidays")
    facility = Facility(
        facility_id=reader.text("facility_id", _ID, "1 to 40 letters, digits, - and _"),
        names=reader.texts("names", required=True),
        departments=tuple(_departments(reader, holidays)),
        timezone=_timezone(reader),
        day_starts=reader.clock("day_starts"),
        return_window=timedelta(minutes=reader.number("return_window_min", 120, high=1440)),
        calling=_calling(reader.table("calling")),
        aadhaar_at_desk=reader.flag("aadhaar_at_desk"),
    )
    _refuse_carrying_over(reader)
    reader.mistakes += _clashes(facility)
    return facility


def _refuse_carrying_over(reader: Reader) -> None:
    """Desks show, and call, who waits today; whoever waited the day before would wait for ever."""
    if reader.flag("carries_over"):
        reader.problem("carries_over", "= true is not offered in this version: leave it out, tokens lapse with the day")


def _calling(table: Reader) -> CallingRule:
    table.refuse_unknown(_CALLING_KEYS)
    return CallingRule(
        table.number("priority_per_routine", USUAL_RULE.priority_per_routine, high=MAX_RATIO),
        table.number("calls_before_no_show", USUAL_RULE.calls_before_no_show, high=MAX_CALLS),
        table.number("returns_after", USUAL_RULE.returns_after, low=0, high=MAX_RETURNS_AFTER),
    )


def _departments(reader: Reader, holidays: frozenset[date]) -> Iterator[Department]:
    for row in reader.tables("departments", "department", required=True):
        row.refuse_unknown(DEPARTMENT_KEYS)
        yield Department(
            code=row.text("code", _CODE, "1 to 12 capital letters and digits"),
            prefix=_prefix(row),
            names=row.texts("names", required=True),
            room=row.line("room"),
            rooms=row.lines("rooms", longest=MAX_ROOM),
            next_step=row.texts("next_step"),
            openings=_openings(row),
            quota=row.number("quota", None, high=MAX_QUOTA),
            holidays=holidays | row.days("holidays"),
            priority=_priority(row),
            registration=row.flag("registration"),
        )


def _prefix(row: Reader) -> str:
    value = row.values.get("prefix")
    if isinstance(value, str) and is_prefix(value):
        return value
    row.problem("prefix", "must be one or two capital letters without I and O")
    return ""


def _priority(row: Reader) -> frozenset[Priority]:
    """Who has priority here: all whom the law and custom name, unless the department names its own, or nobody."""
    if "priority" not in row.values:
        return ALL_PRIORITIES
    named = row.words("priority")
    for word in named:
        if word not in _PRIORITIES:
            row.problem("priority", f"has {shown(word)}; allowed are {', '.join(_PRIORITIES)}")
    return frozenset(Priority(word) for word in named if word in _PRIORITIES)


def _openings(row: Reader) -> tuple[Opening, ...]:
    texts = row.values.get("open")
    if texts is None:
        return ALL_DAY
    if not isinstance(texts, list) or not texts:
        row.problem("open", "must be a list such as ['mon-sat 08:00-14:00']")
        return ALL_DAY
    found = [_opening(text) if isinstance(text, str) else None for text in texts]
    for text, opening in zip(texts, found, strict=True):
        if opening is None:
            row.problem("open", f"has {shown(text)}; write it as 'mon-sat 08:00-14:00'")
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


def opening_text(opening: Opening) -> str:
    """An opening as a file says it."""
    days = [_DAYS[day] for day in sorted(opening.weekdays)]
    names = "" if len(days) == 7 else days[0] if len(days) == 1 else f"{days[0]}-{days[-1]}"
    end = "24:00" if opening.end == time(0) else f"{opening.end:%H:%M}"
    return f"{names} {opening.start:%H:%M}-{end}".strip()


def _timezone(reader: Reader) -> str:
    name = reader.values.get("timezone", "Asia/Kolkata")
    try:
        ZoneInfo(name if isinstance(name, str) else "")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Asia" is a folder, other names are too long
        reader.problem("timezone", f"{shown(name)} is not known; write it as Asia/Kolkata")
        return "UTC"
    return str(name)


def _clashes(facility: Facility) -> list[Mistake]:
    """What is wrong with the departments together; each is told at the later of two."""
    found = []
    firsts: dict[tuple[str, str], int] = {}
    length = next((len(department.prefix) for department in facility.departments if department.prefix), 0)
    for index, department in enumerate(facility.departments):
        for what, value in (("code", department.code), ("prefix", department.prefix)):
            if value and firsts.setdefault((what, value), index) != index:
                found.append(_clash(index, what, f"{value} stands twice"))
        if department.prefix and len(department.prefix) != length:
            found.append(_clash(index, "prefix", "is of another length: all prefixes must be of the same length"))
    return found


def _clash(index: int, key: str, text: str) -> Mistake:
    return Mistake(("departments", index, key), f"department {index + 1}: {key} {text}")
