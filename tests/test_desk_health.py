"""What other threads tell of a desk, and what its store knows."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.desk_health import DeskHealth
from kiosk.model.health import RESOLUTION_LOW, Level, Part
from kiosk.model.printer import PrinterStatus
from kiosk.model.token import SlipState
from kiosk.ports import CameraStateChanged, DeviceState, GunStateChanged, SlipJob
from tests.desk_counter import Counter, counter
from tests.model.samples import NINE

JOB = SlipJob("j1", "t1", 0, "en", None, NINE, SlipState.SENDING)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path / "desk") as desk:
        yield desk


def levels(health: DeskHealth) -> dict[Part, tuple[Level, str]]:
    return {item.part: (item.level, item.code) for item in health.look()}


def test_a_desk_alone_has_a_printer_and_a_clock(desk: Counter) -> None:
    health = DeskHealth(desk.store, desk.clock, has_server=False, prints=True, staff_valid=timedelta(days=14))
    assert levels(health) == {Part.PRINTER: (Level.GOOD, ""), Part.CLOCK: (Level.GOOD, "")}


def test_what_became_of_slips_is_the_printers_health(desk: Counter) -> None:
    health = DeskHealth(desk.store, desk.clock, has_server=False, prints=True)
    health.slip_moved(JOB, SlipState.QUEUED, "PRINTER_UNREACHABLE")
    assert levels(health)[Part.PRINTER] == (Level.BAD, "PRINTER_UNREACHABLE")
    health.slip_moved(JOB, SlipState.SENDING, "")
    assert levels(health)[Part.PRINTER] == (Level.BAD, "PRINTER_UNREACHABLE"), "it has not printed yet"
    health.slip_moved(JOB, SlipState.PRINTED, "")
    health.slip_moved(JOB, SlipState.RESOLVED, "READ_OUT")
    assert levels(health)[Part.PRINTER] == (Level.GOOD, "")


def test_the_readers_last_word_counts(desk: Counter) -> None:
    health = DeskHealth(desk.store, desk.clock, has_server=False, prints=False)
    assert Part.READER not in levels(health)
    health.reader_moved(CameraStateChanged(DeviceState.FAILED, "CAMERA_GONE"))
    assert levels(health)[Part.READER] == (Level.BAD, "CAMERA_GONE")
    health.reader_moved(CameraStateChanged(DeviceState.RUNNING, RESOLUTION_LOW))
    assert levels(health)[Part.READER] == (Level.NOTICE, RESOLUTION_LOW)
    health.reader_moved(GunStateChanged(DeviceState.RUNNING))
    assert levels(health)[Part.READER] == (Level.GOOD, "")


def test_the_store_knows_of_the_server_and_what_waits_for_it(desk: Counter) -> None:
    health = DeskHealth(desk.store, desk.clock, has_server=True, prints=False, staff_valid=timedelta(days=14))
    health.sync_failed("SERVER_TIMEOUT")
    desk.wait(1)
    found = levels(health)
    assert found[Part.SERVER] == (Level.BAD, "SERVER_TIMEOUT")
    assert found[Part.UNSENT] == (Level.NOTICE, "UNSENT")
    assert found[Part.STAFF] == (Level.BAD, "PIN_STALE")
    health.synced()
    assert levels(health)[Part.SERVER] == (Level.BAD, "NEVER_SYNCED")


def test_a_clock_that_nobody_believes_is_told(desk: Counter) -> None:
    desk.wait(1)
    health = DeskHealth(desk.store, desk.clock, has_server=False, prints=False)
    desk.clock.set(NINE + timedelta(days=30))
    assert levels(health) == {Part.CLOCK: (Level.BAD, "CLOCK_AHEAD")}


def test_what_the_printer_tells_and_what_is_left_of_its_roll_are_shown(desk: Counter) -> None:
    left = [12_500.0]
    health = DeskHealth(desk.store, desk.clock, has_server=False, prints=True, paper_left_mm=lambda: left[0])
    health.printer_moved(PrinterStatus(("PAPER_OUT",), answered=True))
    assert levels(health)[Part.PRINTER] == (Level.BAD, "PAPER_OUT")
    health.printer_moved(PrinterStatus(answered=True))
    assert levels(health)[Part.PRINTER] == (Level.GOOD, "")
    left[0] = 400.0
    assert levels(health)[Part.PRINTER] == (Level.NOTICE, "PAPER_LOW")


def test_a_printer_that_is_plugged_in_for_the_first_time_is_shown(desk: Counter) -> None:
    health = DeskHealth(desk.store, desk.clock, has_server=False, prints=False)
    health.printer_moved(PrinterStatus(("PRINTER_NONE",)))
    assert Part.PRINTER not in levels(health)
    health.printer_moved(PrinterStatus(("COVER_OPEN",), answered=True))
    assert levels(health)[Part.PRINTER] == (Level.BAD, "COVER_OPEN")
    health.printer_moved(PrinterStatus(answered=True))
    assert levels(health)[Part.PRINTER] == (Level.GOOD, "")
