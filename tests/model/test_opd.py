"""Service days turn at the facility's own time; departments are open when they say so."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from kiosk.model.desk import OpeningChange
from kiosk.model.opd import (
    ALL_DAY,
    Department,
    Opening,
    department_with_openings,
    is_prefix,
    is_station_series,
    text_in,
    with_openings,
)
from kiosk.model.queue import ALL_PRIORITIES
from kiosk.model.token import Priority
from tests.model.samples import EYE, HOSPITAL, MEDICINE, MONDAY, MORNINGS, SURGERY

INDIA = ZoneInfo("Asia/Kolkata")
NIGHT_OPD = replace(HOSPITAL, day_starts=time(5))


def india(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=INDIA)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 22, 18, 29, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 18, 30, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 18, 29, tzinfo=UTC), date(2026, 11, 23)),
    ],
)
def test_service_day_turns_at_local_midnight_not_utc(at: datetime, day: date) -> None:
    assert HOSPITAL.service_day(at) == day


@pytest.mark.parametrize(
    ("at", "day"), [(india(23, 4, 59), 22), (india(23, 5), 23), (india(23, 23, 59), 23), (india(24, 0), 23)]
)
def test_a_night_opd_keeps_its_day_until_it_starts_a_new_one(at: datetime, day: int) -> None:
    assert NIGHT_OPD.service_day(at) == date(2026, 11, day)


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        (india(23, 8), True),
        (india(23, 7, 59), False),
        (india(23, 13, 59), True),
        (india(23, 14), False),
        (india(28, 8), True),
        (india(22, 10), False),
    ],
)
def test_a_department_is_open_on_its_days_within_its_hours(local: datetime, is_open: bool) -> None:
    assert SURGERY.is_open(local) is is_open


def test_an_end_at_midnight_is_the_end_of_the_day() -> None:
    evening = replace(SURGERY, openings=(Opening(time(20), time(0)),))
    assert evening.is_open(india(23, 23, 59))
    assert not evening.is_open(india(24, 0))
    assert replace(SURGERY, openings=ALL_DAY).is_open(india(22, 3))


@pytest.mark.parametrize(
    ("local", "opening"),
    [
        (india(23, 7), india(23, 8)),
        (india(23, 8), india(24, 8)),
        (india(23, 15), india(24, 8)),
        (india(28, 15), india(30, 8)),
        (india(22, 3), india(23, 8)),
    ],
)
def test_next_opening_goes_over_closed_days(local: datetime, opening: datetime) -> None:
    assert SURGERY.next_opening(local) == opening


def test_next_opening_is_the_earliest_of_several() -> None:
    twice = replace(SURGERY, openings=(Opening(time(16), time(18)), *MORNINGS))
    assert twice.next_opening(india(23, 9)) == india(23, 16)
    assert twice.next_opening(india(23, 16)) == india(24, 8)


def test_a_department_that_never_opens_has_no_next_opening() -> None:
    assert replace(SURGERY, openings=()).next_opening(india(23, 9)) is None
    assert not replace(SURGERY, openings=()).is_open(india(23, 9))


def said(code: str, is_open: bool | None, at: int = 9, room: str = "") -> OpeningChange:
    return OpeningChange(code, room, is_open, india(23, at))


def test_what_a_supervisor_says_overrides_hours_and_holidays() -> None:
    today = with_openings(HOSPITAL, [said("MED", False), said("SUR", True)])
    assert today.open_departments(india(22, 10)) == (today.departments[1], today.departments[2])
    holiday = replace(SURGERY, holidays=frozenset({MONDAY}))
    (surgery,) = with_openings(replace(HOSPITAL, departments=(holiday,)), [said("SUR", True)]).departments
    assert surgery.is_open(india(23, 20))
    assert not surgery.is_planned(india(23, 20))


def test_the_last_word_counts_and_none_is_as_planned() -> None:
    words = [said("SUR", None, 12), said("SUR", True, 9), said("SUR", False, 10)]
    assert with_openings(HOSPITAL, words) == HOSPITAL
    assert with_openings(with_openings(HOSPITAL, words[1:]), words) == HOSPITAL
    closed = with_openings(HOSPITAL, words[1:]).department("SUR")
    assert closed is not None
    assert not closed.is_open(india(23, 9))


def test_who_is_closed_for_today_opens_again_on_another_day() -> None:
    twice = replace(SURGERY, openings=(*MORNINGS, Opening(time(16), time(18))), said_open=False)
    assert twice.next_opening(india(23, 9)) == india(24, 8)


def test_rooms_are_closed_one_by_one() -> None:
    eye = replace(EYE, rooms=("15", "16"))
    hospital = replace(HOSPITAL, departments=(MEDICINE, eye))
    words = [said("EYE", False, room="15"), said("MED", None, room="12"), said("MED", False, room="99")]
    medicine, eye = with_openings(hospital, words).departments
    assert (eye.open_rooms, eye.rooms, eye.is_open(india(23, 9))) == (("16",), ("15", "16"), True)
    assert medicine.open_rooms == ("12",)
    alone = [department_with_openings(each, words) for each in hospital.departments]
    assert alone == [medicine, eye]


def test_patients_are_called_to_the_room_alone_where_no_rooms_are_named() -> None:
    assert (MEDICINE.rooms, EYE.rooms) == (("12",), ())
    assert replace(MEDICINE, rooms=("12", "14")).rooms == ("12", "14")
    assert Department("X", "X", {}, room="Ground floor, behind the pharmacy").rooms == ("Ground floor, behind",)


def test_a_facility_says_who_has_priority_where() -> None:
    eye = replace(EYE, priority=frozenset({Priority.INFANT}))
    classes = replace(HOSPITAL, departments=(MEDICINE, eye)).classes
    assert classes == {"MED": ALL_PRIORITIES, "EYE": {Priority.INFANT}}


def test_holidays_are_closed_whatever_the_hours() -> None:
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    surgery = replace(SURGERY, holidays=frozenset({monday, tuesday}))
    assert not surgery.is_open(india(23, 9))
    assert not surgery.is_open(india(24, 9))
    assert surgery.is_open(india(25, 9))
    assert surgery.next_opening(india(23, 7)) == india(25, 8)
    always = replace(SURGERY, openings=ALL_DAY, holidays=frozenset({monday}))
    assert always.next_opening(india(23, 9)) == india(24, 0)
    assert not replace(HOSPITAL, departments=(always, surgery)).open_departments(india(23, 9))


def test_open_departments_are_told_in_local_time() -> None:
    assert HOSPITAL.open_departments(india(23, 9).astimezone(UTC)) == (MEDICINE, EYE, SURGERY)
    assert HOSPITAL.open_departments(india(23, 15).astimezone(UTC)) == (MEDICINE, EYE)


def test_departments_are_found_by_code_and_named_in_a_language_or_english() -> None:
    assert HOSPITAL.department("EYE") is EYE
    assert HOSPITAL.department("eye") is None
    assert (EYE.name("hi"), EYE.name("gu")) == ("नेत्र रोग", "Eye")
    assert (HOSPITAL.name("hi"), HOSPITAL.name("ta")) == ("ज़िला अस्पताल", "District Hospital")
    assert text_in({}, "hi") == ""


@pytest.mark.parametrize(
    ("text", "prefix", "series"),
    [
        ("M", True, True),
        ("AB", True, True),
        ("SA", True, True),
        ("S", True, False),
        ("", False, True),
        ("I", False, False),
        ("AO", False, False),
        ("ABC", False, False),
        ("m", False, False),
        ("M\n", False, False),
    ],
)
def test_letters_that_read_as_digits_are_no_prefix_and_no_series(text: str, prefix: bool, series: bool) -> None:
    assert is_prefix(text) is prefix
    assert is_station_series(text) is series
