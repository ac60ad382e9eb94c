"""The slip jobs of a store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from kiosk.errors import ReprintLimitError, StoreError
from kiosk.model.events import Json, Kind, instant_text
from kiosk.model.token import SlipState
from kiosk.ports import SlipJob
from kiosk.store import tables
from kiosk.store.ledger import Ledger, find_token, need_token, save
from kiosk.store.rows import job_of, job_values

SUPERSEDED = "SUPERSEDED"
_LOCAL = frozenset({SlipState.QUEUED, SlipState.SENDING})
"""These never become events: nobody else could act on them."""
_j = tables.slip_job.c
_DUE = select(tables.slip_job).where(_j.state == SlipState.QUEUED.value).order_by(_j.queued_at, _j.job_id)
_COPIES_OUT = select(func.count()).where(
    _j.token_id == bindparam("token_id"),
    _j.copy > 0,
    _j.state.not_in([SlipState.QUEUED.value, SlipState.FAILED.value]),
)
"""Copies of which paper may be about: those that never got to the printer are nobody's second slip."""
_SENDING = select(tables.slip_job).where(_j.state == SlipState.SENDING.value).order_by(_j.queued_at, _j.job_id)


@dataclass(frozen=True)
class Outcome:
    """What became of a slip, and how sure that is or who at a desk says so."""

    state: SlipState
    cause: str
    remarks: Mapping[str, Json] = field(default_factory=dict)


def reprint(
    connection: Connection,
    new_id: Callable[[], str],
    token_id: str,
    language: str,
    now: datetime,
    limit: int,
    remarks: Mapping[str, Json],
) -> SlipJob:
    """See ``DeskStore.reprint``."""
    ledger = Ledger(connection, new_id)
    token = need_token(connection, token_id)
    if connection.execute(_COPIES_OUT, {"token_id": token_id}).scalar_one() >= limit:
        raise ReprintLimitError("this slip was reprinted as often as the kiosk may; ask at the desk")
    _forget_queued(connection, token_id, now)
    token = ledger.act(Kind.TOKEN_REPRINTED, token, now, {**remarks, "copy": token.copies + 1})
    save(connection, replace(token, slip=SlipState.QUEUED))
    job = SlipJob(new_id(), token_id, token.copies, language, None, now, SlipState.QUEUED)
    connection.execute(insert(tables.slip_job), job_values(job))
    ledger.close()
    return job


def due(connection: Connection, queued_since: datetime) -> list[SlipJob]:
    """See ``TokenStore.due_slips``."""
    rows = connection.execute(_DUE.where(_j.queued_at >= instant_text(queued_since)))
    return [job_of(row) for row in rows]


def moved(connection: Connection, new_id: Callable[[], str], job_id: str, outcome: Outcome, now: datetime) -> None:
    """See ``DeskStore.slip_moved``. A slip that another station prints goes by its token's id: see ``open_slips``."""
    row = connection.execute(select(tables.slip_job).where(_j.job_id == job_id)).first()
    if row is None:
        _moved_elsewhere(connection, new_id, job_id, outcome, now)
    else:
        _moved_here(connection, new_id, row, outcome, now)


def _moved_here(
    connection: Connection, new_id: Callable[[], str], row: Row[Any], outcome: Outcome, now: datetime
) -> None:
    state, cause = outcome.state, outcome.cause
    if state is SlipState.SENDING and row.state != SlipState.QUEUED.value:
        raise StoreError("this slip was taken by a newer copy or another spool", code="SLIP_JOB_TAKEN")
    token = need_token(connection, row.token_id)
    if state is SlipState.QUEUED and row.copy != token.copies:
        # Back from a printer that took nothing, but a newer copy is on its way by now: one scan, one slip.
        state, cause = SlipState.FAILED, SUPERSEDED
    connection.execute(
        update(tables.slip_job)
        .where(_j.job_id == row.job_id)
        .values(state=state.value, moved_at=instant_text(now), cause=cause)
    )
    if state in _LOCAL:
        if row.copy == token.copies:
            save(connection, replace(token, slip=state))
        return
    ledger = Ledger(connection, new_id)
    body: dict[str, Json] = {**outcome.remarks, "state": state.value, "copy": row.copy, "cause": cause}
    ledger.act(Kind.SLIP_STATE_CHANGED, token, now, body)
    ledger.close()


def _moved_elsewhere(
    connection: Connection, new_id: Callable[[], str], token_id: str, outcome: Outcome, now: datetime
) -> None:
    token = find_token(connection, token_id)
    if token is None or outcome.state in _LOCAL:
        raise StoreError(f"this store has no slip job {token_id}", code="SLIP_JOB_UNKNOWN")
    ledger = Ledger(connection, new_id)
    told: dict[str, Json] = {"state": outcome.state.value, "copy": token.copies, "cause": outcome.cause}
    body = {**outcome.remarks, **told}
    ledger.act(Kind.SLIP_STATE_CHANGED, token, now, body)
    ledger.close()


def interrupted(connection: Connection) -> list[SlipJob]:
    """See ``TokenStore.interrupted_slips``."""
    return [job_of(row) for row in connection.execute(_SENDING)]


def _forget_queued(connection: Connection, token_id: str, now: datetime) -> None:
    """A newer copy takes the place of one that never got to the printer: one scan, one slip."""
    connection.execute(
        update(tables.slip_job)
        .where(_j.token_id == token_id, _j.state == SlipState.QUEUED.value)
        .values(state=SlipState.FAILED.value, cause=SUPERSEDED, moved_at=instant_text(now))
    )
