"""What a station does in the background: at its times, whatever goes wrong, until it is told to stop."""

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.app import SystemClock, open_station
from kiosk.errors import PrinterError, StoreError
from kiosk.model.patient import Patient
from kiosk.printing.folder import purge_slips
from kiosk.settings import Settings
from kiosk.upkeep import FIRST_S, Chore, UpkeepThread, back_up_now, chores, purge, turn
from tests.fakes import FakeClock

WAIT_S = 60.0


def test_each_chore_has_its_own_time() -> None:
    done: list[str] = []
    waiting = [
        Chore("often", 10.0, 5.0, lambda: done.append("often")),
        Chore("rarely", 100.0, 5.0, lambda: done.append("rarely")),
    ]
    waiting = turn(waiting, 4.9)
    assert done == []
    for now_s in (5.0, 14.9, 15.0, 104.9, 105.0):
        waiting = turn(waiting, now_s)
    assert done == ["often", "rarely", "often", "often", "rarely"]


@pytest.mark.parametrize(
    "fault", [StoreError("full"), PrinterError("gone"), OSError(28, "No space"), ValueError("bug")]
)
def test_a_fault_costs_one_turn_of_one_chore(fault: Exception) -> None:
    done: list[str] = []

    def fail() -> None:
        done.append("failed")
        raise fault

    waiting = [Chore("bad", 10.0, 0.0, fail), Chore("good", 10.0, 0.0, lambda: done.append("good"))]
    for now_s in (0.0, 5.0, 10.0):
        waiting = turn(waiting, now_s)
    assert done == ["failed", "good"] * 2


def test_the_thread_works_and_stops_in_the_middle_of_a_wait() -> None:
    done = threading.Event()
    thread = UpkeepThread([Chore("chore", 3600.0, 0.0, done.set)], SystemClock().monotonic)
    thread.start()
    assert done.wait(WAIT_S)
    assert thread.stop(WAIT_S)


def test_the_first_patient_comes_first(tmp_path: Path) -> None:
    with open_station(Settings(data_dir=tmp_path, printer="none"), {}) as station:
        now_s = station.clock.monotonic()
        assert all(chore.due_s >= now_s + FIRST_S - 1 for chore in chores(station))


@pytest.mark.usefixtures("qapp")
def test_details_and_slips_are_forgotten_when_their_time_is_over(tmp_path: Path) -> None:
    slips = tmp_path / "slips"
    settings = Settings(data_dir=tmp_path / "data", printer=f"folder:{slips}")
    slips.mkdir()
    slip, other = slips / "20261122-093015-M-001.png", slips / "notes.png"
    slip.touch()
    other.touch()
    clock = FakeClock(SystemClock().now())
    with open_station(settings, {}, clock) as station:
        checked = station.registration.check_in(Patient("91000000000018", name="Asha Test"), "MED", "en")
        clock.move(timedelta(hours=23))
        purge(station)
        assert slip.exists()
        assert station.store.patient_of(checked.token.token_id) is not None
        clock.move(timedelta(hours=2))
        purge(station)
        assert not slip.exists()
        assert other.exists()
        back_up_now(station)
        (before,) = station.settings.backup_folder.iterdir()
        clock.move(timedelta(days=3))
        station.registration.check_in(Patient("91000000000026"), "MED", "en")
        clock.move(timedelta(days=4))
        purge(station)
        assert not before.exists(), "it still held the name"
        assert len(list(station.settings.backup_folder.iterdir())) == 1
        assert station.store.patient_of(checked.token.token_id) is None


def test_what_a_restore_has_put_away_goes_after_a_week(tmp_path: Path) -> None:
    clock = FakeClock(SystemClock().now())
    with open_station(Settings(data_dir=tmp_path, printer="none"), {}, clock) as station:
        old, new = (f"lost-{clock.now() - timedelta(days=days):%Y%m%dT%H%M%SZ}" for days in (8, 6))
        for name in (old, new):
            (tmp_path / name).mkdir()
            (tmp_path / name / "store.db").write_bytes(b"x")
        purge(station)
    assert [path.name for path in tmp_path.glob("lost-*")] == [new]


def test_copies_that_could_not_be_deleted_are_deleted_by_the_next_turn(tmp_path: Path) -> None:
    clock = FakeClock(SystemClock().now())
    with open_station(Settings(data_dir=tmp_path, printer="none"), {}, clock) as station:
        station.registration.check_in(Patient("91000000000018", name="Asha Test"), "MED", "en")
        back_up_now(station)
        (before,) = station.settings.backup_folder.iterdir()
        clock.move(timedelta(days=3))
        station.registration.check_in(Patient("91000000000026"), "MED", "en")
        clock.move(timedelta(days=5))
        assert station.store.purge_details(clock.now()) == 1, "and there the power went"
        purge(station)
        assert not before.exists(), "it still held the name"


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("20261122-093015-M-001.png", True),
        ("20261122-093015-M-001.bin", True),
        ("20261122-093015-MA-017-2.png", True),
        (".20261122-093015-M-001.png.part", True),
        ("20261122-093015-M-001.pdf", False),
        ("holiday.png", False),
        ("x20261122-093015-M-001.png", False),
    ],
)
def test_only_what_a_folder_printer_wrote_is_deleted(tmp_path: Path, name: str, is_ours: bool) -> None:
    now = SystemClock().now()
    old, new = tmp_path / name, tmp_path / f"{name[:-8]}9{name[-7:]}"
    for path, age in ((old, 25 * 3600), (new, 60)):
        path.touch()
        os.utime(path, (now.timestamp() - age,) * 2)
    assert purge_slips(tmp_path, now - timedelta(hours=24)) == is_ours
    assert (old.exists(), new.exists()) == (not is_ours, True)


def test_a_link_is_not_followed_and_no_folder_is_no_fault(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.png"
    elsewhere.touch()
    folder = tmp_path / "slips"
    assert purge_slips(folder, SystemClock().now()) == 0
    folder.mkdir()
    (folder / "20261122-093015-M-001.png").symlink_to(elsewhere)
    assert purge_slips(folder, SystemClock().now() + timedelta(days=1)) == 0
    assert elsewhere.exists()
