"""The store's own history inside one transaction: time, service day, sequence and hash chain move together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, Integer, Select, bindparam, insert, literal_column, select, update

from kiosk.errors import ClockError, StoreError, StoreForkError
from kiosk.model.clock import ClockFault, believable_time
from kiosk.model.events import Event, Json, chained
from kiosk.model.moves import IllegalMoveError, apply
from kiosk.model.opd import Facility
from kiosk.model.patient import Patient
from kiosk.model.token import Token
from kiosk.store import tables
from kiosk.store.engine import fixed_sql, rows_of
from kiosk.store.rows import event_values, instant_or_none, patient_of, text_or_none, token_of, token_values

_SELECT_META = fixed_sql(select(tables.meta))
_TIP = ("last_seq", "last_hash", "last_at", "last_service_day", "confirmed_at")
_UPDATE_META = fixed_sql(update(tables.meta).values({name: bindparam(name) for name in _TIP}))
NEXT_MARK = literal_column("(SELECT coalesce(max(touched), 0) + 1 FROM token)", Integer)
"""What to write beside a token, so that whoever looked before finds it without reading the others."""
_SAVE = update(tables.token).where(tables.token.c.token_id == bindparam("saved_id")).values(touched=NEXT_MARK)
_INSERT_EVENT = fixed_sql(insert(tables.event))
_TOKEN = fixed_sql(select(tables.token).where(tables.token.c.token_id == bindparam("token_id")))
_PATIENT = fixed_sql(select(tables.patient).where(tables.patient.c.token_id == bindparam("token_id")))
_CLOCK_ADVICE = {
    ClockFault.BEHIND: "the clock is behind the newest token: set date and time",
    ClockFault.AHEAD: "the clock is a week ahead of the newest token: set date and time, or confirm it if it is right",
}


@dataclass(frozen=True)
class Meta:
    """The one row of the table ``meta``."""

    store_id: str
    series: str | None
    facility_key: bytes
    last_seq: int
    last_hash: str
    last_at: datetime | None
    last_service_day: date | None
    confirmed_at: datetime | None
    forked: bool
    adopted_seq: int


class Ledger:
    """Appends events to a store. Lives as long as the transaction of ``connection``; ``close`` writes the new tip."""

    def __init__(self, connection: Connection, new_id: Callable[[], str]) -> None:
        self._connection = connection
        self.new_id = new_id
        self.meta = read_meta(connection)

    def time_at(self, now: datetime) -> datetime:
        """The time to write for an act at ``now``.

        Raises:
            ClockError: the clock cannot be believed.
            StoreForkError: the store was copied, so that its numbers may be given out elsewhere too.
        """
        if self.meta.forked:
            raise StoreForkError("a copy of this store is in use: this one waits for the server to begin anew")
        at = believable_time(now, self.meta.last_at, self.meta.confirmed_at)
        if isinstance(at, ClockFault):
            raise ClockError(_CLOCK_ADVICE[at], code=at.value)
        return at

    def service_day(self, facility: Facility, at: datetime) -> date:
        """The facility's service day at ``at``; never earlier than the last one."""
        return max(facility.service_day(at), self.meta.last_service_day or date.min)

    def append(
        self, kind: str, token_id: str, at: datetime, service_day: date, body: Mapping[str, Json], before: Token | None
    ) -> Token:
        """Write the next event and return what it makes of the token ``before`` it; the caller saves the token."""
        event = self._next(kind, token_id, at, service_day, body)
        after = apply(before, event)
        self._write(event)
        return after

    def note(self, kind: str, at: datetime, service_day: date, body: Mapping[str, Json]) -> Event:
        """Write the next event, one about the whole facility."""
        event = self._next(kind, "", at, service_day, body)
        self._write(event)
        return event

    def act(self, kind: str, token: Token, now: datetime, body: Mapping[str, Json]) -> Token:
        """Append an event of a token that exists and save what becomes of it."""
        after = self.append(kind, token.token_id, self._noted_at(now), token.service_day, body, token)
        save(self._connection, after, last_seq=self.meta.last_seq)
        return after

    def vouch(self, at: datetime) -> None:
        """Somebody says that it is ``at`` now: time and service day go on from there, even backwards."""
        self.meta = replace(self.meta, last_at=at, confirmed_at=at, last_service_day=None)

    def close(self) -> None:
        self._connection.exec_driver_sql(
            _UPDATE_META,
            {
                "last_seq": self.meta.last_seq,
                "last_hash": self.meta.last_hash,
                "last_at": text_or_none(self.meta.last_at),
                "last_service_day": self.meta.last_service_day.isoformat() if self.meta.last_service_day else None,
                "confirmed_at": text_or_none(self.meta.confirmed_at),
            },
        )

    def _noted_at(self, now: datetime) -> datetime:
        """An outcome is noted even while the clock is wrong: it is true, and only the order of events counts.

        Then at the time of the event before, for a time far ahead would shut the store once the clock is right again.
        """
        at = believable_time(now, self.meta.last_at, self.meta.confirmed_at)
        if isinstance(at, ClockFault):
            return self.meta.last_at or self.meta.confirmed_at or now
        return max(now, self.meta.last_at or now)

    def _write(self, event: Event) -> None:
        self._connection.exec_driver_sql(_INSERT_EVENT, event_values(event))
        self.meta = replace(
            self.meta,
            last_seq=event.seq,
            last_hash=event.hash,
            last_at=max(event.at, self.meta.last_at or event.at),
            last_service_day=max(event.service_day, self.meta.last_service_day or event.service_day),
        )

    def _next(self, kind: str, token_id: str, at: datetime, service_day: date, body: Mapping[str, Json]) -> Event:
        return chained(
            self.meta.last_hash,
            event_id=self.new_id(),
            store_id=self.meta.store_id,
            seq=self.meta.last_seq + 1,
            kind=kind,
            token_id=token_id,
            at=at,
            service_day=service_day,
            body=body,
        )


