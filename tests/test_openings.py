"""What a supervisor says at the desk, and who gets a token after it: one store, and two that a server joins."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.checkin import Registration
from kiosk.errors import DepartmentClosedError, DepartmentUnknownError
from tests.desk_counter import BOSS, Counter, counter
from tests.model.samples import minutes, person


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path / "desk") as desk:
        yield desk


def kiosk(desk: Counter) -> Registration:
    return Registration(desk.store, desk.facility, desk.clock, wants_slips=False)


def test_a_closed_department_gives_no_token_until_it_is_as_planned_again(desk: Counter) -> None:
    desk.work.change_opening(BOSS, "MED", "", False, "Doctor is absent")
    with pytest.raises(DepartmentClosedError, match="24-11-2026 00:00"):
        kiosk(desk).check_in(person(1), "MED", "en")
    assert kiosk(desk).check_in(person(1), "EYE", "en").token.label == "EA-001"
    desk.clock.move(minutes(5))
    desk.work.change_opening(BOSS, "MED", "", None)
    assert kiosk(desk).check_in(person(1), "MED", "en").token.label == "MA-001"


def test_a_department_opened_out_of_its_hours_gives_tokens(desk: Counter) -> None:
    desk.clock.move(minutes(8 * 60))
    with pytest.raises(DepartmentClosedError):
        kiosk(desk).check_in(person(1), "SUR", "en")
    desk.work.change_opening(BOSS, "SUR", "", True, "Other reason")
    assert kiosk(desk).check_in(person(1), "SUR", "en").token.label == "SA-001"


def test_who_holds_a_token_may_still_see_it_after_the_department_was_closed(desk: Counter) -> None:
    token = kiosk(desk).check_in(person(1), "MED", "en").token
    desk.work.change_opening(BOSS, "MED", "", False, "Too many patients")
    again = kiosk(desk).check_in(person(1), "MED", "en")
    assert (again.token.token_id, again.already) == (token.token_id, True)


def test_yesterdays_word_is_forgotten(desk: Counter) -> None:
    desk.work.change_opening(BOSS, "MED", "", False, "Doctor is absent")
    desk.clock.move(minutes(24 * 60))
    assert kiosk(desk).check_in(person(1), "MED", "en").token.number == 1


def test_a_closed_room_closes_no_department(desk: Counter) -> None:
    desk.work.change_opening(BOSS, "MED", "12", False, "Fault of room or equipment")
    (medicine, *_) = kiosk(desk).facility_now().departments
    assert (medicine.open_rooms, medicine.said_open) == ((), None)
    assert kiosk(desk).check_in(person(1), "MED", "en").token.number == 1


def test_an_unknown_department_is_named_as_before(desk: Counter) -> None:
    with pytest.raises(DepartmentUnknownError, match="there are MED, EYE, SUR"):
        kiosk(desk).check_in(person(1), "XXX", "en")
