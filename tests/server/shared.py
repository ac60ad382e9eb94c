"""A hospital with counters for phones, profiles that they share, and what the server holds of them."""

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from kiosk.abdm.share import Intent, SharedProfile, Version
from kiosk.model.events import Kind
from kiosk.model.patient import Patient
from kiosk.server.configuring import import_configuration
from kiosk.server.database import Database
from kiosk.server.own_ledger import append
from kiosk.server.tables import share, token
from tests.sync.chain import DAY, FACILITY

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def hospital(facility_id: str = FACILITY, **changes: object) -> dict[str, Any]:
    """Medicine with a counter, a registration queue behind another, an eye clinic that is closed, one with a quota."""
    closed = ["mon 09:00-10:00"]  # the tests' day is a Sunday
    departments = [
        {"code": "MED", "prefix": "M", "names": {"en": "Medicine"}},
        {"code": "EYE", "prefix": "E", "names": {"en": "Eye"}, "open": closed},
        {"code": "ENT", "prefix": "N", "names": {"en": "ENT"}, "quota": 2},
        {"code": "REG", "prefix": "R", "names": {"en": "Registration"}, "registration": True},
    ]
    counters = [
        {"id": "OPD1", "department": "MED"},
        {"id": "EYE1", "department": "EYE"},
        {"id": "ENT1", "department": "ENT"},
        {"id": "DESK1", "department": "MED"},
    ]
    return {
        "facility_id": facility_id,
        "names": {"en": "District Hospital, Testpur"},
        "departments": departments,
        "counters": counters,
        "abdm": {"host": "phrsbx.abdm.gov.in"},
        "stations": [
            {"id": "K1", "kind": "kiosk", "name": "Hall"},
            {"id": "D1", "kind": "desk", "name": "Desk", "counter": "DESK1"},
        ],
        "phone": {"lapse_min": 60, "arrives_at": ["D1"]},
        **changes,
    }


def host(database: Database, facility_id: str = FACILITY, **changes: object) -> None:
    import_configuration(database, hospital(facility_id, **changes), NOW)


def profile(who: str = "asha", counter: str = "OPD1", request_id: str = "", **about: Any) -> SharedProfile:
    address = about.pop("address", f"{who}@sbx")
    facility_id = about.pop("facility_id", FACILITY)
    patient = Patient(**{"abha_address": address.lower(), "name": "Asha Test", "mobile": "9000000018", **about})
    request_id = request_id or str(uuid.uuid4())
    return SharedProfile(request_id, facility_id, counter, Intent.PROFILE_SHARE, patient, Version.V3, address, NOW)


def row_of(database: Database, request_id: str) -> Any:
    with database.reader.begin() as connection:
        return connection.execute(select(share).filter_by(request_id=request_id)).one()


def tokens(database: Database) -> list[Any]:
    with database.reader.begin() as connection:
        return list(connection.execute(select(token).order_by(token.c.department, token.c.number)))


def write(database: Database, kind: Kind, token_id: str, at: datetime = NOW) -> None:
    database.write(lambda connection: append(connection, FACILITY, kind, token_id, at, DAY, {"room": "4"}))
