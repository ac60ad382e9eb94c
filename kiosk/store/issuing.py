"""The one transaction that gives out a number: live token or next number, token, event, details and slip job."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Integer, and_, bindparam, func, insert, literal_column, or_, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kiosk.errors import QuotaReachedError, StoreError
from kiosk.model.events import Json, Kind, instant_text
from kiosk.model.opd import Facility
from kiosk.model.patient import Patient, PatientKeys, patient_keys
from kiosk.model.token import Priority, SlipState, State, Token, label_of
from kiosk.ports import ArrivalOrder, Issued, IssueOrder, SlipJob
from kiosk.store import tables
from kiosk.store.engine import fixed_sql, rows_of
from kiosk.store.ledger import NEXT_MARK, Ledger, find_patient, today
from kiosk.store.openings import openings
from kiosk.store.rows import job_values, patient_values, token_of, token_values
from kiosk.store.syncing import last_synced_at

_t = tables.token.c
_p = tables.patient.c
_NOT_CALLED = (State.WAITING, State.HELD, State.NO_SHOW)
_UNDER_WAY = (State.CALLED, State.SERVING)

# The statements of each check-in stand here as texts, made once.
# The keys alone, which hold the day: two look-ups. With any other condition SQLite reads the whole day instead.
_SAME_PATIENT = fixed_sql(
    select(tables.token).where(
        or_(_t.number_key == bindparam("number_key"), _t.address_key == bindparam("address_key"))
    )
)
_AHEAD = fixed_sql(
    select(func.count()).where(
        _t.facility_id == bindparam("facility_id"),
        _t.service_day == bindparam("day"),
        _t.queue_department == bindparam("queue"),
        _t.state == bindparam("state"),
        tuple_(_t.queued_at, _t.token_id) < tuple_(bindparam("queued_at"), bindparam("token_id")),
    )
)
_OWN = or_(_t.store_id == bindparam("store_id"), _t.store_id.in_(select(tables.former_store.c.store_id)))
_LEFT_OVER = select(tables.token).where(
    _t.service_day < bindparam("day"),
    _OWN,
    or_(_t.state.in_(_NOT_CALLED), and_(_t.service_day < bindparam("day_before"), _t.state.in_(_UNDER_WAY))),
)
_GIVEN = fixed_sql(
    select(func.count()).where(
        _t.facility_id == bindparam("facility_id"),
        _t.service_day == bindparam("day"),
        _t.department == bindparam("department"),
    )
)
_ONE = literal_column("1", Integer)
_NEXT_NUMBER = fixed_sql(
    upsert(tables.number)
    .values({each.name: bindparam(each.name) for each in tables.number.primary_key} | {"last": _ONE})
    .on_conflict_do_update(index_elements=list(tables.number.primary_key), set_={"last": tables.number.c.last + _ONE})
    .returning(tables.number.c.last)
)
_INSERT_TOKEN = fixed_sql(
    insert(tables.token).values({each.name: bindparam(each.name) for each in tables.token.c} | {"touched": NEXT_MARK})
)
_INSERT_PATIENT = fixed_sql(insert(tables.patient))
_INSERT_JOB = fixed_sql(insert(tables.slip_job))


@dataclass(frozen=True)
class Holder:
    """Whose token it is to be on ``day``; ``patient`` None: the details are not here."""

    day: date
    keys: PatientKeys
    patient: Patient | None


def issue(connection: Connection, order: IssueOrder, new_id: Callable[[], str]) -> Issued:
    """See ``TokenStore.issue``; the caller holds the write lock and commits."""
    ledger = Ledger(connection, new_id)
    at = ledger.time_at(order.now)
    day = ledger.service_day(order.facility, at)
    keys = patient_keys(order.patient, day, ledger.meta.facility_key)
    return give(connection, ledger, order, at, Holder(day, keys, order.patient))


def give(connection: Connection, ledger: Ledger, order: IssueOrder, at: datetime, holder: Holder) -> Issued:
    """The holder's live token in the department, or the next one. Closes the ledger if it has written."""
    facility_id, window = order.facility.facility_id, order.facility.return_window
    tokens = tokens_of(connection, facility_id, holder.day, holder.keys)
    if order.judge is not None:
        order.judge(tokens, openings(connection, facility_id, holder.day))
    for held in tokens:
        if held.queue_department == order.department.code and held.is_live(at, window):
            known = learn(connection, ledger, held, holder, at)
            return Issued(known, False, ahead_of(connection, order, known), None)
    series = _own_series(ledger.meta.series)
    _roll_over(connection, ledger, at, holder.day)
    token = _new_token(connection, ledger, order, at, holder, series)
    ahead = ahead_of(connection, order, token)
    job = queue_slip(connection, order, token, ahead, ledger.new_id()) if order.wants_slip else None
    ledger.close()
    return Issued(token, True, ahead, job)


def tokens_now(connection: Connection, patient: Patient, facility: Facility, now: datetime) -> list[Token]:
    """All tokens of ``patient`` this service day, oldest first."""
    meta, day = today(connection, facility, now)
    return tokens_of(connection, facility.facility_id, day, patient_keys(patient, day, meta.facility_key))


def tokens_of(connection: Connection, facility_id: str, day: date, keys: PatientKeys) -> list[Token]:
    """All tokens of the patient with ``keys`` on ``day``, oldest first."""
    rows = rows_of(connection, _SAME_PATIENT, {"number_key": keys.number, "address_key": keys.address})
    here = (token for token in map(token_of, rows) if (token.facility_id, token.service_day) == (facility_id, day))
    return sorted((token for token in here if token.keys.match(keys)), key=lambda token: token.issued_at)


