"""Many tokens at once: by COPY from a generator, spread as those of a State are, most in the past, some in queues now.

A facility's day has 500 tokens in ten departments, however much is loaded: more are more facilities and then more days,
so that a queue is as long at ten thousand as at ten million, and only the tables grow.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from kiosk.model.events import canonical_json
from kiosk.server.database import Database
from tests.bench.server_stations import DEPARTMENTS
from tests.sync.chain import DAY, START

A_DAY = 500
"""Tokens of one facility."""
FACILITIES = 1_000
STATES = 30
TOGETHER = 20
"""Tokens of one facility that came in one push, and so lie together on the disk."""
DONE, WAITING = 300, 306
"""Today's tokens from the first to this one are completed; from this one on they wait."""
DAYS = 10_000
"""More than are ever loaded: the newest day is the last one of them."""
BLOCK = 2_000
"""Rows in one write to the database."""
Row: TypeAlias = tuple[str, ...]


def load(database: Database, first: int, last: int) -> None:
    """The tokens from the ``first``-th to the one before the ``last``-th, each with two events and a patient.

    Both are multiples of 500: what is loaded are whole days.
    """
    cells = range(first // A_DAY, last // A_DAY)
    with closing(database.writer.raw_connection()) as driver:
        for name, (columns, rows) in _TABLES.items():
            _write(driver, name, columns, rows(cells))
        driver.commit()


def analyse(database: Database) -> None:
    """What PostgreSQL's autovacuum will have done by the next morning. Nobody does the like for SQLite."""
    if database.writer.dialect.name == "postgresql":
        with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in ("SET statement_timeout = 0", "VACUUM ANALYZE", "CHECKPOINT", "RESET statement_timeout"):
                connection.exec_driver_sql(statement)


def facility_of(number: int) -> str:
    return f"IN{number:010d}"


def facilities(tokens: int) -> int:
    """How many of them have tokens where so many are loaded."""
    return min(FACILITIES, tokens // A_DAY)


def token_id(number: int, day: int, place: int) -> str:
    """Ids grow with time within a facility, as the real ones do. ``day`` counts back from today, 0."""
    return f"01900000-{number:04x}-7000-8000-{(DAYS - day) * A_DAY + place:012d}"


def _write(driver: Any, table: str, columns: str, rows: Iterator[Row]) -> None:
    if "psycopg" not in type(driver.driver_connection).__module__:
        marks = ", ".join("?" * len(columns.split(",")))
        driver.cursor().execute("BEGIN")
        driver.cursor().executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
        driver.commit()
        return
    driver.cursor().execute("SET statement_timeout = 0")
    with driver.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        block: list[str] = []
        for row in rows:
            block.append("\t".join(row))
            if len(block) == BLOCK:
                copy.write("\n".join(block) + "\n")
                block.clear()
        if block:
            copy.write("\n".join(block) + "\n")
    driver.commit()


def _facilities(cells: range) -> Iterator[Row]:
    for number in cells:
        if number < FACILITIES:
            yield facility_of(number), str(_seq(0, A_DAY - 1, 1)), "1", "ab" * 32, f"State {number % STATES:02d}"


def _stores(cells: range) -> Iterator[Row]:
    for number in cells:
        if number < FACILITIES:
            yield facility_of(number), _store(number), str(_seq(0, A_DAY - 1, 1)), "0" * 64, _text(START)


def _tokens(cells: range) -> Iterator[Row]:
    for number, day, place in _places(cells):
        code, counted, at = DEPARTMENTS[place % 10], place // 10 + 1, _at(day, place)
        yield (
            facility_of(number),
            token_id(number, day, place),
            _day(day),
            code,
            "A",
            str(counted),
            f"{code}A-{counted:03d}",
            code,
            _store(number),
            at,
            at,
            f"{number * 7919 + day * A_DAY + place:064x}",
            "kiosk",
            _state(day, place),
            "printed",
            "0",
            "1",
            at,
            "routine",
            "",
            "0",
            "",
        )


def _state(day: int, place: int) -> str:
    if day > 0 or place < DONE:
        return "completed"
    return "waiting" if place >= WAITING else "serving"


def _events(cells: range) -> Iterator[Row]:
    for number, day, place in _places(cells):
        token, at = token_id(number, day, place), _at(day, place)
        for nth, (kind, body) in enumerate((("token_issued", _issued(number, place)), _PRINTED)):
            seq = str(_seq(day, place, nth))
            event_id = token.replace("01900000", f"0190000{nth + 1}")
            hashed = f"{number:032x}{_seq(day, place, nth):032x}"
            yield facility_of(number), _store(number), seq, event_id, kind, token, at, _day(day), body, hashed, seq, at


_PRINTED = ("slip_state_changed", canonical_json({"state": "printed", "copy": 0}))


def _issued(number: int, place: int) -> str:
    code, counted = DEPARTMENTS[place % 10], place // 10 + 1
    return (
        f'{{"address_key":null,"department":"{code}","facility_id":"{facility_of(number)}","label":"{code}A-{counted:03d}",'
        f'"number":{counted},"number_key":"{place:064x}","series":"A","source":"kiosk"}}'
    )


def _patients(cells: range) -> Iterator[Row]:
    for number, day, place in _places(cells):
        who = ("91000000000018", "Asha Test", "F", "1987", "9000000000", "1 Test Street", "Testpur")
        yield facility_of(number), token_id(number, day, place), *who, _at(day, place)


def _counts(cells: range) -> Iterator[Row]:
    for cell in cells:
        day, number = divmod(cell, FACILITIES)
        for code in DEPARTMENTS:
            yield facility_of(number), _day(day), code, str(A_DAY // len(DEPARTMENTS))


def _places(cells: range) -> Iterator[tuple[int, int, int]]:
    """Facility, day back and place in the day, in the order in which they came: some of each facility in turn."""
    for day in range(cells.start // FACILITIES, (cells.stop - 1) // FACILITIES + 1):
        numbers = [cell % FACILITIES for cell in cells if cell // FACILITIES == day]
        for first in range(0, A_DAY, TOGETHER):
            for number in numbers:
                for place in range(first, first + TOGETHER):
                    yield number, day, place


def _seq(day: int, place: int, nth: int) -> int:
    """Also the revision: a facility's store has been alone there."""
    return ((DAYS - day) * A_DAY + place) * 2 + nth


def _store(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def _day(day: int) -> str:
    return (DAY - timedelta(days=day)).isoformat()


def _at(day: int, place: int) -> str:
    return _text(START - timedelta(days=day) + timedelta(seconds=30 * place))


def _text(at: datetime) -> str:
    """In UTC, as both databases read it."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


_TABLES: Mapping[str, tuple[str, Any]] = {
    "facility": ("facility_id, revision, config_revision, facility_key, state", _facilities),
    "store": ("facility_id, store_id, acked_seq, last_hash, registered_at", _stores),
    "event": (
        "facility_id, store_id, seq, event_id, kind, token_id, at, service_day, body, hash, revision, received_at",
        _events,
    ),
    "token": (
        "facility_id, token_id, service_day, department, series, number, label, queue_department, store_id, issued_at,"
        " moved_at, number_key, source, state, slip, copies, arrived,"
        " queued_at, priority, room, calls, act_id",
        _tokens,
    ),
    "patient": (
        "facility_id, token_id, abha_number, name, sex, birth_year, mobile, address, district, received_at",
        _patients,
    ),
    "day_count": ("facility_id, service_day, department, issued", _counts),
}
