"""Invented people, codes, tokens and a hospital, for the tests of the model and of whatever stands on it."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from kiosk.model.events import FIRST_HASH, Event, Json, Kind, chained
from kiosk.model.opd import Department, Facility, Opening
from kiosk.model.patient import BirthDate, Patient, PatientKeys, Sex
from kiosk.model.token import Token

MONDAY = date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
"""Nine in the morning in India, on a Monday."""

NUMBER = "91000000000018"
OTHER_NUMBER = "91000000000026"

ASHA = Patient(NUMBER, "asha.devi@abdm", "Asha Devi", Sex.FEMALE, BirthDate(1984, 3, 7), "9000000000")
RAVI = Patient(OTHER_NUMBER, None, "Ravi Kumar", Sex.MALE, BirthDate(1978), "9000000000")

MEDICINE = Department("MED", "M", {"en": "Medicine", "hi": "मेडिसिन"}, room="12")
EYE = Department("EYE", "E", {"en": "Eye", "hi": "नेत्र रोग"}, next_step={"en": "First counter 2", "hi": "पहले काउंटर 2"})
MORNINGS = (Opening(time(8), time(14), frozenset(range(6))),)
SURGERY = Department("SUR", "S", {"en": "Surgery"}, openings=MORNINGS, quota=2)
HOSPITAL = Facility("IN0000000000", {"en": "District Hospital", "hi": "ज़िला अस्पताल"}, (MEDICINE, EYE, SURGERY))


def person(number: int) -> Patient:
    """The patient with the ABHA number 91-0000-0000-NNNN."""
    return Patient(abha_number=f"9100000000{number:04d}", name=f"Person{number:04d} Kumar")


def card(**changes: object) -> str:
    """The QR of a printed ABHA card; a change to ``...`` leaves the key out."""
    fields: dict[str, object] = {
        "hidn": "91-0000-0000-0018",
        "hid": "asha.devi@abdm",
        "name": "Asha Devi",
        "gender": "F",
        "statelgd": "9",
        "distlgd": "-",
        "dob": "7/3/1984",
        "state name": "UTTAR PRADESH",
        "district_name": "Lucknow",
        "mobile": "9000000000",
        "address": "C/O Ram Prasad House No 12 Sector 9",
    }
    return _json(fields | changes)


def app_code(**changes: object) -> str:
    """The QR that a PHR app shows."""
    fields: dict[str, object] = {
        "hidn": "91-0000-0000-0018",
        "phr": "ashadevi@sbx",
        "name": "Asha Devi",
        "gender": "F",
        "statelgd": "9",
        "distlgd": "145",
        "dob": "7-3-1984",
        "address": "As declared by the user",
    }
    return _json(fields | changes)


def _json(fields: dict[str, object]) -> str:
    return json.dumps({key: value for key, value in fields.items() if value is not ...}, ensure_ascii=False)


def issued_event(**changes: Json) -> Event:
    body: dict[str, Json] = {
        "facility_id": "IN0000000000",
        "department": "MED",
        "series": "A",
        "number": 17,
        "label": "MA-017",
        "source": "kiosk",
        "number_key": "digest",
        "address_key": None,
    }
    return event(Kind.TOKEN_ISSUED, body | changes)


def event(
    kind: str, body: Mapping[str, Json] | None = None, *, seq: int = 1, at: datetime = NINE, token_id: str = "t1"
) -> Event:
    """An event of store ``s1`` on Monday."""
    return chained(
        FIRST_HASH,
        event_id=f"e{seq}",
        store_id="s1",
        seq=seq,
        kind=kind,
        token_id=token_id,
        at=at,
        service_day=MONDAY,
        body=body or {},
    )


def token(**changes: object) -> Token:
    values: dict[str, object] = {
        "token_id": "t1",
        "facility_id": "IN0000000000",
        "service_day": MONDAY,
        "department": "MED",
        "series": "A",
        "number": 17,
        "label": "MA-017",
        "queue_department": "MED",
        "store_id": "s1",
        "issued_at": NINE,
        "moved_at": NINE,
        "queued_at": NINE,
        "keys": PatientKeys("digest", None),
    }
    return Token(**(values | changes))  # type: ignore[arg-type]


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
