"""Slips that somebody must deal with, and what is known of how things came to be."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from kiosk.model.desk import OpenSlip
from kiosk.model.events import Event, Kind, parse_instant
from kiosk.model.token import SlipState, State
from kiosk.store import tables
from kiosk.store.ledger import read_meta
from kiosk.store.rows import event_of

_e = tables.event.c
_j = tables.slip_job.c
_t = tables.token.c
_TROUBLED = (SlipState.FAILED, SlipState.IN_DOUBT)
_GONE = (State.COMPLETED, State.CANCELLED, State.LAPSED)
_NEWEST_JOB = and_(_j.token_id == _t.token_id, _j.copy == _t.copies)


def open_slips(connection: Connection, service_day: date) -> list[OpenSlip]:
    """See ``DeskStore.open_slips``; the oldest first, of tokens whose patients are not through yet.

    The spool gives up what waited too long for its patient, so that it has failed. Slips of other stations are among
    them: their jobs are not here, and ``job_id`` is the token's.
    """
    troubled = (
        select(_t.token_id, _t.label, _t.slip, _t.copies, _t.issued_at, _j.job_id, _j.cause, _j.queued_at)
        .join_from(tables.token, tables.slip_job, _NEWEST_JOB, isouter=True)
        .where(_t.service_day == service_day.isoformat(), _t.slip.in_(_TROUBLED), _t.state.not_in(_GONE))
    )
    rows: list[Row[Any]] = list(connection.execute(troubled))
    found = [_own(row) if row.job_id else _others(connection, row) for row in rows]
    return sorted(found, key=lambda slip: (slip.queued_at, slip.token_id))


def history(connection: Connection, token_id: str) -> list[Event]:
    """See ``DeskStore.history``."""
    its = select(tables.event).where(_e.token_id == token_id).order_by(_e.at, _e.store_id, func.abs(_e.seq))
    return [event_of(row) for row in connection.execute(its)]


def own_events(connection: Connection, seqs: Sequence[int]) -> list[Event]:
    """See ``DeskStore.own_events``; by number."""
    own = select(tables.event).where(_e.store_id == read_meta(connection).store_id, _e.seq.in_(seqs))
    return [event_of(row) for row in connection.execute(own.order_by(_e.seq))]


def _own(row: Row[Any]) -> OpenSlip:
    return _slip(row, row.job_id, row.cause, row.queued_at)


def _others(connection: Connection, row: Row[Any]) -> OpenSlip:
    """What the station that has the printer said of this copy last."""
    told = [event for event in history(connection, row.token_id) if _is_outcome(event, row.copies)]
    cause = str(told[-1].body.get("cause", "")) if told else ""
    return _slip(row, row.token_id, cause, row.issued_at)


def _slip(row: Row[Any], job_id: str, cause: str, queued_at: str) -> OpenSlip:
    state, at = SlipState(row.slip), parse_instant(queued_at)
    return OpenSlip(job_id, row.token_id, row.label, row.copies, state, cause, at)


def _is_outcome(event: Event, copy: int) -> bool:
    return event.kind == Kind.SLIP_STATE_CHANGED and event.body.get("copy", 0) == copy
