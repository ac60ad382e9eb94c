"""What must be so once nothing fails any more and all has been said."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from kiosk.model.configuration import KIOSK
from kiosk.model.events import OF_FACILITY, Event, Kind, parse_instant
from kiosk.model.moves import IllegalMoveError, apply, said_at
from kiosk.model.token import Token
from kiosk.server import tables as server
from kiosk.server.projection import token_of as server_token
from kiosk.store import tables as local
from kiosk.store.rows import event_of as local_event
from kiosk.store.rows import token_of as local_token
from tests.simulation.hospital import Hospital
from tests.simulation.records import Records, hold
from tests.simulation.station import Station

Tokens = dict[str, Token]
Openings = dict[tuple[str, str], tuple[datetime, str, bool | None]]
"""Service day and department -> since when, says which event, and whether it is open."""
_OWN = (
    "SELECT event_id FROM event WHERE store_id IN (SELECT store_id FROM meta)"
    " OR store_id IN (SELECT store_id FROM former_store)"
)


def check_rest(hospital: Hospital, stations: Iterable[Station], records: Records) -> None:
    """Raises InvariantError."""
    held = _held_events(hospital)
    records.note_server(hospital)
    if hospital.restores:
        records.gone |= records.hashes.keys() - {event.event_id for event in held} - _answered_for(stations)
    _check_each_event_is_there_once(held, records)
    tokens = _server_tokens(hospital)
    _check_projection(hospital, held, tokens)
    _check_counts(hospital, tokens)
    _check_openings(hospital, held)
    for station in stations:
        _check_station(station, held, tokens, records)


def _answered_for(stations: Iterable[Station]) -> set[str]:
    """Events that some station has in its own history, as its present store's or a former one's.

    Others are of a disk that was lost. Stations that pulled them do not send them, should a restored server lack them.
    """
    found: set[str] = set()
    for station in stations:
        with station.store._reader.connect() as connection:
            found |= set(connection.exec_driver_sql(_OWN).scalars())
    return found


def _check_each_event_is_there_once(held: list[Event], records: Records) -> None:
    times = Counter(event.event_id for event in held)
    hold(set(times.values()) <= {1}, "the server holds an event twice")
    lost = records.hashes.keys() - times.keys() - records.gone
    hold(not lost, f"{len(lost)} committed events never reached the server")
    hold(times.keys() <= records.hashes.keys(), "the server holds an event that nobody wrote")
    hold(all(event.hash in records.hashes[event.event_id] for event in held), "an event was altered on its way")


def _check_projection(hospital: Hospital, held: list[Event], tokens: Tokens) -> None:
    """Tokens and parked events are what the model makes of the events in the order of their revisions."""
    folded, unfit = replay(held, _kiosks(hospital))
    hold(folded == tokens, f"the server's tokens are not what its events say: {_difference(folded, tokens)}")
    with hospital.database.reader.connect() as connection:
        parked = {(row.store_id, row.seq) for row in connection.execute(select(server.parked))}
    hold(parked == unfit, "parked are not just the events that do not apply")


def _check_counts(hospital: Hospital, tokens: Tokens) -> None:
    with hospital.database.reader.connect() as connection:
        rows = connection.execute(select(server.day_count)).all()
    counted = {(row.service_day, row.department): row.issued for row in rows}
    counts = Counter((token.service_day, token.department) for token in tokens.values())
    hold(counted == counts, "the day's counts are not those of its tokens")


def _check_openings(hospital: Hospital, held: Iterable[Event]) -> None:
    with hospital.database.reader.connect() as connection:
        rows = connection.execute(select(server.opening)).all()
    kept = {(row.service_day.isoformat(), row.department): (row.changed_at, row.event_id, row.is_open) for row in rows}
    hold(kept == openings_of(held), "what the server takes for open is not what its events say")


def openings_of(events: Iterable[Event]) -> Openings:
    """What is open by word of a supervisor: the newest word counts."""
    told = [event for event in events if event.kind == Kind.OPENING_CHANGED]
    return {
        (event.service_day.isoformat(), str(event.body["department"])): (
            said_at(event),
            event.event_id,
            event.body["is_open"] is True,
        )
        for event in sorted(told, key=lambda event: (said_at(event), event.event_id))
    }


def _check_station(station: Station, held: list[Event], tokens: Tokens, records: Records) -> None:
    """Of two tokens with one number, as a copy of a store may give out, a station knows one or the other.

    Where a station's disk and the server's were both brought back, others may know more than the two.
    """
    with station.store._reader.connect() as connection:
        rows = connection.execute(select(local.event)).all()
        mine = {row.token_id: local_token(row) for row in connection.execute(select(local.token))}
        kept = {
            (row.service_day, row.department): (parse_instant(row.changed_at), row.event_id, row.is_open)
            for row in connection.execute(select(local.opening))
        }
    events = {row.event_id: row.hash for row in rows}
    missed = [event for event in held if event.event_id not in events]
    hold(not missed, f"{station.name} never pulled {len(missed)} events")
    known = all(events[event.event_id] in records.hashes[event.event_id] for event in held)
    hold(known, f"{station.name} has another event under an id")
    gone = records.gone - {event.event_id for event in held}
    unsure = {row.token_id for row in rows if row.event_id in gone} | records.doubles
    # Known perhaps by the token alone, which came with an earlier event of its own before the server was brought back.
    unsure |= {records.token_of[event_id] for event_id in gone if event_id in records.token_of}
    # A call of the server's that its restore has undone: the desk was told of it, and there is no event to pull.
    unsure |= {token.token_id for token in mine.values() if token.act_id in gone}
    unsure |= {row.token_id for row in rows if row.kind == Kind.ACT_UNDONE and json.loads(row.body)["undoes"] in gone}
    mine, tokens = _without(mine, unsure), _without(tokens, unsure)
    hold(mine == tokens, f"{station.name}'s tokens are not the server's: {_difference(mine, tokens)}")
    # Of an event that is gone everywhere else it may know alone.
    hold(kept == openings_of(map(local_event, rows)), f"{station.name} takes for open what its events do not say")
    hold(station.store.unsynced() == 0, f"{station.name} has events left to send")


def _without(tokens: Tokens, left_out: set[str]) -> Tokens:
    return {token_id: token for token_id, token in tokens.items() if token_id not in left_out}


def _kiosks(hospital: Hospital) -> dict[str, str]:
    """Which kiosk speaks through which store."""
    whose = server.station.c.station_id == server.store.c.station_id
    mine = select(server.store.c.store_id, server.station.c.station_id).join(server.station, whose)
    with hospital.database.reader.connect() as connection:
        return {row.store_id: row.station_id for row in connection.execute(mine.where(server.station.c.kind == KIOSK))}


def replay(held: Iterable[Event], kiosks: Mapping[str, str]) -> tuple[Tokens, set[tuple[str, int]]]:
    """What becomes of ``held``, in the order in which the server applied them, and which of them do not apply.

    A kiosk lapses its own tokens alone: one that was paired anew as another station has none of the former one's.
    """
    tokens: Tokens = {}
    issuers: dict[str, str | None] = {}
    numbers: set[tuple[object, ...]] = set()
    unfit: set[tuple[str, int]] = set()
    for event in held:
        if event.kind in OF_FACILITY:
            continue
        kiosk = kiosks.get(event.store_id)
        if event.kind == Kind.TOKEN_LAPSED and kiosk and issuers.get(event.token_id, kiosk) != kiosk:
            unfit.add((event.store_id, event.seq))
            continue
        try:
            after = apply(tokens.get(event.token_id), event)
            if event.kind == Kind.TOKEN_ISSUED:
                _take_number(after, numbers)
                issuers[event.token_id] = kiosk
            tokens[event.token_id] = after
        except IllegalMoveError:
            unfit.add((event.store_id, event.seq))
    return tokens, unfit


def _take_number(token: Token, numbers: set[tuple[object, ...]]) -> None:
    number = (token.service_day, token.department, token.series, token.number)
    if number in numbers:
        raise IllegalMoveError("NUMBER_TAKEN", "another token has it")
    numbers.add(number)


def _held_events(hospital: Hospital) -> list[Event]:
    with hospital.database.reader.connect() as connection:
        return [_event(row) for row in connection.execute(select(server.event).order_by(server.event.c.revision))]


def _event(row: Row[Any]) -> Event:
    day: date = row.service_day
    body = json.loads(row.body)
    return Event(row.event_id, row.store_id, row.seq, row.kind, row.token_id, row.at, day, body, row.hash)


def _server_tokens(hospital: Hospital) -> Tokens:
    with hospital.database.reader.connect() as connection:
        return {row["token_id"]: server_token(row) for row in connection.execute(select(server.token)).mappings()}


def _difference(one: Tokens, other: Tokens) -> str:
    """The first token that differs, and in what; labels, states and times only."""
    for token_id in sorted(one.keys() | other.keys()):
        left, right = one.get(token_id), other.get(token_id)
        if left is None or right is None:
            there = left or right
            assert there is not None
            return f"{there.label} of {there.service_day} is {'here' if left else 'there'} only"
        if left != right:
            names = [name for name in vars(left) if getattr(left, name) != getattr(right, name)]
            told = ", ".join(f"{name} {getattr(left, name)!s:.20} / {getattr(right, name)!s:.20}" for name in names)
            return f"{left.label} of {left.service_day}: {told}"
    return "none"
