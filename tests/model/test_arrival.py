"""The proof that somebody holds a phone token, and how often it may be tried."""

from datetime import date

import pytest

from kiosk.model.arrival import MAX_WRONG, WITHIN, WrongTries, arrival_key, last_digits_of
from tests.model.samples import MONDAY

KEY = bytes(range(32))
KNOWN = "66e49a92977e5e962d89354283d283e9141d6e47dff4558865fd983d0e4c43e6"
"""HMAC-SHA256 of "arrival:2026-11-23:MS-017:4321"."""


def test_a_key_is_one_days_one_tokens_and_one_facilitys() -> None:
    key = arrival_key(KEY, MONDAY, "MS-017", "4321")
    assert len(key) == 64
    others = [
        arrival_key(KEY, date(2026, 11, 24), "MS-017", "4321"),
        arrival_key(KEY, MONDAY, "MS-018", "4321"),
        arrival_key(KEY, MONDAY, "MS-017", "4322"),
        arrival_key(bytes(32), MONDAY, "MS-017", "4321"),
    ]
    assert len({key, *others}) == 5
    assert arrival_key(KEY, MONDAY, "MS-017", "4321") == key


def test_the_key_is_what_other_programs_compute() -> None:
    assert arrival_key(KEY, MONDAY, "MS-017", "4321") == KNOWN


@pytest.mark.parametrize(
    ("mobile", "digits"),
    [
        ("9000004321", "4321"),
        ("+91 90000-04321", "4321"),
        ("4321", "4321"),
        ("321", None),
        ("", None),
        (None, None),
        ("९०००००४३२१", None),
    ],
)
def test_what_is_to_be_typed(mobile: str | None, digits: str | None) -> None:
    assert last_digits_of(mobile) == digits


def test_five_wrong_tries_in_ten_minutes_and_then_a_pause() -> None:
    tries = WrongTries()
    for second in range(MAX_WRONG):
        assert tries.pause_s(second) == 0
        tries.note(second)
    assert tries.pause_s(4) == WITHIN.total_seconds() - 4
    assert tries.pause_s(599.5) == 0.5
    assert tries.pause_s(600) == 0


def test_a_pause_ends_with_one_more_try_not_five() -> None:
    tries = WrongTries()
    for second in (0, 100, 200, 300, 400):
        tries.note(second)
    assert tries.pause_s(600) == 0
    tries.note(601)
    assert tries.pause_s(601) == 99
    assert tries.pause_s(700) == 0


def test_tries_of_long_ago_do_not_count() -> None:
    tries = WrongTries()
    for hour in range(12):
        assert tries.pause_s(hour * 3600.0) == 0
        tries.note(hour * 3600.0)