def learn(connection: Connection, ledger: Ledger, held: Token, holder: Holder, at: datetime) -> Token:
    """A second card may tell more of the holder: another identifier, or the name behind a typed number."""
    known, keys = find_patient(connection, held.token_id), holder.keys
    told = known.completed_by(holder.patient) if known and holder.patient else known
    fresh = (keys.number and not held.keys.number) or (keys.address and not held.keys.address)
    if not fresh and told == known:
        return held
    after = ledger.act(Kind.PATIENT_IDENTIFIED, held, at, {"number_key": keys.number, "address_key": keys.address})
    if told is not None:
        values = patient_values(held.token_id, told)
        connection.execute(update(tables.patient).where(_p.token_id == held.token_id), values)
    ledger.close()
    return after


def _roll_over(connection: Connection, ledger: Ledger, at: datetime, day: date) -> None:
    """With the first token of a new service day, what was left waiting lapses. No timer, nothing is deleted.

    Who was called by then may be with the doctor still, so those lapse a day later.
    """
    # None: a new store, or one whose clock a supervisor has accepted and whose last day is forgotten.
    last = ledger.meta.last_service_day
    if last is not None and last >= day:
        return
    days = {"day": day.isoformat(), "day_before": (day - timedelta(days=1)).isoformat()}
    rows = connection.execute(_LEFT_OVER, days | {"store_id": ledger.meta.store_id}).all()
    for left in map(token_of, rows):
        ledger.act(Kind.TOKEN_LAPSED, left, at, {})


def _own_series(series: str | None) -> str:
    """A number without a series of its own may be another station's too."""
    if series is None:
        raise StoreError("this store has no series yet: it waits for the server", code="STORE_UNREGISTERED")
    return series


def _new_token(
    connection: Connection, ledger: Ledger, order: IssueOrder, at: datetime, holder: Holder, series: str
) -> Token:
    token_id, number = ledger.new_id(), _next_number(connection, order, holder.day, series)
    body = _body(order, series, number, holder.keys)
    token = ledger.append(Kind.TOKEN_ISSUED, token_id, at, holder.day, body, None)
    slip = SlipState.QUEUED if order.wants_slip else SlipState.NONE
    values = token_values(token) | {"slip": slip.value, "last_seq": ledger.meta.last_seq}
    connection.exec_driver_sql(_INSERT_TOKEN, values)
    if holder.patient is not None:
        connection.exec_driver_sql(_INSERT_PATIENT, patient_values(token_id, holder.patient))
    return token


def _body(order: IssueOrder, series: str, number: int, keys: PatientKeys) -> dict[str, Json]:
    """What the event says. Remarks stand beside its own words, never in their place."""
    own: dict[str, Json] = {
        "facility_id": order.facility.facility_id,
        "department": order.department.code,
        "series": series,
        "number": number,
        "label": label_of(order.department.prefix, series, number),
        "source": order.source,
        "number_key": keys.number,
        "address_key": keys.address,
        "notice_version": order.notice_version,
        "language": order.language,
        "priority": order.priority.value,
    }
    body = {**order.remarks, **own}
    if order.priority is Priority.ROUTINE:
        del body["priority"]  # as in every event of before there were priorities
    return body


def _next_number(connection: Connection, order: IssueOrder, day: date, series: str) -> int:
    its = {
        "facility_id": order.facility.facility_id,
        "service_day": day.isoformat(),
        "department": order.department.code,
        "series": series,
    }
    ((number,),) = rows_of(connection, _NEXT_NUMBER, its)
    quota = None if order.ignores_quota else order.department.quota
    if quota is None:
        return int(number)
    nth = _given(connection, order, day) + 1 if order.department.quota_is_whole else number
    if nth > quota:
        # The transaction is rolled back, so the number is not used up.
        raise QuotaReachedError(f"{order.department.code} has given its {quota} tokens for today")
    return int(number)


def _given(connection: Connection, order: IssueOrder, day: date) -> int:
    """How many of the department's tokens of ``day`` are known here, in every series."""
    of_day = {"facility_id": order.facility.facility_id, "day": day.isoformat(), "department": order.department.code}
    ((count,),) = rows_of(connection, _GIVEN, of_day)
    return int(count)


def queue_slip(
    connection: Connection, order: IssueOrder | ArrivalOrder, token: Token, ahead: int | None, job_id: str
) -> SlipJob:
    """The original. The token says so too, which is the caller's part."""
    job = SlipJob(job_id, token.token_id, 0, order.language, ahead, order.now, SlipState.QUEUED)
    connection.exec_driver_sql(_INSERT_JOB, job_values(job))
    return job


def ahead_of(connection: Connection, order: IssueOrder | ArrivalOrder, token: Token) -> int | None:
    """How many wait before ``token`` in its queue, or None where this station does not know the whole queue."""
    if token.state is not State.WAITING or not _is_fresh(connection, order.synced_since):
        return None
    its = {
        "facility_id": token.facility_id,
        "day": token.service_day.isoformat(),
        "queue": token.queue_department,
        "state": State.WAITING.value,
        "queued_at": instant_text(token.queued_at),
        "token_id": token.token_id,
    }
    ((count,),) = rows_of(connection, _AHEAD, its)
    return int(count)


def _is_fresh(connection: Connection, synced_since: datetime | None) -> bool:
    if synced_since is None:
        return True
    synced_at = last_synced_at(connection)
    return synced_at is not None and synced_at >= synced_since
