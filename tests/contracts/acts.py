"""Ways to make a TokenStore do something, in few words."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from kiosk.model.events import FIRST_HASH, Event, Json, Kind, chained
from kiosk.model.exchange import PatientDetails, Pull
from kiosk.model.opd import Department, Facility
from kiosk.model.patient import Patient
from kiosk.model.token import SlipState, Token
from kiosk.ports import Issued, IssueOrder, SlipJob, TokenStore
from tests.model.samples import (
    ASHA,
    HOSPITAL,
    MEDICINE,
    MONDAY,
    NINE,
    minutes,
    person,
)

TUESDAY = date(2026, 11, 24)
NEXT_DAY = NINE + timedelta(days=1)
SERVER = "019ab3c0-0000-7000-8000-0000000000ff"


def order(
    patient: Patient = ASHA,
    department: Department = MEDICINE,
    now: datetime = NINE,
    facility: Facility = HOSPITAL,
    *,
    wants_slip: bool = True,
    synced_since: datetime | None = None,
) -> IssueOrder:
    return IssueOrder(
        patient,
        facility,
        department,
        now,
        "hi",
        "2026-11",
        wants_slip=wants_slip,
        synced_since=synced_since,
    )


def doubt_interrupted(store: TokenStore, now: datetime) -> int:
    """What a spool does after a restart, with a printer that tells nothing. Returns how many slips."""
    interrupted = store.interrupted_slips()
    for job in interrupted:
        store.slip_moved(job.job_id, SlipState.IN_DOUBT, now, "INTERRUPTED")
    return len(interrupted)


def issue(store: TokenStore, patient: Patient = ASHA, department: Department = MEDICINE, now: datetime = NINE) -> Token:
    return store.issue(order(patient, department, now)).token


def foreign(kind: str, token_id: str, seq: int, at: datetime = NINE, body: dict[str, Json] | None = None) -> Event:
    """What the server or another station did."""
    return chained(
        FIRST_HASH,
        event_id=f"019ab3c0-0000-7000-8000-{seq:012d}",
        store_id=SERVER,
        seq=seq,
        kind=kind,
        token_id=token_id,
        at=at,
        service_day=MONDAY,
        body=body or {},
    )


def foreign_token(token_id: str, like: Token, department: str, seq: int = 1, at: datetime = NINE) -> Event:
    """A token of another station for the patient of ``like``."""
    body: dict[str, Json] = {
        "facility_id": like.facility_id,
        "department": department,
        "series": "B",
        "number": seq,
        "label": f"{department[0]}B-{seq:03d}",
        "source": "kiosk",
        "number_key": like.keys.number,
        "address_key": like.keys.address,
    }
    return foreign(Kind.TOKEN_ISSUED, token_id, seq, at, body)


def pulled(
    *events: Event,
    acked: int = 0,
    cursor: int = 0,
    server_time: datetime = NINE,
    tokens: Sequence[Token] = (),
    patients: Sequence[PatientDetails] = (),
    acked_hash: str | None = None,
) -> Pull:
    told = tuple(patients)
    return Pull(acked, (), events, told, cursor, False, server_time, tokens=tuple(tokens), acked_hash=acked_hash)


def move(store: TokenStore, token: Token, *kinds: Kind, at: datetime = NINE, **body: Json) -> None:
    """The desk moves a token; the station hears of it by sync and keeps its own acknowledgement."""
    acked = store.next_push(1).events
    done = acked[0].seq - 1 if acked else 0
    seq = abs(hash((token.token_id, kinds, at))) % 10**9
    events = [foreign(kind, token.token_id, seq + place, at, body) for place, kind in enumerate(kinds)]
    store.synced(pulled(*events, acked=done, server_time=at), at)


def events_of(store: TokenStore, limit: int = 1000) -> tuple[Event, ...]:
    return store.next_push(limit).events


def only_job(issued: Issued) -> SlipJob:
    assert issued.job is not None
    return issued.job


def busy_day(store: TokenStore) -> None:
    """Some of everything that writes events."""
    jobs = [only_job(store.issue(order(person(place), now=NINE + minutes(place)))) for place in range(4)]
    for job in jobs:
        store.slip_moved(job.job_id, SlipState.SENDING, NINE + minutes(4))
    store.slip_moved(jobs[0].job_id, SlipState.PRINTED, NINE + minutes(3))
    doubt_interrupted(store, NINE + minutes(5))
    store.reprint(jobs[1].token_id, "en", NINE + minutes(6), 3)
    issue(store, person(0), now=NEXT_DAY)
