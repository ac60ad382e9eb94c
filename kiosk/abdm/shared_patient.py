"""Who a shared profile is about, under all the keys that senders use.

Text that could be code for a printer, a browser, a spreadsheet or the eye is refused in a name or an identifier, and
dropped elsewhere: nobody goes without a token for the sake of an odd address line.
"""

import re
from datetime import date

from kiosk.abdm.share_json import ShareError, Table
from kiosk.model import abha
from kiosk.model.patient import BirthDate, Patient
from kiosk.model.qr import MAX_TEXT, QrError, cleaned, parse_birth, parse_mobile, sex_of

_PINCODE = re.compile(r"[1-9][0-9]{5}", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_PART = re.compile(r"[0-9]{1,2}", re.ASCII)
_NUMBER_TYPES = frozenset({"NDHM_HEALTH_NUMBER", "ABHA_NUMBER", "HEALTH_NUMBER"})
_MOBILE_TYPES = frozenset({"MOBILE"})


def patient_in(person: Table, today: date) -> Patient:
    """Raises ShareError without a name or an ABHA address."""
    address = person.table("address")
    return Patient(
        abha_number=abha.parse_number(_vital(_number_in(person), "number")),
        abha_address=abha.parse_address(address_in(person)),
        name=_name_in(person),
        sex=sex_of(person.text("gender")),
        birth=_birth_in(person, today),
        mobile=_mobile_in(person),
        address=_line_in(person, address),
        district=_detail(address.text("district", "districtName")) or None,
        state=_detail(address.text("state", "stateName")) or None,
    )


def address_in(person: Table) -> str:
    """The ABHA address as it was sent, capitals and all. Raises ShareError where there is none."""
    text = _vital(person.text("abhaAddress", "healthId", "phrAddress"), "address")
    if "@" not in text or abha.parse_address(text) is None:
        raise ShareError("patient.abhaAddress is missing or malformed", code="SHARE_INCOMPLETE")
    return text


def _name_in(person: Table) -> str:
    name = _vital(person.text("name"), "name")
    if not any(letter.isalpha() for letter in name):
        raise ShareError("patient.name is missing", code="SHARE_INCOMPLETE")
    return name


def _number_in(person: Table) -> str:
    """Null for whoever has an address alone; never judged more strictly than by its 14 digits."""
    return person.text("abhaNumber", "healthIdNumber") or _identifier_in(person, _NUMBER_TYPES)


def _mobile_in(person: Table) -> str | None:
    text = person.text("phoneNumber", "mobile") or _identifier_in(person, _MOBILE_TYPES)
    return parse_mobile(_detail(text, "mobile"))


def _identifier_in(person: Table, types: frozenset[str]) -> str:
    values = (each.text("value") for each in person.tables("identifiers") if each.text("type").upper() in types)
    return next(filter(None, values), "")


def _birth_in(person: Table, today: date) -> BirthDate | None:
    """A missing day or month stays unknown."""
    year = person.text("yearOfBirth")
    if not _YEAR.fullmatch(year):
        return parse_birth(_detail(person.text("dob", "dateOfBirth"), "dob"), today)
    month, day = (_part(person.text(key)) for key in ("monthOfBirth", "dayOfBirth"))
    return parse_birth(f"{year}-{month}-{day}", today)


def _part(text: str) -> str:
    return text if _PART.fullmatch(text) else "0"


def _line_in(person: Table, address: Table) -> str | None:
    """The line with the PIN code, for which patients have no place of their own; some senders know one text alone."""
    line = _detail(address.text("line") or person.text("address"))
    pincode = address.text("pincode") or person.text("pincode")
    if not _PINCODE.fullmatch(pincode) or pincode in line:
        return line or None
    return ", ".join(filter(None, (line[: MAX_TEXT - 8], pincode)))


def _vital(untrusted_text: str, field: str) -> str:
    try:
        return cleaned(untrusted_text, field)
    except QrError as error:
        raise ShareError(f"patient: the {field} holds {error.reason}", code="SHARE_HOSTILE") from None


def _detail(untrusted_text: str, field: str | None = None) -> str:
    try:
        return cleaned(untrusted_text, field)
    except QrError:
        return ""
