"""What the server tells of other stations' doings, and of what became of tokens that several acted on."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import structlog
from sqlalchemy import Connection, delete, func, insert, select, text, tuple_, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kiosk.model.desk import Called
from kiosk.model.events import OF_FACILITY, Event
from kiosk.model.exchange import PatientDetails, Pull
from kiosk.model.moves import IllegalMoveError, apply
from kiosk.model.token import SlipState, Token
from kiosk.store import tables
from kiosk.store.ledger import NEXT_MARK, Meta, find_patient, find_token, save, touch
from kiosk.store.openings import take_fact
from kiosk.store.rows import event_of, event_values, patient_values, token_of, token_values

DESK = "desk"
"""The one kind of station that keeps details of patients whose tokens others issued."""
_MAY_FIT_LATER = frozenset({"TOKEN_UNKNOWN", "KIND_UNKNOWN", "BODY_INVALID"})
_LOCAL_SLIPS = frozenset({SlipState.QUEUED, SlipState.SENDING})
_e = tables.event.c
_j = tables.slip_job.c
_u = tables.unapplied.c
_t = tables.token.c
_log = structlog.get_logger()


def take_in(connection: Connection, meta: Meta, pull: Pull, newer: Collection[str]) -> None:
    """Write down others' events with what they make of their tokens, the server's tokens, and a desk's patients.

    ``newer`` are ids of calls that the server has made for this desk after it has answered this.

    Few statements for a whole page, since patients wait for this transaction: the server's word on a token spares
    finding it out from its events.
    """
    told = {token.token_id for token in pull.tokens}
    for event in _written(connection, [event for event in pull.events if event.store_id != meta.store_id]):
        if event.token_id not in told:
            _take_effect(connection, event)
    if told:
        _take_tokens(connection, meta, pull.tokens, pull.acked_seq, newer)
    if pull.patients and _is_desk(connection):
        for details in pull.patients:
            _take_patient(connection, details)


def take_called(connection: Connection, meta: Meta, called: Called, acked_seq: int) -> None:
    """See ``DeskStore.take_called``: the server's word on one token, ahead of the events that a pull will bring."""
    _take_tokens(connection, meta, [called.token], acked_seq)
    if called.patient is not None and _is_desk(connection):
        _take_patient(connection, PatientDetails(called.token.token_id, called.patient))


def retry_unapplied(connection: Connection, token_id: str | None = None) -> None:
    """Events that made no sense when they came: one token's, whose issue has come now, or all, for a newer program."""
    noted = select(tables.event).join(tables.unapplied, (_u.store_id == _e.store_id) & (_u.seq == _e.seq))
    if token_id is not None:
        noted = noted.where(_u.token_id == token_id)
    for row in connection.execute(noted.order_by(text("unapplied.rowid"))).all():
        event = event_of(row)
        if _apply(connection, event):
            connection.execute(delete(tables.unapplied).where(_u.store_id == event.store_id, _u.seq == event.seq))


def _written(connection: Connection, events: Sequence[Event]) -> list[Event]:
    """Write down those that were not seen before, and return them."""
    seen = _seqs(connection, events)
    back = [event for event in events if seen.get(event.event_id, 0) < 0]
    fresh = list({event.event_id: event for event in events if event.event_id not in seen}.values())
    for place in _taken(connection, [*back, *fresh]):
        _clear(connection, place)
    for event in back:
        _put_in_place(connection, event)
    if fresh:
        connection.execute(insert(tables.event), [event_values(event) for event in fresh])
    return fresh


def _taken(connection: Connection, events: Sequence[Event]) -> list[tuple[str, int]]:
    """Places of ``events``, as store and sequence, where other events stand."""
    places = [(event.store_id, event.seq) for event in events]
    taken = select(_e.store_id, _e.seq).where(tuple_(_e.store_id, _e.seq).in_(places))
    return [(row.store_id, row.seq) for row in connection.execute(taken)]


def _clear(connection: Connection, place: tuple[str, int]) -> None:
    """Make room: the server, restored from a backup, has lost the event that stood there, and got another one.

    What it lost is put aside until it comes back in another place, if ever.
    """
    _log.warning("pulled_event_takes_place", store_id=place[0], seq=place[1])
    lowest = select(func.min(_e.seq)).scalar_subquery()
    aside = update(tables.event).where(_e.store_id == place[0], _e.seq == place[1])
    connection.execute(aside.values(seq=func.min(lowest, 0) - 1))


def _seqs(connection: Connection, events: Sequence[Event]) -> dict[str, int]:
    """Of those events that are written down."""
    rows = select(_e.event_id, _e.seq).where(_e.event_id.in_([event.event_id for event in events]))
    return {row.event_id: row.seq for row in connection.execute(rows)}


