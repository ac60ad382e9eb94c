"""Who a patient says they are. Everything here is self-asserted: an ABHA QR carries no signature."""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from kiosk.model.abha import masked_address, masked_number

_VIRAMA_CLASS = 9
_JOINERS = "\u200c\u200d"


class Sex(StrEnum):
    """The codes of ABDM; D is "did not want to say"."""

    MALE = "M"
    FEMALE = "F"
    OTHER = "O"
    TRANSGENDER = "T"
    UNDISCLOSED = "D"
    UNKNOWN = "U"


@dataclass(frozen=True)
class BirthDate:
    """A date of birth as far as it is known; a missing month or day is never made up."""

    year: int
    month: int | None = None
    day: int | None = None

    def age_on(self, today: date) -> int:
        """Completed years, counted from the year alone where no more is known."""
        had_birthday = (self.month or 1, self.day or 1) <= (today.month, today.day)
        return max(0, today.year - self.year - (0 if had_birthday else 1))


@dataclass(frozen=True)
class Patient:
    """One person, with at least one of ABHA number and ABHA address.

    Personal details stay out of ``repr``, so that no log line and no test failure can leak them.
    """

    abha_number: str | None = field(default=None, repr=False)
    abha_address: str | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    sex: Sex = Sex.UNKNOWN
    birth: BirthDate | None = field(default=None, repr=False)
    mobile: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    district: str | None = field(default=None, repr=False)
    state: str | None = field(default=None, repr=False)

    @property
    def short_name(self) -> str:
        """First name and initial: all that a screen or a slip may show."""
        first, *rest = self.name.split() or [""]
        return f"{first} {_first_letter(rest[-1])}." if rest else first

    def completed_by(self, other: "Patient") -> "Patient":
        """With what is unknown here taken from ``other``; what is known stays, whatever a second card says."""
        unknown = {name: value for name, value in vars(other).items() if getattr(self, name) in (None, "", Sex.UNKNOWN)}
        return replace(self, **unknown)

    @property
    def masked_id(self) -> str:
        return masked_number(self.abha_number) or masked_address(self.abha_address)


@dataclass(frozen=True)
class PatientKeys:
    """Keyed digests by which stations recognise a patient within one service day and facility, and no further."""

    number: str | None
    address: str | None

    def match(self, other: "PatientKeys") -> bool:
        """Same number or same address, unless both have numbers and these differ."""
        if self.number and other.number:
            return self.number == other.number
        return self.address is not None and self.address == other.address

    def completed_by(self, other: "PatientKeys") -> "PatientKeys":
        """With what is unknown here taken from ``other``."""
        return PatientKeys(self.number or other.number, self.address or other.address)


def patient_keys(patient: Patient, service_day: date, facility_key: bytes) -> PatientKeys:
    """The keys of ``patient`` on ``service_day``, under the facility's secret key."""

    def digest(kind: str, identifier: str | None) -> str | None:
        if identifier is None:
            return None
        text = f"{kind}:{service_day.isoformat()}:{identifier}"
        return hmac.new(facility_key, text.encode(), hashlib.sha256).hexdigest()

    return PatientKeys(digest("number", patient.abha_number), digest("address", patient.abha_address))


def _first_letter(word: str) -> str:
    """The first letter with its marks, whole conjuncts included: ``श्री`` of ``श्रीवास्तव``."""
    end = 1
    while end < len(word) and (
        unicodedata.category(word[end]).startswith("M")
        or word[end] in _JOINERS
        or unicodedata.combining(word[:end].rstrip(_JOINERS)[-1:] or " ") == _VIRAMA_CLASS
    ):
        end += 1
    return word[:end]
