"""Events applied to the server's tokens. What cannot be applied gets a code and is left behind."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from kiosk.model.events import Event, Kind
from kiosk.model.moves import IllegalMoveError, apply
from kiosk.model.patient import PatientKeys
from kiosk.model.token import Priority, SlipState, State, Token
from kiosk.server.database import add_or_insert, insert_all_new, is_among
from kiosk.server.openings import is_fact, take_facts
from kiosk.server.tables import day_count, token

_LONGEST = {"department": 20, "series": 2, "label": 20, "queue_department": 20, "source": 20, "room": 20}
_CHANGING = (
    *("queue_department", "moved_at", "queued_at", "number_key", "address_key", "state", "slip", "copies", "arrived"),
    *("priority", "room", "calls", "called_at", "started_at", "act_id"),
)
_SERIES = re.compile("(?:[A-HJ-NP-Z]{1,2})?")
_MOVE = (
    update(token)
    .where(token.c.facility_id == bindparam("new_facility_id"), token.c.token_id == bindparam("new_token_id"))
    .values({name: bindparam(f"new_{name}", type_=token.c[name].type) for name in _CHANGING})
)


def project(
    connection: Connection,
    facility_id: str,
    events: Sequence[Event],
    late: Collection[str] = (),
    held: Mapping[str, Token] | None = None,
) -> list[tuple[Event, str]]:
    """Apply to the facility all that can be applied. Returns the other events, each with a code.

    Within a transaction that holds the facility's lock; each new token is counted in it. ``late`` are ids of events
    that have a chance only behind another one of the same token; ``held`` the tokens by their ids, where the caller
    knows them.
    """
    facts = [event for event in events if is_fact(event)]
    moves = [event for event in events if not is_fact(event)]
    codes = {**take_facts(connection, facility_id, facts), **_project(connection, facility_id, moves, late, held)}
    return [(event, codes[event.event_id]) for event in events if event.event_id in codes]


def _project(
    connection: Connection,
    facility_id: str,
    events: Sequence[Event],
    late: Collection[str],
    held: Mapping[str, Token] | None,
) -> dict[str, str]:
    """Of events about tokens. Returns a code for the id of each that does not fit."""
    if not events:
        return {}
    if held is None:
        held = _held(connection, facility_id, {event.token_id for event in events})
    tokens, codes = _folded(facility_id, events, held, late)
    new = [after for token_id, after in tokens.items() if token_id not in held]
    refused = _insert(connection, facility_id, new)
    if refused:
        codes |= {event.event_id: _code_without_number(event) for event in events if event.token_id in refused}
    _count(connection, (after for after in new if after.token_id not in refused))
    _update(connection, (after for token_id, after in tokens.items() if after != held.get(token_id, after)))
    return codes


def _held(connection: Connection, facility_id: str, token_ids: set[str]) -> dict[str, Token]:
    mine = select(token).where(token.c.facility_id == facility_id, is_among(connection, token.c.token_id, token_ids))
    return {row["token_id"]: token_of(row) for row in connection.execute(mine).mappings()}


def _folded(
    facility_id: str, events: Sequence[Event], held: Mapping[str, Token], late: Collection[str]
) -> tuple[dict[str, Token], dict[str, str]]:
    """The tokens after the events, in the order of issue; a code for the id of each event that does not fit."""
    tokens, codes = dict(held), {}
    for event in events:
        before = tokens.get(event.token_id)
        if event.event_id in late and before is held.get(event.token_id):
            codes[event.event_id] = "MOVE_ILLEGAL"
            continue
        try:
            tokens[event.token_id] = _after(facility_id, before, event)
        except IllegalMoveError as error:
            codes[event.event_id] = error.code
    return tokens, codes


def _after(facility_id: str, before: Token | None, event: Event) -> Token:
    after = apply(before, event)
    _refuse_misfit(after, facility_id)
    return after


def _insert(connection: Connection, facility_id: str, new: Sequence[Token]) -> set[str]:
    """As they are after all events. Returns the ids of those whose number another token has, maybe a new one too."""
    inserted = insert_all_new(connection, token, [row_of(after) for after in new])
    if inserted == len(new):
        return set()
    token_ids = {after.token_id for after in new}
    return token_ids - _held(connection, facility_id, token_ids).keys()


def _code_without_number(event: Event) -> str:
    return "NUMBER_TAKEN" if event.kind == Kind.TOKEN_ISSUED else "TOKEN_UNKNOWN"


def _count(connection: Connection, issued: Iterable[Token]) -> None:
    counts = Counter((after.facility_id, after.service_day, after.department) for after in issued)
    if not counts:
        return
    rows = [dict(zip(day_count.c.keys(), (*day, count), strict=True)) for day, count in counts.items()]
    add_or_insert(connection, day_count, "issued", rows)


def _update(connection: Connection, moved: Iterable[Token]) -> None:
    rows = [{f"new_{name}": value for name, value in row_of(after).items()} for after in moved]
    if rows:
        connection.execute(_MOVE, rows)


def _refuse_misfit(after: Token, facility_id: str) -> None:
    """What the model leaves open and the tables bound."""
    if after.facility_id != facility_id:
        raise IllegalMoveError("FACILITY_OTHER", "a token of another facility")
    texts_fit = all(len(getattr(after, name)) <= longest for name, longest in _LONGEST.items())
    keys_fit = all(key is None or len(key) <= 64 for key in (after.keys.number, after.keys.address))
    if not texts_fit or not keys_fit or _has_nul(after) or not _SERIES.fullmatch(after.series):
        raise IllegalMoveError("BODY_INVALID", "a value that no other station would take")


def _has_nul(after: Token) -> bool:
    keys = (after.keys.number or "", after.keys.address or "")
    return any("\0" in value for value in (*keys, *(getattr(after, name) for name in _LONGEST)))


def row_of(after: Token) -> dict[str, Any]:
    row = {**vars(after), "number_key": after.keys.number, "address_key": after.keys.address}
    del row["keys"]
    return row


def token_of(row: RowMapping) -> Token:
    fields = dict(row)
    keys = PatientKeys(fields.pop("number_key"), fields.pop("address_key"))
    kinds = {"state": State, "slip": SlipState, "priority": Priority}
    return Token(**fields | {"keys": keys} | {name: kind(fields[name]) for name, kind in kinds.items()})
