"""The slip jobs of a day with what their events say: how sure each is, and who dealt with it."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from kiosk.model.desk import SlipRow
from kiosk.model.events import Event, Kind, parse_instant
from kiosk.model.token import SlipState
from kiosk.store import tables
from kiosk.store.rows import event_of

_e = tables.event.c
_j = tables.slip_job.c
_t = tables.token.c
_LOCAL = (SlipState.QUEUED, SlipState.SENDING)


def slip_rows(connection: Connection, service_day: date) -> list[SlipRow]:
    """See ``SqliteStore.slip_rows``."""
    day = service_day.isoformat()
    jobs = (
        select(_t.label, _j.token_id, _j.copy, _j.state, _j.moved_at, _j.cause)
        .join_from(tables.slip_job, tables.token, _j.token_id == _t.token_id)
        .where(_t.service_day == day)
        .order_by(_j.queued_at, _j.job_id)
    )
    rows: list[Row[Any]] = list(connection.execute(jobs))
    outcomes = _outcomes(connection, day)
    return [_slip_row(row, outcomes.get((row.token_id, row.copy))) for row in rows]


def _outcomes(connection: Connection, day: str) -> dict[tuple[str, int], Event]:
    """Of each token's copy the newest event: a desk that deals with this station's slip says so in its own."""
    changes = select(tables.event).where(_e.kind == Kind.SLIP_STATE_CHANGED.value, _e.service_day == day)
    newest: dict[tuple[str, int], Event] = {}
    for event in map(event_of, connection.execute(changes.order_by(_e.at, _e.store_id, _e.seq))):
        copy = event.body.get("copy", 0)
        if isinstance(copy, int):
            newest[event.token_id, copy] = event
    return newest


def _slip_row(row: Row[Any], outcome: Event | None) -> SlipRow:
    state = SlipState(row.state)
    if outcome is None or state in _LOCAL:
        return SlipRow(row.label, row.token_id, row.copy, state, parse_instant(row.moved_at), row.cause)
    body = outcome.body
    return SlipRow(
        label=row.label,
        token_id=row.token_id,
        copy=row.copy,
        state=SlipState(str(body.get("state", row.state))),
        since=outcome.at,
        cause=str(body.get("cause", "")),
        confirmation=str(body.get("confirmation", "")),
        by=str(body.get("staff", "")),
    )
