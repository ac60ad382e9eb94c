"""The hospital's out-patient departments: which there are, when they are open, where patients go next."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from kiosk.model.desk import OpeningChange
from kiosk.model.moves import MAX_ROOM
from kiosk.model.queue import ALL_PRIORITIES, USUAL_RULE, CallingRule, Classes
from kiosk.model.token import Priority

ENGLISH = "en"
_PREFIX = re.compile(r"[A-HJ-NP-Z]{1,2}")
_SERIES = re.compile(r"(?:[A-HJ-NP-Z]{1,2})?")
SERVER_SERIES = "S"
"""The series of tokens that the server itself issues; no station may have it."""
SEARCHED_DAYS = 15
"""How far ahead the next opening is looked for."""

Texts: TypeAlias = Mapping[str, str]
"""One text in several languages: language code -> text. English is always there."""


def text_in(texts: Texts, language: str) -> str:
    return texts.get(language) or texts.get(ENGLISH, "")


def is_prefix(text: str) -> bool:
    """One or two letters A-Z without I and O, which are read as digits."""
    return _PREFIX.fullmatch(text) is not None


def is_station_series(text: str) -> bool:
    """Empty, or one or two letters without I and O, and not the server's own."""
    return _SERIES.fullmatch(text) is not None and text != SERVER_SERIES


@dataclass(frozen=True)
class Opening:
    """Open on these weekdays (Monday is 0) from ``start`` until ``end``, local time; ``end`` 00:00 is midnight."""

    start: time
    end: time
    weekdays: frozenset[int] = frozenset(range(7))

    def covers(self, local: datetime) -> bool:
        before_end = self.end == time(0) or local.time() < self.end
        return local.weekday() in self.weekdays and self.start <= local.time() and before_end


ALL_DAY = (Opening(time(0), time(0)),)


@dataclass(frozen=True)
class Department:
    """One OPD. ``next_step`` is what the slip tells the patient to do where there is no ``room`` to name yet.

    Attributes:
        code: short and stable, ``MED``.
        prefix: the letters its labels begin with.
        room: where the slip sends the patient, in words that may be longer than the name of a room.
        rooms: where it sees patients, and to which they are called; ``room`` alone where none are named.
        priority: who is called before others here.
        quota: tokens a service day that one store may issue, or None for no limit.
        quota_is_whole: the quota is for all tokens of the day that the store knows of, whoever has issued them.
        holidays: local dates on which it stays closed whatever ``openings`` say, the facility's among them.
        said_open: what a supervisor has said for today, whatever else is planned; None as planned.
        closed_rooms: the rooms that a supervisor has closed for today.
        registration: a queue in which patients only wait to be sent on; no kiosk offers it.
        elsewhere: this station knows it only for tokens that come with their patients.
    """

    code: str
    prefix: str
    names: Texts
    room: str = ""
    rooms: tuple[str, ...] = ()
    next_step: Texts = field(default_factory=dict)
    openings: tuple[Opening, ...] = ALL_DAY
    quota: int | None = None
    quota_is_whole: bool = False
    holidays: frozenset[date] = frozenset()
    priority: frozenset[Priority] = ALL_PRIORITIES
    said_open: bool | None = None
    closed_rooms: frozenset[str] = frozenset()
    registration: bool = False
    elsewhere: bool = False

    def __post_init__(self) -> None:
        if self.room and not self.rooms:
            object.__setattr__(self, "rooms", (self.room[:MAX_ROOM],))

    @property
    def open_rooms(self) -> tuple[str, ...]:
        return tuple(room for room in self.rooms if room not in self.closed_rooms)

    @property
    def is_offered(self) -> bool:
        """Whether patients may choose it at this kiosk."""
        return not self.registration and not self.elsewhere

    def name(self, language: str) -> str:
        return text_in(self.names, language)

    def is_open(self, local: datetime) -> bool:
        return self.is_planned(local) if self.said_open is None else self.said_open

    def is_planned(self, local: datetime) -> bool:
        """Whether its hours have it open, whatever was said today."""
        return local.date() not in self.holidays and any(opening.covers(local) for opening in self.openings)

    def next_opening(self, local: datetime) -> datetime | None:
        """The next start after ``local`` within two weeks, for the polite screen; not today where today is closed."""
        first = 1 if self.said_open is False else 0
        days = (local.date() + timedelta(days=ahead) for ahead in range(first, SEARCHED_DAYS))
        starts = (
            datetime.combine(day, opening.start, local.tzinfo)
            for day in days
            for opening in self.openings
            if day.weekday() in opening.weekdays and day not in self.holidays
        )
        return min((start for start in starts if start > local), default=None)


@dataclass(frozen=True)
class Facility:
    """One hospital, known by its HFR id.

    Attributes:
        day_starts: local time at which a new service day begins; later than midnight for night OPDs.
        return_window: how long after a no-show the patient gets the same token back.
        calling: in which order patients are called, and how often.
        aadhaar_at_desk: whether desks may fill in name, sex and year of birth from an Aadhaar card.
        others: departments that a desk does not serve, to which it may send patients on.
    """

    facility_id: str
    names: Texts
    departments: tuple[Department, ...]
    timezone: str = "Asia/Kolkata"
    day_starts: time = time(0)
    return_window: timedelta = timedelta(hours=2)
    calling: CallingRule = USUAL_RULE
    aadhaar_at_desk: bool = False
    others: tuple[Department, ...] = ()

    @property
    def all_departments(self) -> tuple[Department, ...]:
        return self.departments + self.others

    def name(self, language: str) -> str:
        return text_in(self.names, language)

    def department(self, code: str) -> Department | None:
        return next((department for department in self.all_departments if department.code == code), None)

    @property
    def classes(self) -> Classes:
        return {department.code: department.priority for department in self.departments}

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.timezone))

    def service_day(self, at: datetime) -> date:
        """The facility's date at ``at``, which turns at ``day_starts`` rather than at midnight."""
        local = self.local(at)
        return local.date() if local.time() >= self.day_starts else local.date() - timedelta(days=1)

    def open_departments(self, at: datetime) -> tuple[Department, ...]:
        """Those that patients may choose at ``at``."""
        local = self.local(at)
        return tuple(each for each in self.departments if each.is_offered and each.is_open(local))


def with_openings(facility: Facility, changes: Sequence[OpeningChange]) -> Facility:
    """The facility with what supervisors have said for one service day; of several words on one place the last counts.

    What was said before, in an earlier look, is forgotten: ``changes`` are all of the day's.
    """
    said = _said(changes)
    own, others = (
        tuple(_with_openings(each, said) for each in part) for part in (facility.departments, facility.others)
    )
    return replace(facility, departments=own, others=others)


def department_with_openings(department: Department, changes: Sequence[OpeningChange]) -> Department:
    """The same for one department alone."""
    return _with_openings(department, _said(changes))


def _said(changes: Sequence[OpeningChange]) -> dict[tuple[str, str], bool | None]:
    return {(each.department, each.room): each.is_open for each in sorted(changes, key=lambda each: each.changed_at)}


def _with_openings(department: Department, said: Mapping[tuple[str, str], bool | None]) -> Department:
    closed = frozenset(room for room in department.rooms if said.get((department.code, room)) is False)
    return replace(department, said_open=said.get((department.code, "")), closed_rooms=closed)
