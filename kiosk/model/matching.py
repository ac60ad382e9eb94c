"""Who is likely the same person as somebody known already. Staff decide; nothing is joined by itself.

After the National Health Authority's guidance for new and returning patients: the same mobile number, the same sex,
ages within two years, and a close name. A difference in one of them speaks against; what is not known speaks neither
way, as a walk-in need tell nothing but the department. The mobile number must be known: names alone are too common.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kiosk.model.age import completed_years
from kiosk.model.names import name_similarity
from kiosk.model.patient import Patient, Sex

YEARS_APART = 2
CLOSE = 0.84
"""Names at least this much alike are close: Murugan and முருகன், Mohd and Muhammad, but not Ramesh and Rajesh."""
MOBILE_DIGITS = 10
_UNTOLD = (Sex.UNKNOWN, Sex.UNDISCLOSED)


class Reason(StrEnum):
    """What is the same, for staff to see."""

    ABHA = "abha"
    MOBILE = "mobile"
    SEX = "sex"
    AGE = "age"
    NAME = "name"


@dataclass(frozen=True)
class Likeness:
    """How likely two are one person: ``score`` 0, not at all, to 1, with what they have in common."""

    score: float = 0.0
    reasons: tuple[Reason, ...] = ()

    @property
    def is_likely(self) -> bool:
        return self.score > 0


UNLIKE = Likeness()


def likely_same(one: Patient, other: Patient, today: date) -> Likeness:
    """How likely ``one`` and ``other`` are the same person. An ABHA number or address alone settles it."""
    if one.abha_number and other.abha_number:
        return Likeness(1.0, (Reason.ABHA,)) if one.abha_number == other.abha_number else UNLIKE
    if one.abha_address and one.abha_address == other.abha_address:
        return Likeness(1.0, (Reason.ABHA,))
    return _by_details(one, other, today)


def _by_details(one: Patient, other: Patient, today: date) -> Likeness:
    mobile, sex, age = _is_same_mobile(one, other), _is_same_sex(one, other), _is_same_age(one, other, today)
    if not mobile or sex is False or age is False:
        return UNLIKE
    name = name_similarity(one.name, other.name)
    if name < CLOSE:
        return UNLIKE
    told = {Reason.MOBILE: True, Reason.SEX: sex, Reason.AGE: age, Reason.NAME: True}
    doubts = sum(0.25 for same in (sex, age) if same is None)
    return Likeness(round(name * (1 - doubts), 3), tuple(reason for reason, same in told.items() if same))


def _is_same_mobile(one: Patient, other: Patient) -> bool:
    number = mobile_digits(one.mobile)
    return len(number) == MOBILE_DIGITS and number == mobile_digits(other.mobile)


def mobile_digits(mobile: str | None) -> str:
    """The last ten digits: what is left of +91 90000 00000 and of 090000-00000."""
    return "".join(letter for letter in mobile or "" if letter in "0123456789")[-MOBILE_DIGITS:]


def _is_same_sex(one: Patient, other: Patient) -> bool | None:
    return None if one.sex in _UNTOLD or other.sex in _UNTOLD else one.sex is other.sex


def _is_same_age(one: Patient, other: Patient, today: date) -> bool | None:
    """Whether they may be within two years of each other, or None where an age is not known."""
    if one.birth is None or other.birth is None:
        return None
    younger, older = sorted(completed_years(each.birth, today) for each in (one, other) if each.birth)
    return older.least - younger.most <= YEARS_APART
