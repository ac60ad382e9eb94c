"""The supervisor's page: what became of a day's tokens, by department and room, and how long patients waited.

A token counts where it waits now, its queue department; where it was issued it counts as issued, and as transferred
out if it went elsewhere. So every line of the report adds up, whatever was done to the tokens:

    issued + transferred in = waiting + called + serving + held + completed + no-show + cancelled + lapsed
                              + transferred out
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from kiosk.model.csv_safe import safe_cell
from kiosk.model.opd import ENGLISH, Facility, Texts, text_in
from kiosk.model.token import State, Token

SOURCES = ("kiosk", "walk_in", "phone")
"""Always told, with others after them."""


@dataclass(frozen=True)
class Spread:
    """Of several durations the middle one, and the one that nine of ten do not exceed; None where there are none."""

    count: int
    median: timedelta | None
    p90: timedelta | None


@dataclass(frozen=True)
class Tally:
    """Tokens counted.

    Attributes:
        department: its code, or empty for all together.
        states: what those that wait or waited here are now, every state named.
        waited: from their place in the queue to the call.
        served: of the completed, from the start, or else from the call, to completion.
        longest_waiting: of those that wait now, since their place in the queue.
    """

    department: str
    names: Texts
    issued: int
    transferred_in: int
    transferred_out: int
    states: Mapping[State, int]
    waited: Spread
    served: Spread
    longest_waiting: timedelta | None


@dataclass(frozen=True)
class RoomTally:
    """Patients whose last call was to this room, and of those the completed."""

    room: str
    called: int
    completed: int
    served: Spread


@dataclass(frozen=True)
class DayReport:
    """One service day of one facility, as it stands ``at`` local time."""

    service_day: date
    at: datetime
    departments: tuple[Tally, ...]
    total: Tally
    rooms: tuple[RoomTally, ...]
    sources: Mapping[str, int]


def day_report(tokens: Sequence[Token], facility: Facility, now: datetime) -> DayReport:
    """What became of ``tokens``, which are all those of the service day of ``now``, in the facility's order.

    Departments and rooms that are not configured any more come after the others, as long as they have tokens.
    """
    names = {department.code: department.names for department in facility.departments}
    codes = _with_others(names, (code for token in tokens for code in (token.department, token.queue_department)))
    rooms = _with_others(
        [room for department in facility.departments for room in department.rooms],
        (token.room for token in tokens if token.room),
    )
    return DayReport(
        service_day=facility.service_day(now),
        at=facility.local(now),
        departments=tuple(_tally(code, names.get(code, {}), _touching(tokens, code), now) for code in codes),
        total=_total(tokens, now),
        rooms=tuple(_room(room, [token for token in tokens if token.room == room]) for room in rooms),
        sources=_counts(SOURCES, (token.source for token in tokens)),
    )


def _with_others(known: Iterable[str], found: Iterable[str]) -> list[str]:
    ordered = dict.fromkeys(known)
    return [*ordered, *sorted(set(found) - ordered.keys())]


def _counts(known: Iterable[str], found: Iterable[str]) -> dict[str, int]:
    counted = Counter(found)
    return {each: counted[each] for each in _with_others(known, counted)}


def _touching(tokens: Iterable[Token], code: str) -> list[Token]:
    return [token for token in tokens if code in (token.department, token.queue_department)]


def _tally(code: str, names: Texts, tokens: Sequence[Token], now: datetime) -> Tally:
    here = [token for token in tokens if token.queue_department == code]
    issued = [token for token in tokens if token.department == code]
    return Tally(
        department=code,
        names=names,
        issued=len(issued),
        transferred_in=sum(token.department != code for token in here),
        transferred_out=sum(token.queue_department != code for token in issued),
        states=_states(here),
        waited=_spread(_waited(here)),
        served=_spread(_served(here)),
        longest_waiting=_longest_waiting(here, now),
    )


def _total(tokens: Sequence[Token], now: datetime) -> Tally:
    """All together, in which every transfer out is one in."""
    moved = sum(token.department != token.queue_department for token in tokens)
    waited, served = _spread(_waited(tokens)), _spread(_served(tokens))
    longest = _longest_waiting(tokens, now)
    return Tally("", {}, len(tokens), moved, moved, _states(tokens), waited, served, longest)


def _states(tokens: Iterable[Token]) -> dict[State, int]:
    counted = Counter(token.state for token in tokens)
    return {state: counted[state] for state in State}


def _room(room: str, tokens: Sequence[Token]) -> RoomTally:
    completed = sum(token.state is State.COMPLETED for token in tokens)
    return RoomTally(room, len(tokens), completed, _spread(_served(tokens)))


def _waited(tokens: Iterable[Token]) -> list[timedelta]:
    """Never less than nothing: who came back late has a place in the queue that may be newer than an early call."""
    return [max(timedelta(), token.called_at - token.queued_at) for token in tokens if token.called_at]


def _served(tokens: Iterable[Token]) -> list[timedelta]:
    completed = [token for token in tokens if token.state is State.COMPLETED]
    begun = [(token, token.started_at or token.called_at) for token in completed]
    return [max(timedelta(), token.moved_at - start) for token, start in begun if start]


def _longest_waiting(tokens: Iterable[Token], now: datetime) -> timedelta | None:
    waiting = [max(timedelta(), now - token.queued_at) for token in tokens if token.state is State.WAITING]
    return max(waiting, default=None)


def _spread(durations: Sequence[timedelta]) -> Spread:
    """The p90 is one of the durations, by the nearest rank."""
    if not durations:
        return Spread(0, None, None)
    ordered = sorted(durations)
    count = len(ordered)
    middle = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    return Spread(count, middle, ordered[ceil(0.9 * count) - 1])


_TALLY_COLUMNS = (
    "department",
    "name",
    "issued",
    "transferred_in",
    *(state.value for state in State),
    "transferred_out",
)
_TIME_COLUMNS = ("wait_median_min", "wait_p90_min", "service_median_min", "service_p90_min", "longest_waiting_min")


def csv_rows(report: DayReport) -> list[list[str]]:
    """The report for a spreadsheet, minutes with one decimal, each cell safe: departments, rooms, sources."""
    rows: list[tuple[str, ...]] = [
        ("service_day", report.service_day.isoformat()),
        ("at", report.at.isoformat(timespec="minutes")),
        (),
        (*_TALLY_COLUMNS, *_TIME_COLUMNS),
        *(_tally_cells(tally) for tally in (*report.departments, report.total)),
        (),
        ("room", "called", "completed", "service_median_min", "service_p90_min"),
        *((each.room, str(each.called), str(each.completed), *_spread_cells(each.served)) for each in report.rooms),
        (),
        ("source", "issued"),
        *((source, str(count)) for source, count in report.sources.items()),
    ]
    return [[safe_cell(cell) for cell in row] for row in rows]


def _tally_cells(tally: Tally) -> tuple[str, ...]:
    counts = (tally.issued, tally.transferred_in, *tally.states.values(), tally.transferred_out)
    names = (tally.department or "TOTAL", text_in(tally.names, ENGLISH))
    times = (*_spread_cells(tally.waited), *_spread_cells(tally.served), _minutes(tally.longest_waiting))
    return (*names, *map(str, counts), *times)


def _spread_cells(spread: Spread) -> tuple[str, str]:
    return _minutes(spread.median), _minutes(spread.p90)


def _minutes(duration: timedelta | None) -> str:
    return "" if duration is None else f"{duration / timedelta(minutes=1):.1f}"
