"""Between rows and the model's values; no row leaves this room."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from kiosk.model.events import Event, canonical_json, instant_text, parse_instant
from kiosk.model.patient import BirthDate, Patient, PatientKeys, Sex
from kiosk.model.token import Priority, SlipState, State, Token
from kiosk.ports import SlipJob


def event_values(event: Event) -> dict[str, Any]:
    return {
        "store_id": event.store_id,
        "seq": event.seq,
        "event_id": event.event_id,
        "kind": str(event.kind),
        "token_id": event.token_id,
        "at": instant_text(event.at),
        "service_day": event.service_day.isoformat(),
        "body": canonical_json(event.body),
        "hash": event.hash,
    }


def event_of(row: Row[Any]) -> Event:
    return Event(
        event_id=row.event_id,
        store_id=row.store_id,
        seq=row.seq,
        kind=row.kind,
        token_id=row.token_id,
        at=parse_instant(row.at),
        service_day=date.fromisoformat(row.service_day),
        body=json.loads(row.body),
        hash=row.hash,
    )


def token_values(token: Token) -> dict[str, Any]:
    return {
        "token_id": token.token_id,
        "facility_id": token.facility_id,
        "service_day": token.service_day.isoformat(),
        "department": token.department,
        "series": token.series,
        "number": token.number,
        "label": token.label,
        "queue_department": token.queue_department,
        "store_id": token.store_id,
        "issued_at": instant_text(token.issued_at),
        "moved_at": instant_text(token.moved_at),
        "number_key": token.keys.number,
        "address_key": token.keys.address,
        "source": token.source,
        "state": token.state.value,
        "slip": token.slip.value,
        "copies": token.copies,
        "arrived": token.arrived,
        "queued_at": instant_text(token.queued_at),
        "priority": token.priority.value,
        "room": token.room,
        "calls": token.calls,
        "called_at": text_or_none(token.called_at),
        "started_at": text_or_none(token.started_at),
        "act_id": token.act_id,
    }


def token_of(row: Sequence[Any]) -> Token:
    """Of all columns of the table ``token``, in its order, and whatever comes after them.

    By place, which takes half as long as by name: a desk reads a whole day.
    """
    (token_id, facility_id, day, department, series, number, label, queue_department, store_id) = row[:9]
    (issued_at, moved_at, number_key, address_key, source, state, slip, copies, arrived) = row[9:18]
    (queued_at, priority, room, calls, called_at, started_at, act_id) = row[18:25]
    return Token(
        token_id=token_id,
        facility_id=facility_id,
        service_day=date.fromisoformat(day),
        department=department,
        series=series,
        number=number,
        label=label,
        queue_department=queue_department,
        store_id=store_id,
        issued_at=parse_instant(issued_at),
        moved_at=parse_instant(moved_at),
        queued_at=parse_instant(queued_at),
        keys=PatientKeys(number_key, address_key),
        source=source,
        state=State(state),
        slip=SlipState(slip),
        copies=copies,
        arrived=bool(arrived),
        priority=Priority(priority),
        room=room,
        calls=calls,
        called_at=instant_or_none(called_at),
        started_at=instant_or_none(started_at),
        act_id=act_id,
    )


def text_or_none(at: datetime | None) -> str | None:
    return instant_text(at) if at else None


def instant_or_none(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None


def patient_values(token_id: str, patient: Patient) -> dict[str, Any]:
    birth = patient.birth
    return {
        "token_id": token_id,
        "abha_number": patient.abha_number,
        "abha_address": patient.abha_address,
        "name": patient.name,
        "sex": patient.sex.value,
        "birth_year": birth.year if birth else None,
        "birth_month": birth.month if birth else None,
        "birth_day": birth.day if birth else None,
        "mobile": patient.mobile,
        "address": patient.address,
        "district": patient.district,
        "state": patient.state,
    }


def patient_of(row: Sequence[Any]) -> Patient:
    """Of all columns of the table ``patient``, in its order."""
    _, number, address, name, sex, year, month, day, mobile, home, district, state = row
    birth = BirthDate(year, month, day) if year is not None else None
    return Patient(number, address, name, Sex(sex), birth, mobile, home, district, state)


def job_values(job: SlipJob) -> Mapping[str, Any]:
    return {
        "job_id": job.job_id,
        "token_id": job.token_id,
        "copy": job.copy,
        "language": job.language,
        "people_ahead": job.people_ahead,
        "queued_at": instant_text(job.queued_at),
        "moved_at": instant_text(job.queued_at),
        "state": job.state.value,
        "cause": "",
    }


def job_of(row: Row[Any]) -> SlipJob:
    return SlipJob(
        job_id=row.job_id,
        token_id=row.token_id,
        copy=row.copy,
        language=row.language,
        people_ahead=row.people_ahead,
        queued_at=parse_instant(row.queued_at),
        state=SlipState(row.state),
    )