def read_meta(connection: Connection) -> Meta:
    (row,) = rows_of(connection, _SELECT_META, {})
    _, store_id, series, facility_key, last_seq, last_hash, last_at, day, confirmed_at, forked_at, adopted_seq = row
    return Meta(
        store_id=store_id,
        series=series,
        facility_key=facility_key,
        last_seq=last_seq,
        last_hash=last_hash,
        last_at=instant_or_none(last_at),
        last_service_day=date.fromisoformat(day) if day else None,
        confirmed_at=instant_or_none(confirmed_at),
        forked=forked_at is not None,
        adopted_seq=adopted_seq,
    )


def today(connection: Connection, facility: Facility, now: datetime) -> tuple[Meta, date]:
    """The service day at ``now``; never earlier than the last one."""
    meta = read_meta(connection)
    return meta, max(facility.service_day(now), meta.last_service_day or date.min)


def save(connection: Connection, token: Token, *, last_seq: int | None = None) -> None:
    """Write a token that is there already; ``last_seq`` is the own event that changed it, if one did."""
    values = token_values(token) | {"saved_id": token.token_id}
    if last_seq is not None:
        values["last_seq"] = last_seq
    connection.execute(_SAVE, values)


def touch(connection: Connection, token_ids: Select[tuple[str]]) -> None:
    """Something beside these tokens has changed that is shown with them."""
    its = update(tables.token).where(tables.token.c.token_id.in_(token_ids))
    connection.execute(its.values(touched=NEXT_MARK))


def find_token(connection: Connection, token_id: str) -> Token | None:
    rows = rows_of(connection, _TOKEN, {"token_id": token_id})
    return token_of(rows[0]) if rows else None


def find_patient(connection: Connection, token_id: str) -> Patient | None:
    """The details of the token's patient, while they are here."""
    rows = rows_of(connection, _PATIENT, {"token_id": token_id})
    return patient_of(rows[0]) if rows else None


def known_token(connection: Connection, token_id: str) -> Token:
    """The token that an act is about. Raises IllegalMoveError: TOKEN_UNKNOWN."""
    token = find_token(connection, token_id)
    if token is None:
        raise IllegalMoveError("TOKEN_UNKNOWN", "this token is not known here")
    return token


def need_token(connection: Connection, token_id: str) -> Token:
    token = find_token(connection, token_id)
    if token is None:
        raise StoreError(f"this store has no token {token_id}", code="TOKEN_UNKNOWN")
    return token