def _take_effect(connection: Connection, event: Event) -> None:
    if not _apply(connection, event):
        noted = {"store_id": event.store_id, "seq": event.seq, "token_id": event.token_id}
        connection.execute(insert(tables.unapplied), noted)


def _put_in_place(connection: Connection, event: Event) -> None:
    """An event of a former store of ours, which the server was said to hold, has come back: this is its true place."""
    place = {"store_id": event.store_id, "seq": event.seq, "hash": event.hash}
    connection.execute(update(tables.event).where(_e.event_id == event.event_id, _e.seq < 0).values(place))


def _apply(connection: Connection, event: Event) -> bool:
    """Whether nothing is left to be done for ``event``: it was applied, or never will be."""
    if event.kind in OF_FACILITY:
        take_fact(connection, event)
        return True
    before = find_token(connection, event.token_id)
    try:
        after = apply(before, event)
    except IllegalMoveError as error:
        # The fact stays written. The server has parked it or will.
        _log.warning("pulled_event_not_applied", code=error.code, kind=event.kind[:40], seq=event.seq)
        return error.code not in _MAY_FIT_LATER
    if before is not None:
        save(connection, after)
    elif _insert(connection, [after]):
        retry_unapplied(connection, after.token_id)
    return True


def _insert(connection: Connection, tokens: Sequence[Token]) -> bool:
    """Whether all are there now."""
    if not tokens:
        return True
    added = insert(tables.token).prefix_with("OR IGNORE").execution_options(preserve_rowcount=True)
    rows = [token_values(token) | {"last_seq": 0} for token in tokens]
    left_out = len(tokens) - connection.execute(added.values(touched=NEXT_MARK), rows).rowcount
    if left_out:
        # Another station has given out these very numbers: both have the same series.
        _log.error("pulled_token_collides", tokens=left_out)
    return not left_out


def _take_tokens(
    connection: Connection, meta: Meta, tokens: Sequence[Token], acked_seq: int, newer: Collection[str] = ()
) -> None:
    """The server's word stands; on top of it what it does not know yet, and a slip that is on its way to the printer.

    What others did to a token and could not be applied here is in the server's word already, or never will be.
    """
    ids = [token.token_id for token in tokens]
    connection.execute(delete(tables.unapplied).where(_u.token_id.in_(ids)))
    rows = connection.execute(select(tables.token).where(tables.token.c.token_id.in_(ids)))
    known = {row.token_id: token_of(row) for row in rows}
    tokens = [token for token in tokens if token.token_id not in known or known[token.token_id].act_id not in newer]
    unsent, slips = _unsent(connection, meta, acked_seq, ids), _slips_on_their_way(connection, ids)
    after = [_with_ours(token, unsent.get(token.token_id, ()), slips) for token in tokens]
    _insert(connection, [token for token in after if token.token_id not in known])
    for token in after:
        if token != known.get(token.token_id, token):
            save(connection, token)


def _unsent(connection: Connection, meta: Meta, acked_seq: int, token_ids: Sequence[str]) -> dict[str, list[Event]]:
    """Own events of these tokens that the server does not hold yet, by token."""
    own = select(tables.event).where(_e.store_id == meta.store_id, _e.seq > acked_seq, _e.token_id.in_(token_ids))
    unsent = defaultdict(list)
    for row in connection.execute(own.order_by(_e.seq)):
        unsent[row.token_id].append(event_of(row))
    return unsent


def _slips_on_their_way(connection: Connection, token_ids: Sequence[str]) -> dict[tuple[str, int], SlipState]:
    """Which copies of these tokens' slips wait for this station's printer, or are in it."""
    local = select(_j.token_id, _j.copy, _j.state).where(_j.token_id.in_(token_ids), _j.state.in_(_LOCAL_SLIPS))
    return {(row.token_id, row.copy): SlipState(row.state) for row in connection.execute(local)}


def _with_ours(token: Token, unsent: Sequence[Event], slips: Mapping[tuple[str, int], SlipState]) -> Token:
    for event in unsent:
        try:
            token = apply(token, event)
        except IllegalMoveError as error:
            _log.warning("own_event_overtaken", code=error.code, kind=event.kind, seq=event.seq)
    return replace(token, slip=slips.get((token.token_id, token.copies), token.slip))


def _take_patient(connection: Connection, details: PatientDetails) -> None:
    """What is known here stays: it may be newer and not sent yet."""
    if find_token(connection, details.token_id) is None:
        return
    known = find_patient(connection, details.token_id)
    patient = known.completed_by(details.patient) if known else details.patient
    values = patient_values(details.token_id, patient)
    connection.execute(
        upsert(tables.patient).values(values).on_conflict_do_update(index_elements=["token_id"], set_=values)
    )
    touch(connection, select(_t.token_id).where(_t.token_id == details.token_id))


def _is_desk(connection: Connection) -> bool:
    return bool(connection.execute(select(tables.enrolment.c.kind)).scalar() == DESK)
