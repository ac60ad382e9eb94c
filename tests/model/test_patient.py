"""What a screen may show of a patient, how old they are, and how stations recognise them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.patient import BirthDate, Patient, PatientKeys, patient_keys
from tests.model.samples import ASHA, MONDAY

KEY = bytes(32)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Asha Devi", "Asha D."),
        ("  Asha  Rani   Devi ", "Asha D."),
        ("Asha", "Asha"),
        ("", ""),
        ("आशा श्रीवास्तव", "आशा श्री."),
        ("आशा क्षीरसागर", "आशा क्षी."),
        ("आशा क्‍यादव", "आशा क्‍या."),  # a joiner asks for the half form; the letter goes on
        ("हरि कुमार", "हरि कु."),
        ("ਹਰਪ੍ਰੀਤ ਕੌਰ", "ਹਰਪ੍ਰੀਤ ਕੌ."),
        ("ক্ষমা রায়", "ক্ষমা রা."),
        ("ક્ષમા પટેલ", "ક્ષમા પ."),
        ("శ్రీదేవి రెడ్డి", "శ్రీదేవి రె."),
        ("ಶ್ರೀದೇವಿ ಗೌಡ", "ಶ್ರೀದೇವಿ ಗೌ."),
        ("ശ്രീദേവി നായർ", "ശ്രീദേവി നാ."),
        ("Zoë Émile", "Zoë É."),
    ],
)
def test_short_name_is_first_name_and_first_whole_letter(name: str, short: str) -> None:
    assert Patient(name=name).short_name == short


def test_the_masked_id_is_the_number_or_else_the_address() -> None:
    assert ASHA.masked_id == "XX-XXXX-XXXX-0018"
    assert Patient(abha_address="asha.devi@abdm").masked_id == "as•••@abdm"


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        (BirthDate(1984, 11, 23), 42),
        (BirthDate(1984, 11, 24), 41),
        (BirthDate(1984, 12), 41),
        (BirthDate(1984, 11), 42),
        (BirthDate(1984), 42),
        (BirthDate(2026, 11, 22), 0),
        (BirthDate(2027), 0),
    ],
)
def test_age_is_in_completed_years(birth: BirthDate, age: int) -> None:
    assert birth.age_on(MONDAY) == age


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (PatientKeys("n", None), PatientKeys("n", None), True),
        (PatientKeys("n", "a"), PatientKeys("n", "b"), True),
        (PatientKeys("n", "a"), PatientKeys(None, "a"), True),
        (PatientKeys(None, "a"), PatientKeys(None, "a"), True),
        (PatientKeys("n", "a"), PatientKeys("m", "a"), False),
        (PatientKeys("n", None), PatientKeys(None, "a"), False),
        (PatientKeys(None, None), PatientKeys(None, None), False),
    ],
)
def test_who_is_the_same_patient(one: PatientKeys, other: PatientKeys, same: bool) -> None:
    assert one.match(other) is other.match(one) is same


def test_keys_tell_nothing_and_hold_for_one_day_and_facility() -> None:
    keys = patient_keys(ASHA, MONDAY, KEY)
    assert keys == patient_keys(ASHA, MONDAY, KEY)
    assert keys.number is not None
    assert keys.number not in (keys.address, patient_keys(ASHA, date(2026, 11, 24), KEY).number)
    assert keys.number != patient_keys(ASHA, MONDAY, bytes(31) + b"1").number
    assert "0018" not in keys.number or len(keys.number) == 64


@given(st.from_regex(r"[a-z][a-z0-9._]{2,16}[a-z0-9]", fullmatch=True))
def test_the_same_name_in_the_sandbox_and_in_production_is_two_people(name: str) -> None:
    worlds = [patient_keys(Patient(abha_address=f"{name}@{world}"), MONDAY, KEY) for world in ("sbx", "abdm")]
    assert all(keys.address is not None for keys in worlds), "either is a patient's"
    assert not worlds[0].match(worlds[1])


def test_a_number_is_never_taken_for_the_same_text_as_an_address() -> None:
    number = patient_keys(Patient(abha_number="91000000000018"), MONDAY, KEY)
    address = patient_keys(Patient(abha_address="91000000000018"), MONDAY, KEY)
    assert number.number != address.address
    assert number.address is address.number is None
