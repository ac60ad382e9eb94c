"""What the server tells of other stations' doings, and of what became of tokens that several acted on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kiosk.model.events import Event
from kiosk.model.token import IllegalMoveError, SlipState, Token, apply
from kiosk.ports import PatientDetails, Pull
from kiosk.store import tables
from kiosk.store.ledger import Meta, find_token, save
from kiosk.store.rows import event_of, event_values, patient_of, patient_values, token_values

DESK = "desk"
"""The one kind of station that keeps details of patients whose tokens others issued."""
_MAY_FIT_LATER = frozenset({"TOKEN_UNKNOWN", "KIND_UNKNOWN", "BODY_INVALID"})
_LOCAL_SLIPS = frozenset({SlipState.QUEUED, SlipState.SENDING})
_e = tables.event.c
_u = tables.unapplied.c
_p = tables.patient.c
_log = structlog.get_logger()


def take_in(connection: Connection, meta: Meta, pull: Pull) -> None:
    """Write down others' events with what they make of their tokens, the server's tokens, and a desk's patients."""
    for event in pull.events:
        if event.store_id != meta.store_id:
            _take_event(connection, event)
    unsent = _unsent(connection, meta, pull.acked_seq)
    for token in pull.tokens:
        _take_token(connection, token, unsent.get(token.token_id, ()))
    if pull.patients and connection.execute(select(tables.enrolment.c.kind)).scalar() == DESK:
        for details in pull.patients:
            _take_patient(connection, details)


def retry_unapplied(connection: Connection, token_id: str | None = None) -> None:
    """Events that made no sense when they came: one token's, whose issue has come now, or all, for a newer program."""
    noted = select(tables.event).join(tables.unapplied, (_u.store_id == _e.store_id) & (_u.seq == _e.seq))
    if token_id is not None:
        noted = noted.where(_u.token_id == token_id)
    for row in connection.execute(noted.order_by(text("unapplied.rowid"))).all():
        event = event_of(row)
        if _apply(connection, event):
            connection.execute(delete(tables.unapplied).where(_u.store_id == event.store_id, _u.seq == event.seq))


def _take_event(connection: Connection, event: Event) -> None:
    """Write down another station's event and what it makes of its token. Seen before: nothing happens."""
    known = connection.execute(select(_e.store_id, _e.seq).where(_e.event_id == event.event_id)).first()
    if known is not None:
        _put_in_place(connection, event)
        return
    fresh = upsert(tables.event).values(event_values(event)).on_conflict_do_nothing().returning(_e.seq)
    if connection.execute(fresh).first() is None:
        _log.error("pulled_event_collides", store_id=event.store_id, seq=event.seq)
        return
    if not _apply(connection, event):
        noted = {"store_id": event.store_id, "seq": event.seq, "token_id": event.token_id}
        connection.execute(insert(tables.unapplied), noted)


def _put_in_place(connection: Connection, event: Event) -> None:
    """An event of a former store of ours, which the server was said to hold, has come back: this is its true place."""
    place = {"store_id": event.store_id, "seq": event.seq, "hash": event.hash}
    connection.execute(update(tables.event).where(_e.event_id == event.event_id, _e.seq < 0).values(place))


def _apply(connection: Connection, event: Event) -> bool:
    """Whether nothing is left to be done for ``event``: it was applied, or never will be."""
    before = find_token(connection, event.token_id)
    try:
        after = apply(before, event)
    except IllegalMoveError as error:
        # The fact stays written. The server has parked it or will.
        _log.warning("pulled_event_not_applied", code=error.code, kind=event.kind[:40], seq=event.seq)
        return error.code not in _MAY_FIT_LATER
    if before is not None:
        save(connection, after)
    elif _insert(connection, after):
        retry_unapplied(connection, after.token_id)
    return True


def _insert(connection: Connection, token: Token) -> bool:
    added = insert(tables.token).values(token_values(token) | {"last_seq": 0}).prefix_with("OR IGNORE")
    if connection.execute(added).rowcount == 0:
        # Another station has given out this very number: both have the same series.
        _log.error("pulled_token_collides", series=token.series, token_id=token.token_id)
        return False
    return True


def _unsent(connection: Connection, meta: Meta, acked_seq: int) -> Mapping[str, Sequence[Event]]:
    """Own events that the server does not hold yet, by token."""
    rows = select(tables.event).where(_e.store_id == meta.store_id, _e.seq > acked_seq).order_by(_e.seq)
    unsent = defaultdict(list)
    for row in connection.execute(rows):
        unsent[row.token_id].append(event_of(row))
    return unsent


def _take_token(connection: Connection, token: Token, unsent: Sequence[Event]) -> None:
    """The server's word stands; on top of it what it does not know yet, and a slip that is on its way to the printer.

    What others did to the token and could not be applied here is in the server's word already, or never will be.
    """
    after = token
    for event in unsent:
        try:
            after = apply(after, event)
        except IllegalMoveError as error:
            _log.warning("own_event_overtaken", code=error.code, kind=event.kind, seq=event.seq)
    connection.execute(delete(tables.unapplied).where(_u.token_id == token.token_id))
    known = find_token(connection, token.token_id)
    if known is None:
        _insert(connection, after)
    elif known.slip in _LOCAL_SLIPS and known.copies == after.copies:
        save(connection, replace(after, slip=known.slip))
    else:
        save(connection, after)


def _take_patient(connection: Connection, details: PatientDetails) -> None:
    """What is known here stays: it may be newer and not sent yet."""
    if find_token(connection, details.token_id) is None:
        return
    row = connection.execute(select(tables.patient).where(_p.token_id == details.token_id)).first()
    patient = patient_of(row).completed_by(details.patient) if row else details.patient
    values = patient_values(details.token_id, patient)
    connection.execute(
        upsert(tables.patient).values(values).on_conflict_do_update(index_elements=["token_id"], set_=values)
    )
