"""What staff type of a patient without a card: nothing need be known, but what is said must make sense."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from kiosk.model import abha
from kiosk.model.age import Age, AgeError, Unit, age_of, read_birth
from kiosk.model.patient import BirthDate, Patient, Sex
from kiosk.model.priority import priority_of, priority_of_age
from kiosk.model.qr import QrError, parse_mobile, typed_name
from kiosk.model.token import Priority

_T = TypeVar("_T")


class Field(StrEnum):
    NAME = "name"
    AGE = "age"
    MOBILE = "mobile"
    ABHA = "abha"


@dataclass(frozen=True)
class Draft:
    """The form as it stands, every text as typed.

    Attributes:
        unit: of an age that is a number alone.
        known: somebody whom staff have recognised, from whom the rest is taken.
    """

    name: str = field(default="", repr=False)
    age: str = field(default="", repr=False)
    unit: Unit = Unit.YEARS
    sex: Sex = Sex.UNKNOWN
    mobile: str = field(default="", repr=False)
    abha_number: str = field(default="", repr=False)
    known: Patient | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Understood:
    """What a draft says.

    Attributes:
        patient: with what could be understood.
        faults: a code for each field that could not.
        doubts: the ABHA number's last digit does not fit the others; it may be right all the same.
        priority: the class by age.
    """

    patient: Patient
    faults: dict[Field, str]
    doubts: bool
    priority: Priority


def understood(draft: Draft, today: date) -> Understood:
    faults: dict[Field, str] = {}

    def read(place: Field, parse: Callable[[str], _T], text: str) -> _T | None:
        if not text.strip():
            return None
        try:
            return parse(text)
        except AgeError as error:
            faults[place] = error.code
        except QrError:
            faults[place] = "NAME_UNUSABLE"
        except ValueError as error:
            faults[place] = str(error)
        return None

    number = read(Field.ABHA, _abha_number, draft.abha_number)
    patient = Patient(
        abha_number=number,
        name=read(Field.NAME, typed_name, draft.name) or "",
        sex=draft.sex,
        birth=read(Field.AGE, lambda text: read_birth(text, today, draft.unit), draft.age),
        mobile=read(Field.MOBILE, _mobile, draft.mobile),
    )
    if draft.known is not None:
        patient = patient.completed_by(draft.known)
    doubts = number is not None and abha.looks_mistyped(number)
    return Understood(patient, faults, doubts, _priority(draft, patient, today))


def draft_of(patient: Patient, today: date) -> Draft:
    """The form filled with what is known of somebody."""
    age, unit = told_birth(patient.birth, today)
    number = patient.abha_number or ""
    return Draft(patient.name, age, unit, patient.sex, patient.mobile or "", number, patient)


def told_birth(birth: BirthDate | None, today: date) -> tuple[str, Unit]:
    """A date of birth as it would be typed: whole where it is known, else the year."""
    if birth is None:
        return "", Unit.YEARS
    parts = (birth.day, birth.month, birth.year) if birth.day and birth.month else (birth.month, birth.year)
    text = "/".join(str(part) for part in parts if part)
    return text, age_of(birth, today).unit


def _priority(draft: Draft, patient: Patient, today: date) -> Priority:
    """By the age that was told, where one was: "60" is 60, though the year of birth alone may say 59."""
    if draft.age.strip().isdecimal() and len(draft.age.strip()) < 4 and patient.birth is not None:
        return priority_of_age(Age(int(draft.age), draft.unit))
    return priority_of(patient, today)


def _mobile(text: str) -> str:
    mobile = parse_mobile(" ".join(text.split()))
    if mobile is None:
        raise ValueError("MOBILE_WRONG")
    return mobile


def _abha_number(text: str) -> str:
    number = abha.parse_number(text.strip())
    if number is None:
        raise ValueError("ABHA_WRONG")
    return number
