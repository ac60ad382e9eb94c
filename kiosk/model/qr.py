"""From untrusted QR text to a ``Patient``, or to the reason why not.

The dialects (card, app, address-only) and their old key names stay inside this module. An ABHA QR is unsigned JSON, so
every value is hostile until it has passed here: text that could be code for a printer, a browser, a spreadsheet or the
eye is refused as a whole rather than repaired, for a genuine card has none of it.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kiosk.model import abha
from kiosk.model.patient import BirthDate, Patient, Sex

MAX_BYTES = 4096
"""A QR holds at most 2,953 bytes; an ABHA QR about 120-450."""
MAX_KEYS = 40
MAX_NAME = 100
MAX_TEXT = 300
MAX_MARKS = 6
"""Combining marks on one letter: no script stacks more, stacked ones make a slip a yard long."""
EARLIEST_BIRTH = 1890


class Kind(StrEnum):
    ABHA = "abha"
    AADHAAR = "aadhaar"
    FACILITY = "facility"
    OTHER = "other"


class Reason(StrEnum):
    """Why a text is no patient. Each has its own sentence on the screen."""

    NO_CODE = "no_code"
    TWO_CODES = "two_codes"
    UNREADABLE_FILE = "unreadable_file"
    AADHAAR = "aadhaar"
    FACILITY = "facility"
    SLIP = "slip"
    WEB_ADDRESS = "web_address"
    PAYMENT = "payment"
    CONTACT = "contact"
    WIFI = "wifi"
    PLAIN_TEXT = "plain_text"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    NESTED = "nested"
    NO_IDENTIFIER = "no_identifier"
    NUL_BYTES = "nul_bytes"
    CONTROL_CHARACTERS = "control_characters"
    DIRECTION_CHARACTERS = "direction_characters"
    MARKUP = "markup"
    FORMULA = "formula"
    FOREIGN_DIGITS = "foreign_digits"
    TEXT_MALFORMED = "text_malformed"


_KINDS = {Reason.AADHAAR: Kind.AADHAAR, Reason.FACILITY: Kind.FACILITY}


class QrError(ValueError):
    """The text is not a patient's ABHA QR. Holds the reason and the kind, never the text."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.kind = _KINDS.get(reason, Kind.OTHER)


@dataclass(frozen=True)
class Classified:
    """What a text is. ``patient`` is set for kind ABHA alone, ``reason`` for all others."""

    kind: Kind
    patient: Patient | None = None
    reason: Reason | None = None


def classify(untrusted_text: str, today: date) -> Classified:
    """As ``parse``, for callers who want an answer rather than an exception."""
    try:
        return Classified(Kind.ABHA, parse(untrusted_text, today))
    except QrError as error:
        return Classified(error.kind, reason=error.reason)


def parse(untrusted_text: str, today: date) -> Patient:
    """The patient in an ABHA QR of any known dialect.

    Raises:
        QrError: for everything else, and nothing but QrError.
    """
    text = untrusted_text.strip("\ufeff\x00 \t\r\n")
    _refuse_known_strangers(text)
    if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        raise QrError(Reason.TOO_LARGE)
    if "\x00" in text:
        raise QrError(Reason.NUL_BYTES)
    return _patient(_fields(_object(text)), today)


# --- codes of other kinds --------------------------------------------------------------------------------------------

_AADHAAR_XML = re.compile(r"\s*(?:<\?xml|</?\?xml|<PrintLetterBarcodeData|<QPDB|<QDA)", re.IGNORECASE)
_AADHAAR_NUMBER = re.compile(r"[0-9]{201,}", re.ASCII)
_FACILITY_URL = re.compile(r"https?://[^/]*/share-profile\b", re.IGNORECASE)
_SLIP = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_STRANGERS = (
    (re.compile(r"(?:upi|bhim|phonepe|paytmmp)://|000201", re.IGNORECASE), Reason.PAYMENT),
    (re.compile(r"[a-z][a-z0-9+.-]*://|www\.", re.IGNORECASE), Reason.WEB_ADDRESS),
    (re.compile(r"BEGIN:VCARD|MECARD:|tel:|mailto:", re.IGNORECASE), Reason.CONTACT),
    (re.compile(r"WIFI:", re.IGNORECASE), Reason.WIFI),
)


