"""Who has priority by age, from what is known for certain; what cannot be read off a card, staff say."""

from datetime import date

from kiosk.model.age import Age, Unit, completed_years
from kiosk.model.patient import Patient
from kiosk.model.token import Priority

ELDERLY_YEARS = 60
"""A senior citizen, as in the Maintenance and Welfare of Parents and Senior Citizens Act, 2007, section 2(h)."""
_FIRST_BIRTHDAY = {Unit.YEARS: 1, Unit.MONTHS: 12, Unit.DAYS: 365}


def priority_of(patient: Patient, today: date) -> Priority:
    """The class of ``patient``: only what is certain counts, so a year of birth alone must be over 60 years back."""
    if patient.birth is None:
        return Priority.ROUTINE
    least, most = completed_years(patient.birth, today)
    if least >= ELDERLY_YEARS:
        return Priority.ELDERLY
    # Below 0 is a date of birth after today: no infant's, but a mistake.
    return Priority.INFANT if most == 0 else Priority.ROUTINE


def priority_of_age(age: Age) -> Priority:
    """The class of somebody whose age was told: "60 years" is 60, though the year of birth alone may say 59."""
    if age.unit is Unit.YEARS and age.number >= ELDERLY_YEARS:
        return Priority.ELDERLY
    return Priority.INFANT if age.number < _FIRST_BIRTHDAY[age.unit] else Priority.ROUTINE
