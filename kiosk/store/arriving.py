"""Who scanned the hospital's QR with a phone has come: the token is called from now on, and its slip printed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from hmac import compare_digest

from sqlalchemy import Connection, bindparam, insert, select

from kiosk.model.arrival import arrival_key
from kiosk.model.events import Kind
from kiosk.model.moves import IllegalMoveError
from kiosk.model.opd import Facility
from kiosk.model.patient import Patient, patient_keys
from kiosk.model.token import PHONE, SlipState, State, Token
from kiosk.ports import ArrivalOrder, Issued
from kiosk.store import tables
from kiosk.store.issuing import Holder, ahead_of, learn, queue_slip, tokens_of
from kiosk.store.ledger import Ledger, find_patient, known_token, save, today
from kiosk.store.rows import event_of, patient_values, token_of

_e = tables.event.c
_t = tables.token.c
_LABELLED = select(tables.token).where(
    _t.facility_id == bindparam("facility_id"),
    _t.service_day == bindparam("day"),
    _t.label == bindparam("label"),
    _t.source == PHONE,
)
_ISSUE = select(tables.event).where(_e.token_id == bindparam("token_id"), _e.kind == Kind.TOKEN_ISSUED.value)


def claimed(connection: Connection, facility: Facility, label: str, last_digits: str, now: datetime) -> Token | None:
    """See ``CheckInStore.claimed_token``."""
    meta, day = today(connection, facility, now)
    key = arrival_key(meta.facility_key, day, label, last_digits)
    wanted = {"facility_id": facility.facility_id, "day": day.isoformat(), "label": label}
    tokens = [token_of(row) for row in connection.execute(_LABELLED, wanted)]
    return next((token for token in tokens if _has_key(connection, token, key)), None)


def arrive(connection: Connection, new_id: Callable[[], str], order: ArrivalOrder) -> Issued:
    """See ``CheckInStore.arrive``."""
    ledger = Ledger(connection, new_id)
    at = ledger.time_at(order.now)
    day = ledger.service_day(order.facility, at)
    token = _there(connection, ledger, order, day, at)
    if order.patient is not None:
        keys = patient_keys(order.patient, day, ledger.meta.facility_key)
        token = learn(connection, ledger, token, Holder(day, keys, order.patient), at)
        _keep(connection, token, order.patient)
    ahead = ahead_of(connection, order, token)
    job = None
    if order.wants_slip and token.has_no_slip:
        token = replace(token, slip=SlipState.QUEUED)
        save(connection, token)
        job = queue_slip(connection, order, token, ahead, new_id())
    ledger.close()
    return Issued(token, False, ahead, job)


def _there(connection: Connection, ledger: Ledger, order: ArrivalOrder, day: date, at: datetime) -> Token:
    """The token with its holder's arrival written down, revived where its place had lapsed."""
    token = known_token(connection, order.token_id)
    if token.state is State.LAPSED:
        if token.source != PHONE or token.service_day != day:
            raise IllegalMoveError("MOVE_ILLEGAL", "only a phone token of today comes back")
        if _has_another(connection, order, token, at):
            raise IllegalMoveError("MOVE_ILLEGAL", "its holder has another token here by now")
        token = ledger.act(Kind.TOKEN_REVIVED, token, at, order.remarks)
    elif not token.is_live(at, order.facility.return_window):
        raise IllegalMoveError("MOVE_ILLEGAL", f"nobody waits with a token that is {token.state}")
    return token if token.arrived else ledger.act(Kind.TOKEN_ARRIVED, token, at, order.remarks)


def _has_another(connection: Connection, order: ArrivalOrder, token: Token, at: datetime) -> bool:
    its = tokens_of(connection, token.facility_id, token.service_day, token.keys)
    live = [each for each in its if each.is_live(at, order.facility.return_window)]
    return any(each.queue_department == token.queue_department for each in live)


def _keep(connection: Connection, token: Token, patient: Patient) -> None:
    """Who has just shown the card stands on the slip; a station that is no desk did not have the details."""
    if find_patient(connection, token.token_id) is None:
        connection.execute(insert(tables.patient), patient_values(token.token_id, patient))


def _has_key(connection: Connection, token: Token, key: str) -> bool:
    issues = [event_of(row) for row in connection.execute(_ISSUE, {"token_id": token.token_id})]
    return any(compare_digest(str(event.body.get("arrival_key") or ""), key) for event in issues)
