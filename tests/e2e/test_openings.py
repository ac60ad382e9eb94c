"""A supervisor closes a department at a desk; the kiosk in the hall hears of it through the server."""

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.checkin import Registration
from kiosk.errors import DepartmentClosedError
from tests.e2e.desks import hospital_of
from tests.model.samples import person


def test_a_department_closed_at_a_desk_is_closed_at_the_kiosk(tmp_path: Path) -> None:
    with hospital_of(f"sqlite:///{tmp_path / 'server.db'}", tmp_path) as hospital:
        kiosk, (desk, _) = hospital.kiosk, hospital.desks
        registration = Registration(kiosk.store, kiosk.facility, kiosk.clock, wants_slips=False)
        boss = replace(desk.post, staff=replace(desk.post.staff, role="supervisor"))
        desk.cut()
        desk.work.change_opening(boss, "MED", "", False, "Doctor is absent")
        assert registration.check_in(person(1), "MED", "en").token.number == 1, "the kiosk cannot know yet"
        desk.heal()
        hospital.settle()
        with pytest.raises(DepartmentClosedError):
            registration.check_in(person(2), "MED", "en")
        assert [each.code for each in registration.facility_now().departments if each.said_open is False] == ["MED"]
        desk.work.change_opening(boss, "MED", "", None)
        hospital.settle()
        assert registration.check_in(person(2), "MED", "en").token.number == 2