def _refuse_known_strangers(text: str) -> None:
    if not text:
        raise QrError(Reason.NO_CODE)
    if _AADHAAR_XML.match(text) or _AADHAAR_NUMBER.fullmatch(text):
        raise QrError(Reason.AADHAAR)
    if _FACILITY_URL.match(text):
        raise QrError(Reason.FACILITY)
    if _SLIP.fullmatch(text):
        raise QrError(Reason.SLIP)
    for pattern, reason in _STRANGERS:
        if pattern.match(text):
            raise QrError(reason)


# --- JSON ------------------------------------------------------------------------------------------------------------


class _NestedError(ValueError):
    """Raised inside json.loads, whose own errors are ValueErrors too."""


def _object(text: str) -> Mapping[str, object]:
    if text[0] not in "{[\"'":
        raise QrError(Reason.PLAIN_TEXT)
    value = _loads(text)
    if not isinstance(value, dict):
        raise QrError(Reason.NOT_AN_OBJECT)
    if len(value) > MAX_KEYS:
        raise QrError(Reason.TOO_LARGE)
    if any(isinstance(entry, dict | list) for entry in value.values()):
        raise QrError(Reason.NESTED)
    return value


def _loads(text: str) -> object:
    """JSON as written, else with typographic quotes straightened (seen in copies of real codes)."""
    for candidate in (text, text.translate(_STRAIGHT_QUOTES)):
        try:
            return json.loads(
                candidate,
                strict=False,
                parse_int=_short_int,
                parse_constant=_no_constant,
                object_pairs_hook=_unambiguous,
            )
        except RecursionError:
            raise QrError(Reason.NESTED) from None
        except QrError:
            raise
        except ValueError:
            continue
    raise QrError(Reason.NOT_JSON)


_STRAIGHT_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"'})


