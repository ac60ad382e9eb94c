"""Between rows and the model's values; no row leaves this room."""

import json
from collections.abc import Mapping
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
        "called_at": _text(token.called_at),
        "started_at": _text(token.started_at),
        "act_id": token.act_id,
    }


def token_of(row: Row[Any]) -> Token:
    return Token(
        token_id=row.token_id,
        facility_id=row.facility_id,
        service_day=date.fromisoformat(row.service_day),
        department=row.department,
        series=row.series,
        number=row.number,
        label=row.label,
        queue_department=row.queue_department,
        store_id=row.store_id,
        issued_at=parse_instant(row.issued_at),
        moved_at=parse_instant(row.moved_at),
        keys=PatientKeys(row.number_key, row.address_key),
        source=row.source,
        state=State(row.state),
        slip=SlipState(row.slip),
        copies=row.copies,
        arrived=row.arrived,
        queued_at=parse_instant(row.queued_at),
        priority=Priority(row.priority),
        room=row.room,
        calls=row.calls,
        called_at=_instant(row.called_at),
        started_at=_instant(row.started_at),
        act_id=row.act_id,
    )


def _text(at: datetime | None) -> str | None:
    return instant_text(at) if at else None


def _instant(text: str | None) -> datetime | None:
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


def patient_of(row: Row[Any]) -> Patient:
    return Patient(
        abha_number=row.abha_number,
        abha_address=row.abha_address,
        name=row.name,
        sex=Sex(row.sex),
        birth=BirthDate(row.birth_year, row.birth_month, row.birth_day) if row.birth_year is not None else None,
        mobile=row.mobile,
        address=row.address,
        district=row.district,
        state=row.state,
    )


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
