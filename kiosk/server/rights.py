"""A patient's rights: to see everything that is held on them, and to have it erased.

Both are acts of an administrator, in one facility, and leave rows in the audit; these name tokens, never a patient.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, RowMapping, and_, delete, func, or_, select, update

from kiosk.model.events import Json, instant_text
from kiosk.server.audit import Act, erased_tokens, note_all
from kiosk.server.database import Database
from kiosk.server.finding import Asked, scan, tokens_of, tokens_since
from kiosk.server.own_ledger import OWNER
from kiosk.server.share_queue import DUE, GIVEN_UP
from kiosk.server.sqlite import wipe_log
from kiosk.server.tables import audit, event, facility, patient, share, store, token


@dataclass(frozen=True)
class Found:
    """A patient's tokens, by id, and of how many of them the details are held."""

    token_ids: tuple[str, ...]
    details: int


def find(database: Database, facility_id: str, asked: Asked, now: datetime, reason: str) -> Found:
    """Only look; that too is audited. Raises as ``finding.scan``."""

    def work(connection: Connection) -> Found:
        token_ids = tokens_of(connection, facility_id, asked)
        note_all(connection, facility_id, now, Act.SEARCHED, token_ids or _NOBODY, reason)
        return _found(connection, facility_id, token_ids)

    return database.write(work)


def export(database: Database, facility_id: str, asked: Asked, now: datetime, reason: str) -> dict[str, Json]:
    """Everything held on one patient: each token with its details, its events, and the audit's rows about it.

    What the audit says of this very export is not in it. Raises as ``finding.scan``.
    """

    def work(connection: Connection) -> dict[str, Json]:
        token_ids = tokens_of(connection, facility_id, asked)
        held = _held(connection, facility_id, token_ids)
        note_all(connection, facility_id, now, Act.EXPORTED, token_ids or _NOBODY, reason)
        return {"facility_id": facility_id, "exported_at": instant_text(now), "tokens": held}

    return database.write(work)


def erase(database: Database, facility_id: str, asked: Asked, now: datetime, reason: str) -> Found:
    """Delete a patient's details, and the digests by which tokens recognise them. Returns what was there.

    Events keep such digests, each good for one day: they are chained by their hashes, and stations hold copies. The
    audit's rows are also what keeps the details away if they arrive again. Raises as ``finding.scan``.

    The long look over everything keeps no station waiting; while pushes are held, only what came since is looked at.
    """
    with database.reader.begin() as connection:
        scanned = scan(connection, facility_id, asked)

    def work(connection: Connection) -> Found:
        _hold_pushes(connection, facility_id)
        token_ids = sorted(scanned.token_ids | tokens_since(connection, facility_id, scanned, now))
        found = _found(connection, facility_id, token_ids)
        fresh = set(token_ids) - erased_tokens(connection, facility_id, token_ids)
        note_all(connection, facility_id, now, Act.ERASED, sorted(fresh) if token_ids else _NOBODY, reason)
        connection.execute(delete(patient).where(_among(patient.c.token_id, facility_id, token_ids)))
        nobody = {"number_key": None, "address_key": None}
        connection.execute(update(token).where(_among(token.c.token_id, facility_id, token_ids)).values(nobody))
        _forget_shares(connection, facility_id, token_ids)
        return found

    erased = database.write(work)
    wipe_log(database.writer)
    return erased


_NOBODY = ("",)
"""The audit's subject where somebody was looked for and not found."""


def _hold_pushes(connection: Connection, facility_id: str) -> None:
    """Until this transaction ends: one under way could write back what is erased. Lock order as in ``ingest``.

    The server's own stores are pushed by nobody, and have the facility's lock alone.
    """
    is_pushed = or_(store.c.station_id.is_(None), store.c.station_id != OWNER)
    stores = select(store.c.store_id).filter_by(facility_id=facility_id).where(is_pushed).order_by(store.c.store_id)
    connection.execute(stores.with_for_update(key_share=True)).all()
    mine = select(facility.c.revision).filter_by(facility_id=facility_id)
    connection.execute(mine.with_for_update(key_share=True)).all()


def _forget_shares(connection: Connection, facility_id: str, token_ids: Sequence[str]) -> None:
    """An answer that the gateway does not have yet cannot be given without the address."""
    its = update(share).where(_among(share.c.token_id, facility_id, token_ids))
    connection.execute(its.where(share.c.state == DUE).values(state=GIVEN_UP, problem="ERASED"))
    connection.execute(its.values(address=None, address_digest=""))


def _found(connection: Connection, facility_id: str, token_ids: Sequence[str]) -> Found:
    details = select(func.count()).select_from(patient).where(_among(patient.c.token_id, facility_id, token_ids))
    return Found(tuple(token_ids), connection.execute(details).scalar_one())


def _held(connection: Connection, facility_id: str, token_ids: Sequence[str]) -> list[Json]:
    def rows(token_id: Column[str], *order: Column[Any]) -> Mapping[str, list[Json]]:
        mine = select(token_id.table).where(_among(token_id, facility_id, token_ids)).order_by(*order)
        found: dict[str, list[Json]] = {each: [] for each in token_ids}
        for row in connection.execute(mine).mappings():
            found[row[token_id]].append(_json(row))
        return found

    tokens, details = rows(token.c.token_id), rows(patient.c.token_id)
    events, audits = rows(event.c.token_id, event.c.revision), rows(audit.c.subject, audit.c.audit_id)
    shares = rows(share.c.token_id, share.c.received_at)
    return [
        {
            "token_id": each,
            "token": next(iter(tokens[each]), None),
            "details": next(iter(details[each]), None),
            "events": events[each],
            "audit": audits[each],
            "shares": shares[each],
        }
        for each in token_ids
    ]


def _json(row: RowMapping) -> dict[str, Json]:
    return {name: _json_value(name, value) for name, value in row.items()}


def _json_value(name: str, value: object) -> Json:
    match value:
        case datetime():
            return instant_text(value)
        case date():
            return value.isoformat()
        case str() if name == "body":
            body: Json = json.loads(value)
            return body
        case None | bool() | int() | str():
            return value
    raise TypeError(f"a column of {type(value).__name__}")


def _among(token_id: Column[str], facility_id: str, token_ids: Sequence[str]) -> ColumnElement[bool]:
    return and_(token_id.table.c.facility_id == facility_id, token_id.in_(token_ids))
