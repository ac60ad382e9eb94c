"""Priority by age: only what is certain gives it."""

from dataclasses import replace
from datetime import date

import pytest

from kiosk.model.age import Age, Unit
from kiosk.model.patient import BirthDate
from kiosk.model.priority import priority_of, priority_of_age
from kiosk.model.token import Priority
from tests.model.samples import ASHA

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("birth", "priority"),
    [
        (None, Priority.ROUTINE),
        (BirthDate(1984, 3, 7), Priority.ROUTINE),
        (BirthDate(1966, 11, 23), Priority.ELDERLY),
        (BirthDate(1966, 11, 24), Priority.ROUTINE),
        (BirthDate(1966, 10), Priority.ELDERLY),
        (BirthDate(1966, 11), Priority.ROUTINE),
        (BirthDate(1966), Priority.ROUTINE),
        (BirthDate(1965), Priority.ELDERLY),
        (BirthDate(2025, 11, 23), Priority.ROUTINE),
        (BirthDate(2025, 11, 24), Priority.INFANT),
        (BirthDate(2025, 12), Priority.INFANT),
        (BirthDate(2025, 11), Priority.ROUTINE),
        (BirthDate(2025), Priority.ROUTINE),
        (BirthDate(2026), Priority.INFANT),
        (BirthDate(2026, 11, 23), Priority.INFANT),
        (BirthDate(2026, 11, 24), Priority.ROUTINE),
    ],
)
def test_priority_by_date_of_birth(birth: BirthDate | None, priority: Priority) -> None:
    assert priority_of(replace(ASHA, birth=birth), TODAY) is priority


@pytest.mark.parametrize(
    ("number", "unit", "priority"),
    [
        (59, Unit.YEARS, Priority.ROUTINE),
        (60, Unit.YEARS, Priority.ELDERLY),
        (0, Unit.YEARS, Priority.INFANT),
        (1, Unit.YEARS, Priority.ROUTINE),
        (11, Unit.MONTHS, Priority.INFANT),
        (12, Unit.MONTHS, Priority.ROUTINE),
        (60, Unit.MONTHS, Priority.ROUTINE),
        (364, Unit.DAYS, Priority.INFANT),
        (365, Unit.DAYS, Priority.ROUTINE),
    ],
)
def test_priority_by_age_as_told(number: int, unit: Unit, priority: Priority) -> None:
    assert priority_of_age(Age(number, unit)) is priority
