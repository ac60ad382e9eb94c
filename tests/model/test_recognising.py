"""Who may be the one at the counter, in which order."""

from dataclasses import replace
from datetime import timedelta

from kiosk.model.desk import DeskRow
from kiosk.model.matching import Reason
from kiosk.model.patient import Patient, Sex
from kiosk.model.recognising import MOST, matches
from tests.model.samples import ASHA, MONDAY, NINE, RAVI, minutes, token

TYPED = Patient(name="Asha Devi", mobile="9000000000", sex=Sex.FEMALE)


def row(patient: Patient | None, number: int, days_ago: int = 0) -> DeskRow:
    at = NINE + minutes(number) - timedelta(days=days_ago)
    values = {"token_id": f"t{number}", "number": number, "issued_at": at, "service_day": at.date()}
    return DeskRow(token(**values), patient, synced=True)


def test_the_same_mobile_sex_and_name_are_found_and_the_brother_is_not() -> None:
    (found,) = matches(TYPED, [row(ASHA, 1), row(RAVI, 2), row(None, 3)], MONDAY)
    assert (found.patient, found.row.token.token_id) == (ASHA, "t1")
    assert Reason.MOBILE in found.likeness.reasons


def test_nobody_is_found_for_an_empty_form() -> None:
    assert matches(Patient(), [row(ASHA, 1)], MONDAY) == ()


def test_the_likeliest_come_first_and_the_newest_of_equals() -> None:
    alike = replace(ASHA, abha_number=None, abha_address=None)
    less = replace(alike, sex=Sex.UNKNOWN)
    found = matches(TYPED, [row(less, 1), row(alike, 2), row(alike, 3)], MONDAY)
    assert [match.row.token.number for match in found] == [3, 2]


def test_of_earlier_days_each_person_is_named_once_and_not_all_are_told() -> None:
    rows = [row(ASHA, number, days_ago=number) for number in range(1, 6)]
    assert [match.row.token.number for match in matches(TYPED, rows, MONDAY)] == [1]
    today = [row(ASHA, number) for number in range(1, 9)]
    assert len(matches(TYPED, today, MONDAY)) == MOST