def _unambiguous(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A key that stands twice could be read as two patients."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise QrError(Reason.TEXT_MALFORMED)
    return dict(pairs)


def _short_int(digits: str) -> str:
    """Numbers stay text: a long one must cost nothing, and a leading zero of a code must not be lost."""
    return digits


def _no_constant(name: str) -> object:
    raise ValueError(name)


# --- fields ----------------------------------------------------------------------------------------------------------

_SPELLINGS = {
    "hidn": "number",
    "healthidnumber": "number",
    "abhanumber": "number",
    "hid": "abha_address",
    "phr": "abha_address",
    "healthid": "abha_address",
    "abhaaddress": "abha_address",
    "name": "name",
    "gender": "gender",
    "dob": "dob",
    "mobile": "mobile",
    "address": "address",
    "statename": "state",
    "distname": "district",
    "districtname": "district",
    "hipid": "facility",
}
NOTHING = frozenset({"", "-", "--", "null", "none", "na", "n/a"})
"""What stands, in lower case, where nothing is known."""
_DIGIT_FIELDS = frozenset({"number", "dob", "mobile"})


def _fields(untrusted: Mapping[str, object]) -> dict[str, str]:
    """Known keys with their cleaned values; the first of two spellings wins, unknown keys are dropped."""
    fields: dict[str, str] = {}
    for key, untrusted_value in untrusted.items():
        name = _SPELLINGS.get(key.strip().lower().replace("_", "").replace(" ", ""))
        value = cleaned(untrusted_value, name) if name else ""
        if name and value.lower() not in NOTHING:
            fields.setdefault(name, value)
    return fields


def cleaned(untrusted_value: object, field: str | None = None) -> str:
    """One value on one line, judged by what it is for: ``name``, one of the digit fields, or any text.

    Raises:
        QrError: it could be code for a printer, a browser, a spreadsheet or the eye.
    """
    if untrusted_value is None or isinstance(untrusted_value, bool | float):
        return ""
    _refuse_control(str(untrusted_value).strip(), is_name=field == "name")
    # Judged in its final form: normalising can make a semicolon, and a line break could hide a formula's rest.
    seen = str(untrusted_value).translate(_INVISIBLE)
    text = " ".join(unicodedata.normalize("NFC", seen).split())
    _refuse_hostile(text, is_name=field == "name", is_digits=field in _DIGIT_FIELDS)
    return text[: MAX_NAME if field == "name" else MAX_TEXT].rstrip()


_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""Soft hyphen and its like: unseen, they keep equal names apart. Joiners stay: Indian scripts need them."""
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKUP = re.compile(r"[<>]|&(?:#|[a-zA-Z]+;)")
_FORMULA = re.compile(r"[=@＝＠]|[+＋-](?=.*[=(!|])")
_NAME_FORMULA = re.compile(r"[=@＝＠+＋-]")
_SPACING = frozenset("\t\r\n")


def _refuse_control(text: str, *, is_name: bool) -> None:
    if "\x00" in text:
        raise QrError(Reason.NUL_BYTES)
    if any(unicodedata.category(char) == "Cc" and (is_name or char not in _SPACING) for char in text):
        raise QrError(Reason.CONTROL_CHARACTERS)


def _refuse_hostile(text: str, *, is_name: bool, is_digits: bool) -> None:
    if _DIRECTION.search(text):
        raise QrError(Reason.DIRECTION_CHARACTERS)
    if _MARKUP.search(text):
        raise QrError(Reason.MARKUP)
    if text.lower() not in NOTHING and (_NAME_FORMULA if is_name else _FORMULA).match(text):
        raise QrError(Reason.FORMULA)
    if is_digits and any(char.isnumeric() and not char.isascii() for char in text):
        raise QrError(Reason.FOREIGN_DIGITS)
    if any(unicodedata.category(char) in ("Cs", "Co", "Cn") for char in text) or _too_many_marks(text):
        raise QrError(Reason.TEXT_MALFORMED)


def _too_many_marks(text: str) -> bool:
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char).startswith("M") else 0
        if marks > MAX_MARKS:
            return True
    return False


# --- the patient -----------------------------------------------------------------------------------------------------

_MOBILE = re.compile(r"(?:\+?91[ -]?)?([6-9][0-9]{9})", re.ASCII)
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2}))?", re.ASCII)


def _patient(fields: Mapping[str, str], today: date) -> Patient:
    number = abha.parse_number(fields.get("number", ""))
    address = abha.parse_address(fields.get("abha_address", ""))
    if number is None and address is None:
        raise QrError(Reason.FACILITY if "facility" in fields else Reason.NO_IDENTIFIER)
    return Patient(
        abha_number=number,
        abha_address=address,
        name=fields.get("name", ""),
        sex=sex_of(fields.get("gender", "")),
        birth=parse_birth(fields.get("dob", ""), today),
        mobile=parse_mobile(fields.get("mobile", "")),
        address=fields.get("address"),
        district=fields.get("district"),
        state=fields.get("state"),
    )


def parse_mobile(text: str) -> str | None:
    """The ten digits of an Indian mobile number, or None."""
    mobile = _MOBILE.fullmatch(text)
    return mobile[1] if mobile else None


def typed_name(untrusted_text: str) -> str:
    """A name as staff have typed it, cleaned and judged as one from a card is.

    Raises:
        QrError: it could be code for a printer, a browser, a spreadsheet or the eye.
    """
    return cleaned(untrusted_text, "name")


def sex_of(code: str) -> Sex:
    """By the code's first letter; UNKNOWN where that says nothing."""
    try:
        return Sex(code[:1].upper())
    except ValueError:
        return Sex.UNKNOWN


def parse_birth(text: str, today: date) -> BirthDate | None:
    """``7/3/1984``, ``7-3-1984``, ``1984-03-07``, ``1984-00-00`` or ``1984``; the day comes first where both could be.

    An impossible date keeps its year; a year before 1890 or a date after today is None.
    """
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    elif match := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part or 0) for part in match.groups())
    else:
        return None
    birth = _birth(year, month, day)
    return birth if year >= EARLIEST_BIRTH and (year, birth.month or 1, birth.day or 1) <= _as_tuple(today) else None


def _birth(year: int, month: int, day: int) -> BirthDate:
    try:
        date(year or 1, month, day)
    except ValueError:
        return BirthDate(year, month if 1 <= month <= 12 and day == 0 else None)
    return BirthDate(year, month, day)


def _as_tuple(day: date) -> tuple[int, int, int]:
    return day.year, day.month, day.day
