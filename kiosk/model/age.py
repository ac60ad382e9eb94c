"""How old somebody is: what staff type becomes a date of birth as far as it is known, and that an age for screens.

Who says "41 years" has told a year, "7 months" a month, "12 days" a day; no more than that is ever made of it. Where
a month or day is missing, ages count from its first, as ``BirthDate.age_on`` does.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from kiosk.model.patient import BirthDate

OLDEST = 125
"""Years; nobody is known to have been older."""
DAYS_SHOWN = 60
"""Ages below this many days are told in days, where the day of birth is known."""
MONTHS_SHOWN = 24
"""Ages below this many months are told in months, where the month of birth is known."""
YEAR_DIGITS = 4
_TYPED = re.compile(r"([0-9]{1,4}) ?([ymd]?)", re.ASCII)
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-./ ]([0-9]{1,2})[-./ ]([0-9]{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?", re.ASCII)
_MONTH_FIRST = re.compile(r"([0-9]{1,2})[-./ ]([0-9]{4})", re.ASCII)


class Unit(StrEnum):
    YEARS = "y"
    MONTHS = "m"
    DAYS = "d"


MOST = {Unit.YEARS: OLDEST, Unit.MONTHS: 60, Unit.DAYS: 366}
"""What can be typed in each unit; above it, the next larger one is meant."""


class AgeError(ValueError):
    """What was typed is no age and no date of birth.

    Attributes:
        code: AGE_UNREADABLE, AGE_TOO_HIGH (``most`` says how much is allowed), BIRTH_IMPOSSIBLE, BIRTH_IN_FUTURE or
            BIRTH_TOO_EARLY.
    """

    def __init__(self, code: str, most: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.most = most


@dataclass(frozen=True)
class Age:
    """``41 y``, ``7 m``, ``12 d``: a number, and a unit that each language writes in its own way."""

    number: int
    unit: Unit


class Years(NamedTuple):
    """Completed years as far as they are known; negative before birth."""

    least: int
    most: int


def read_birth(untrusted_text: str, today: date, unit: Unit = Unit.YEARS) -> BirthDate:
    """An age or a date of birth as typed, with digits of any script: ``41``, ``7 m``, ``12d``, ``7/3/1984``, ``1984``.

    ``unit`` is that of a number alone, but for one of four digits, which is a year.

    Raises:
        AgeError
    """
    age = told_age(untrusted_text, unit)
    return read_birth_date(untrusted_text, today) if age is None else birth_of(age, today)


def told_age(untrusted_text: str, unit: Unit = Unit.YEARS) -> Age | None:
    """The age as it was told, or None where a date or a year of birth was typed, or nothing that is either."""
    match = _TYPED.fullmatch(_plain(untrusted_text))
    if match is None or (len(match[1]) == YEAR_DIGITS and not match[2]):
        return None
    return Age(int(match[1]), Unit(match[2]) if match[2] else unit)


def read_birth_date(untrusted_text: str, today: date) -> BirthDate:
    """A date of birth as typed: day first as in India, or a month and year, a year alone, or ``1984-03-07``.

    Raises:
        AgeError: one that does not exist, or lies after ``today`` or more than 125 years before.
    """
    birth = _written(_plain(untrusted_text))
    if (birth.year, birth.month or 1, birth.day or 1) > (today.year, today.month, today.day):
        raise AgeError("BIRTH_IN_FUTURE")
    if completed_years(birth, today).least > OLDEST:
        raise AgeError("BIRTH_TOO_EARLY")
    return birth


def birth_of(age: Age, today: date) -> BirthDate:
    """When somebody of this age was born: the year alone for years, year and month for months, the day for days.

    Raises:
        AgeError: AGE_TOO_HIGH
    """
    if not 0 <= age.number <= MOST[age.unit]:
        raise AgeError("AGE_TOO_HIGH", MOST[age.unit])
    match age.unit:
        case Unit.YEARS:
            return BirthDate(today.year - age.number)
        case Unit.MONTHS:
            year, month = divmod(today.year * 12 + today.month - 1 - age.number, 12)
            return BirthDate(year, month + 1)
        case Unit.DAYS:
            born = today - timedelta(days=age.number)
            return BirthDate(born.year, born.month, born.day)


def age_of(birth: BirthDate, today: date) -> Age:
    """The age as people tell it: days of the newborn, months of small children, then years; never below 0."""
    if birth.month is None:
        return Age(birth.age_on(today), Unit.YEARS)
    born = _day(birth)
    if born is not None and (today - born).days < DAYS_SHOWN:
        return Age(max(0, (today - born).days), Unit.DAYS)
    months = (today.year - birth.year) * 12 + today.month - birth.month - ((birth.day or 1) > today.day)
    if months < MONTHS_SHOWN:
        return Age(max(0, months), Unit.MONTHS)
    return Age(birth.age_on(today), Unit.YEARS)


def completed_years(birth: BirthDate, today: date) -> Years:
    """From the latest to the earliest day on which somebody may have been born."""
    years, now = today.year - birth.year, (today.month, today.day)
    least = years - ((birth.month or 12, birth.day or 31) > now)
    return Years(least, years - ((birth.month or 1, birth.day or 1) > now))


def _day(birth: BirthDate) -> date | None:
    """The day of birth where it is known, and exists: other stations' cards may say 30 February."""
    try:
        return date(birth.year, birth.month, birth.day) if birth.month and birth.day else None
    except ValueError:
        return None


def _written(text: str) -> BirthDate:
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
        return _existing(year, month, day)
    if match := _YEAR_FIRST.fullmatch(text):
        return _existing(*(int(part) if part else None for part in match.groups()))
    if match := _MONTH_FIRST.fullmatch(text):
        return _existing(int(match[2]), int(match[1]))
    raise AgeError("AGE_UNREADABLE")


def _existing(year: int | None, month: int | None = None, day: int | None = None) -> BirthDate:
    """Whoever types can correct: unlike on a card, no part of an impossible date is kept."""
    try:
        born = date(year or 0, 1 if month is None else month, 1 if day is None else day)
    except ValueError as error:
        raise AgeError("BIRTH_IMPOSSIBLE") from error
    return BirthDate(born.year, month, day)


def _plain(untrusted_text: str) -> str:
    """Digits of every script as 0 to 9, small letters, single blanks."""
    digits = "".join(str(unicodedata.decimal(letter, letter)) for letter in untrusted_text[:40])
    return " ".join(digits.casefold().split())
