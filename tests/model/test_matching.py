"""Who is likely the same: the same mobile and sex, ages within two years, a close name; staff decide."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.matching import UNLIKE, Likeness, Reason, likely_same, mobile_digits
from kiosk.model.patient import BirthDate, Patient, Sex
from tests.model.samples import ASHA, NUMBER, OTHER_NUMBER

TODAY = date(2026, 11, 23)
WALK_IN = replace(ASHA, abha_number=None, abha_address=None)
ALL = (Reason.MOBILE, Reason.SEX, Reason.AGE, Reason.NAME)


def test_all_four_agree() -> None:
    assert likely_same(WALK_IN, ASHA, TODAY) == Likeness(1.0, ALL)


@pytest.mark.parametrize(
    ("changes", "is_likely"),
    [
        ({"mobile": "9000000001"}, False),
        ({"mobile": None}, False),
        ({"mobile": "900"}, False),
        ({"mobile": "+91 90000-00000"}, True),
        ({"sex": Sex.MALE}, False),
        ({"sex": Sex.TRANSGENDER}, False),
        ({"sex": Sex.UNKNOWN}, True),
        ({"sex": Sex.UNDISCLOSED}, True),
        ({"birth": None}, True),
        ({"birth": BirthDate(1986, 11, 23)}, True),
        ({"birth": BirthDate(1986, 11)}, True),
        ({"birth": BirthDate(1986, 11, 24)}, False),
        ({"birth": BirthDate(1981, 12, 24)}, True),
        ({"birth": BirthDate(1980, 12, 24)}, False),
        ({"birth": BirthDate(1986)}, True),
        ({"birth": BirthDate(1987)}, False),
        ({"name": "श्रीमती आशा"}, True),
        ({"name": "Usha Devi"}, False),
        ({"name": ""}, False),
    ],
)
def test_each_of_the_four_can_speak_against(changes: dict[str, object], is_likely: bool) -> None:
    other = replace(WALK_IN, **changes)  # type: ignore[arg-type]
    assert likely_same(ASHA, other, TODAY).is_likely is is_likely


def test_what_is_not_known_is_no_reason_and_lowers_the_score() -> None:
    little = Patient(name="Asha Devi", mobile=ASHA.mobile)
    assert likely_same(little, ASHA, TODAY) == Likeness(0.5, (Reason.MOBILE, Reason.NAME))
    aged = replace(little, birth=BirthDate(1985))
    assert likely_same(aged, ASHA, TODAY) == Likeness(0.75, (Reason.MOBILE, Reason.AGE, Reason.NAME))


def test_an_abha_settles_it() -> None:
    assert likely_same(Patient(NUMBER), ASHA, TODAY) == Likeness(1.0, (Reason.ABHA,))
    assert likely_same(Patient(None, "asha.devi@abdm"), ASHA, TODAY) == Likeness(1.0, (Reason.ABHA,))
    assert likely_same(replace(ASHA, abha_number=OTHER_NUMBER), ASHA, TODAY) == UNLIKE


@pytest.mark.parametrize("text", ["9000000018", "+91 90000 00018", "09000000018", "0091-9000000018"])
def test_mobile_numbers_are_compared_by_their_last_ten_digits(text: str) -> None:
    assert mobile_digits(text) == "9000000018"


PEOPLE = st.builds(
    Patient,
    abha_number=st.sampled_from([None, NUMBER, OTHER_NUMBER]),
    name=st.sampled_from(["Asha Devi", "आशा", "Ram Kumar", "Kumar Ramesh", ""]),
    sex=st.sampled_from(Sex),
    birth=st.none() | st.builds(BirthDate, st.integers(1980, 1985), st.none() | st.just(3)),
    mobile=st.sampled_from([None, "9000000000", "9000000001"]),
)


@given(PEOPLE, PEOPLE)
def test_it_is_the_same_both_ways(one: Patient, other: Patient) -> None:
    found = likely_same(one, other, TODAY)
    assert found == likely_same(other, one, TODAY)
    assert found.is_likely is bool(found.reasons)
    assert 0 <= found.score <= 1
