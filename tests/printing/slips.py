"""Slips of invented people, for the tests of this room."""

from datetime import UTC, date, datetime

from kiosk.model.patient import BirthDate, Patient, PatientKeys, Sex
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.slip import Slip, slip_of
from kiosk.model.token import Token

TOKEN_ID = "019ab2c3-d4e5-7f60-8a1b-2c3d4e5f6071"
AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ASHA = Patient(abha_number="91000000000018", name="Asha Devi Sharma", sex=Sex.FEMALE, birth=BirthDate(1981, 3, 4))


def token_of(label: str = "M-017", department: str = "MED", token_id: str = TOKEN_ID) -> Token:
    return Token(
        token_id=token_id,
        facility_id=SAMPLE_FACILITY.facility_id,
        service_day=date(2026, 11, 22),
        department=department,
        series="",
        number=17,
        label=label,
        queue_department=department,
        store_id="store",
        issued_at=AT,
        moved_at=AT,
        queued_at=AT,
        keys=PatientKeys(None, None),
    )


def a_slip(
    language: str = "en",
    label: str = "M-017",
    department: str = "MED",
    *,
    copy: int = 0,
    patient: Patient | None = ASHA,
) -> Slip:
    return slip_of(token_of(label, department), patient, SAMPLE_FACILITY, language, people_ahead=4, copy=copy)
