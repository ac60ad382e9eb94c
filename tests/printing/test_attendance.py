"""Who stands there still, whatever becomes of the time of day."""

from datetime import timedelta

import pytest

from kiosk.model.token import SlipState
from kiosk.ports import SlipJob
from kiosk.printing.attendance import Attendance
from tests.printing.fakes import HandClock

STEPS_S = (-5.5 * 3600, -600.0, -20.0, 20.0, 600.0, 5.5 * 3600)
"""A battery that is dead, a time server that is found, a hand."""


class Room:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.jobs: list[SlipJob] = []
        self.attendance = Attendance(self.clock)
        self.look()
        self.pass_s(10)

    def pass_s(self, seconds: float) -> None:
        self.clock.passed_s += seconds

    def job(self, token_id: str = "token") -> SlipJob:
        job = SlipJob(f"job-{len(self.jobs)}", token_id, 0, "hi", 4, self.clock.now(), SlipState.QUEUED)
        self.jobs.append(job)
        return job

    def look(self) -> None:
        self.attendance.look(lambda: self.jobs)

    def is_present(self, job: SlipJob) -> bool:
        self.look()
        return self.attendance.is_present(job)


@pytest.mark.parametrize("step_s", STEPS_S)
def test_who_comes_after_the_clock_was_set_is_present_for_a_minute(step_s: float) -> None:
    room = Room()
    room.clock.wrong_s = step_s
    job = room.job()
    assert room.is_present(job)
    room.pass_s(59)
    assert room.is_present(job)
    room.pass_s(2)
    assert not room.is_present(job)


@pytest.mark.parametrize("step_s", STEPS_S)
def test_who_stands_there_while_the_clock_is_set_stays_present_for_the_same_minute(step_s: float) -> None:
    room = Room()
    job = room.job()
    assert room.is_present(job)
    room.clock.wrong_s = step_s
    room.pass_s(59)
    assert room.is_present(job)
    room.pass_s(2)
    assert not room.is_present(job)


@pytest.mark.parametrize("step_s", STEPS_S)
def test_who_has_left_stays_away_and_who_scans_again_is_back_though_the_clock_was_set(step_s: float) -> None:
    room = Room()
    job = room.job()
    assert room.is_present(job)
    room.attendance.leave("token")
    room.clock.wrong_s = step_s
    room.pass_s(5)
    again = room.job()
    assert (room.is_present(job), room.is_present(again)) == (False, True)
    room.pass_s(5)
    assert room.is_present(again)


@pytest.mark.parametrize("step_s", STEPS_S)
def test_who_came_before_the_start_is_gone_though_the_clock_was_set(step_s: float) -> None:
    room = Room()
    job = room.job()
    room.pass_s(19)
    room.clock.wrong_s = step_s
    room.attendance = Attendance(room.clock)
    assert not room.is_present(job)
    room.clock.wrong_s = 0.0
    room.pass_s(10)
    assert not room.is_present(job)


def test_who_waits_is_not_forgotten_for_those_who_come_after() -> None:
    room = Room()
    job = room.job()
    assert room.is_present(job)
    for count in range(300):
        room.pass_s(0.15)
        assert room.is_present(room.job(f"token-{count}"))
        room.attendance.leave(f"token-{count}")
    assert room.is_present(job)
    room.pass_s(timedelta(minutes=1).total_seconds())
    assert not room.is_present(job)


@pytest.mark.parametrize("step_s", STEPS_S)
def test_who_comes_just_before_the_clock_is_set_is_present(step_s: float) -> None:
    room = Room()
    room.look()
    job = room.job()
    room.clock.wrong_s = step_s
    assert room.is_present(job)
    room.pass_s(61)
    assert not room.is_present(job)


def test_who_left_before_a_slip_of_the_future_was_seen_has_left() -> None:
    """The clock was set back by four minutes, and the store holds its time."""
    room = Room()
    room.look()
    room.clock.wrong_s = 240.0
    job = room.job()
    room.clock.wrong_s = 0.0
    room.pass_s(1)
    room.attendance.leave("token")
    room.pass_s(1)
    assert room.is_present(job), "a finger may be faster than a printer"
    room.pass_s(2)
    assert not room.is_present(job)
