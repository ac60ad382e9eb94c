"""What staff type of a patient, and what is understood."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.age import Unit
from kiosk.model.patient import BirthDate, Patient, Sex
from kiosk.model.token import Priority
from kiosk.model.walk_in import Draft, Field, draft_of, understood

TODAY = date(2026, 11, 23)


def test_nothing_need_be_known() -> None:
    told = understood(Draft(), TODAY)
    assert (told.patient, told.faults, told.priority, told.doubts) == (Patient(), {}, Priority.ROUTINE, False)


def test_all_that_can_be_said_is_understood() -> None:
    draft = Draft("  Asha   Devi ", "41", Unit.YEARS, Sex.FEMALE, "+91 9000000000", "91-0000-0000-0018")
    patient = understood(draft, TODAY).patient
    assert patient == Patient("91000000000018", None, "Asha Devi", Sex.FEMALE, BirthDate(1985), "9000000000")


@pytest.mark.parametrize(
    ("draft", "field", "code"),
    [
        (Draft(name="<b>Asha</b>"), Field.NAME, "NAME_UNUSABLE"),
        (Draft(name="=1+1"), Field.NAME, "NAME_UNUSABLE"),
        (Draft(name="Asha\u202e"), Field.NAME, "NAME_UNUSABLE"),
        (Draft(age="old"), Field.AGE, "AGE_UNREADABLE"),
        (Draft(age="200"), Field.AGE, "AGE_TOO_HIGH"),
        (Draft(age="31/2/2020"), Field.AGE, "BIRTH_IMPOSSIBLE"),
        (Draft(age="24/11/2026"), Field.AGE, "BIRTH_IN_FUTURE"),
        (Draft(mobile="12345"), Field.MOBILE, "MOBILE_WRONG"),
        (Draft(abha_number="12345"), Field.ABHA, "ABHA_WRONG"),
    ],
)
def test_what_makes_no_sense_is_named_and_left_out(draft: Draft, field: Field, code: str) -> None:
    told = understood(draft, TODAY)
    assert told.faults == {field: code}
    assert told.patient == Patient()


def test_one_fault_keeps_the_rest() -> None:
    told = understood(Draft(name="Asha", mobile="1"), TODAY)
    assert (told.patient.name, set(told.faults)) == ("Asha", {Field.MOBILE})


def test_a_doubtful_abha_number_is_taken_all_the_same() -> None:
    told = understood(Draft(abha_number="91000000000017"), TODAY)
    assert (told.patient.abha_number, told.doubts, told.faults) == ("91000000000017", True, {})


@pytest.mark.parametrize(
    ("age", "unit", "priority"),
    [
        ("60", Unit.YEARS, Priority.ELDERLY),
        ("59", Unit.YEARS, Priority.ROUTINE),
        ("7", Unit.MONTHS, Priority.INFANT),
        ("12", Unit.DAYS, Priority.INFANT),
        ("12", Unit.MONTHS, Priority.ROUTINE),
        ("1/1/1950", Unit.YEARS, Priority.ELDERLY),
        ("", Unit.YEARS, Priority.ROUTINE),
    ],
)
def test_the_class_follows_from_the_age(age: str, unit: Unit, priority: Priority) -> None:
    assert understood(Draft(age=age, unit=unit), TODAY).priority is priority


def test_of_somebody_known_the_rest_is_taken() -> None:
    known = Patient(None, "asha@abdm", "Asha Devi", Sex.FEMALE, BirthDate(1984, 3, 7), "9000000000", "House 12")
    patient = understood(draft_of(known, TODAY), TODAY).patient
    assert patient == known


def test_what_staff_type_stands_above_what_was_known() -> None:
    known = Patient(name="Asha Devi", mobile="9000000000")
    assert understood(Draft(name="Asha Verma", known=known), TODAY).patient == Patient(
        name="Asha Verma", mobile="9000000000"
    )


@pytest.mark.parametrize("birth", [BirthDate(1984), BirthDate(1984, 3), BirthDate(1984, 3, 7), BirthDate(2026, 11, 1)])
def test_a_birth_is_written_as_it_can_be_typed(birth: BirthDate) -> None:
    assert understood(draft_of(Patient(birth=birth), TODAY), TODAY).patient.birth == birth


@given(st.text(), st.text(), st.sampled_from(Unit), st.text(), st.text())
def test_nothing_that_is_typed_raises(name: str, age: str, unit: Unit, mobile: str, number: str) -> None:
    told = understood(Draft(name, age, unit, Sex.UNKNOWN, mobile, number), TODAY)
    assert "<" not in told.patient.name
