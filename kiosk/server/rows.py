"""Events and patients' details as rows of the server's tables, and back."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Row, RowMapping

from kiosk.model.events import Event, canonical_json
from kiosk.model.patient import Sex
from kiosk.sync.messages import BirthMessage, PatientMessage


def event_row(facility_id: str, event: Event, revision: int, now: datetime) -> dict[str, Any]:
    own = {**vars(event), "body": canonical_json(event.body)}
    return {"facility_id": facility_id, **own, "revision": revision, "received_at": now}


def event_of(row: Row[Any]) -> Event:
    return Event(
        event_id=row.event_id,
        store_id=row.store_id,
        seq=row.seq,
        kind=row.kind,
        token_id=row.token_id,
        at=row.at,
        service_day=row.service_day,
        body=json.loads(row.body),
        hash=row.hash,
    )


def patient_row(facility_id: str, details: PatientMessage, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {**vars(details), "facility_id": facility_id, "received_at": now}
    del row["birth"]
    birth = vars(details.birth) if details.birth else {}
    return row | {f"birth_{part}": birth.get(part) for part in ("year", "month", "day")}


def patient_message(row: RowMapping) -> PatientMessage:
    birth = None
    if row["birth_year"] is not None:
        birth = BirthMessage(year=row["birth_year"], month=row["birth_month"], day=row["birth_day"])
    known = {name: row[name] for name in PatientMessage.model_fields if name not in ("birth", "sex")}
    return PatientMessage(**known, sex=Sex(row["sex"]), birth=birth)
