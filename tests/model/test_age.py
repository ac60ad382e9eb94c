"""Ages as staff type them and as screens tell them: nothing is made up, and what was typed is what is shown."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.age import (
    MOST,
    OLDEST,
    Age,
    AgeError,
    Unit,
    age_of,
    birth_of,
    completed_years,
    read_birth,
    read_birth_date,
    told_age,
)
from kiosk.model.patient import BirthDate

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(2026, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("text", "birth"),
    [
        ("41", BirthDate(1985)),
        (" 41  Y ", BirthDate(1985)),
        ("0", BirthDate(2026)),
        ("125", BirthDate(1901)),
        ("7 m", BirthDate(2026, 4)),
        ("18m", BirthDate(2025, 5)),
        ("0 m", BirthDate(2026, 11)),
        ("12 d", BirthDate(2026, 11, 11)),
        ("30D", BirthDate(2026, 10, 24)),
        ("४१", BirthDate(1985)),
        ("௭ m", BirthDate(2026, 4)),
        ("1984", BirthDate(1984)),
        ("7/3/1984", BirthDate(1984, 3, 7)),
        ("07-03-1984", BirthDate(1984, 3, 7)),
        ("7.3.1984", BirthDate(1984, 3, 7)),
        ("৭/৩/১৯৮৪", BirthDate(1984, 3, 7)),
        ("29/2/2024", BirthDate(2024, 2, 29)),
        ("3/1984", BirthDate(1984, 3)),
        ("1984-03", BirthDate(1984, 3)),
        ("1984-03-07", BirthDate(1984, 3, 7)),
        ("23/11/2026", BirthDate(2026, 11, 23)),
    ],
)
def test_what_is_typed_says_so_much_and_no_more(text: str, birth: BirthDate) -> None:
    assert read_birth(text, TODAY) == birth


def refusal(text: str, unit: Unit = Unit.YEARS) -> tuple[str, int | None]:
    with pytest.raises(AgeError) as caught:
        read_birth(text, TODAY, unit)
    return caught.value.code, caught.value.most


@pytest.mark.parametrize(
    ("text", "code", "most"),
    [
        ("", "AGE_UNREADABLE", None),
        ("old", "AGE_UNREADABLE", None),
        ("-3", "AGE_UNREADABLE", None),
        ("4.5", "AGE_UNREADABLE", None),
        ("41 w", "AGE_UNREADABLE", None),
        ("7/3/84", "AGE_UNREADABLE", None),
        ("9" * 5000, "AGE_UNREADABLE", None),
        ("126", "AGE_TOO_HIGH", 125),
        ("61 m", "AGE_TOO_HIGH", 60),
        ("1984 m", "AGE_TOO_HIGH", 60),
        ("367 d", "AGE_TOO_HIGH", 366),
        ("30/2/1984", "BIRTH_IMPOSSIBLE", None),
        ("29/2/2025", "BIRTH_IMPOSSIBLE", None),
        ("0/3/1984", "BIRTH_IMPOSSIBLE", None),
        ("13/1984", "BIRTH_IMPOSSIBLE", None),
        ("0000", "BIRTH_IMPOSSIBLE", None),
        ("24/11/2026", "BIRTH_IN_FUTURE", None),
        ("12/2026", "BIRTH_IN_FUTURE", None),
        ("2027", "BIRTH_IN_FUTURE", None),
        ("1899", "BIRTH_TOO_EARLY", None),
        ("0125", "BIRTH_TOO_EARLY", None),
    ],
)
def test_what_makes_no_sense_is_told(text: str, code: str, most: int | None) -> None:
    assert refusal(text) == (code, most)


def test_a_number_alone_is_in_the_unit_that_was_chosen() -> None:
    assert read_birth("7", TODAY, Unit.MONTHS) == BirthDate(2026, 4)
    assert read_birth("7 d", TODAY, Unit.MONTHS) == BirthDate(2026, 11, 16)
    assert refusal("61", Unit.MONTHS) == ("AGE_TOO_HIGH", 60)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("60", Age(60, Unit.MONTHS)),
        ("६० Y", Age(60, Unit.YEARS)),
        ("12d", Age(12, Unit.DAYS)),
        ("1966", None),
        ("1966 m", Age(1966, Unit.MONTHS)),
        ("7/3/1984", None),
        ("old", None),
        ("", None),
    ],
)
def test_an_age_is_told_from_a_date(text: str, age: Age | None) -> None:
    assert told_age(text, Unit.MONTHS) == age


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        (BirthDate(2026, 11, 23), Age(0, Unit.DAYS)),
        (BirthDate(2026, 11, 11), Age(12, Unit.DAYS)),
        (BirthDate(2026, 9, 25), Age(59, Unit.DAYS)),
        (BirthDate(2026, 9, 24), Age(1, Unit.MONTHS)),
        (BirthDate(2026, 9, 23), Age(2, Unit.MONTHS)),
        (BirthDate(2026, 4), Age(7, Unit.MONTHS)),
        (BirthDate(2026, 11), Age(0, Unit.MONTHS)),
        (BirthDate(2024, 11, 24), Age(23, Unit.MONTHS)),
        (BirthDate(2024, 11, 23), Age(2, Unit.YEARS)),
        (BirthDate(1984, 11, 24), Age(41, Unit.YEARS)),
        (BirthDate(2026), Age(0, Unit.YEARS)),
        (BirthDate(1985), Age(41, Unit.YEARS)),
        (BirthDate(2026, 12, 1), Age(0, Unit.DAYS)),
        (BirthDate(2026, 2, 30), Age(8, Unit.MONTHS)),
    ],
)
def test_ages_for_screens(birth: BirthDate, age: Age) -> None:
    assert age_of(birth, TODAY) == age


@given(DAYS, st.sampled_from(Unit), st.integers(0, OLDEST))
def test_the_age_that_was_typed_is_the_age_that_is_shown(today: date, unit: Unit, number: int) -> None:
    number = min(number, {Unit.YEARS: OLDEST, Unit.MONTHS: 23, Unit.DAYS: 59}[unit])
    birth = birth_of(Age(number, unit), today)
    assert age_of(birth, today) == Age(number, unit)
    assert ((birth.month is None), (birth.day is None)) == (unit is Unit.YEARS, unit is not Unit.DAYS)


@given(DAYS, st.dates(date(1930, 1, 1), date(2026, 1, 1)))
def test_less_is_known_of_a_year_than_of_a_month_than_of_a_day(today: date, born: date) -> None:
    exact = completed_years(BirthDate(born.year, born.month, born.day), today)
    month = completed_years(BirthDate(born.year, born.month), today)
    year = completed_years(BirthDate(born.year), today)
    assert year.least <= month.least <= exact.least == exact.most <= month.most <= year.most
    assert year.most - year.least <= 1
    assert exact.most == BirthDate(born.year, born.month, born.day).age_on(today)


@given(st.dates(date(1910, 1, 1), TODAY))
def test_dates_are_read_as_they_are_written(born: date) -> None:
    birth = BirthDate(born.year, born.month, born.day)
    for text in (f"{born.day}/{born.month}/{born.year}", f"{born:%d-%m-%Y}", born.isoformat()):
        assert read_birth_date(text, TODAY) == birth


@given(st.text(max_size=20), st.sampled_from(Unit))
def test_wild_text_is_an_age_or_told(text: str, unit: Unit) -> None:
    with suppress(AgeError):
        assert 0 <= read_birth(text, TODAY, unit).age_on(TODAY) <= OLDEST + 1


@given(DAYS, st.sampled_from(Unit))
def test_the_bounds_themselves_are_allowed(today: date, unit: Unit) -> None:
    birth = birth_of(Age(MOST[unit], unit), today)
    assert birth.age_on(today + timedelta(days=366)) >= 1
    with pytest.raises(AgeError):
        birth_of(Age(MOST[unit] + 1, unit), today)
