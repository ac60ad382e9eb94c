"""The way back from a copy: as a new store, all at once or not at all, and nothing that the server has is lost."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.app import ownership
from kiosk.errors import SettingError, StoreError
from kiosk.store import place, restoring
from kiosk.store.backup import back_up
from kiosk.store.key import CHECK_FILE, KEY_FILE
from kiosk.store.place import DRAFT_FOLDER, PLAN_FILE, READY_FILE
from kiosk.store.store import STORE_FILE, open_store
from tests.contracts.acts import events_of, issue
from tests.contracts.enrolment import KEY, KIOSK
from tests.model.samples import ASHA, MONDAY, NINE, RAVI, person
from tests.store.machine import LATER, Machine, code_of, enrolled_and_copied, new_id


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def copy(machine: Machine) -> Path:
    """Of an enrolled station that has issued two tokens by then, and another one since."""
    return enrolled_and_copied(machine)


# --- what becomes of a store -----------------------------------------------------------------------------------------


def test_restored_copy_opens_passes_check_and_matches(machine: Machine, copy: Path) -> None:
    with machine.running() as store:
        former = store.store_id
    done = machine.restored(copy)
    with machine.running() as store:
        assert (store.store_id, store.series) == (done.store_id, done.series)
        assert store.store_id != former
        assert store.damage() == ""
        rows = store.tokens(MONDAY)
        assert [row.token.label for row in rows] == ["MD-001", "MD-002"]
        assert [store.patient_of(row.token.token_id) for row in rows] == [person(1), person(2)]
        assert store.enrolment() == replace(KIOSK, reserve_series=None)
        claim = store.claim()
        assert claim is not None
        assert (claim.former_store_id, len(claim.orphans)) == (former, 2)


def test_it_issues_at_once_in_the_reserve_series(machine: Machine, copy: Path) -> None:
    assert machine.restored(copy).series == "R"
    with machine.running() as store:
        assert issue(store, person(4), now=LATER).label == "MR-001"


def test_the_store_before_is_kept_whole(machine: Machine, copy: Path) -> None:
    done = machine.restored(copy)
    assert done.lost == machine.data / "lost-20261123T043000Z"
    for name in (KEY_FILE, CHECK_FILE):
        (done.lost / name).write_bytes((machine.data / name).read_bytes())
    lost = open_store(done.lost, None, new_id, {})
    assert [row.token.label for row in lost.tokens(MONDAY)] == ["MD-001", "MD-002", "MD-003"]
    lost.close()
    assert not [name for name in (READY_FILE, PLAN_FILE, DRAFT_FOLDER) if (machine.data / name).exists()]
    assert {path.stat().st_mode & 0o777 for path in machine.data.glob("store.*")} == {0o600}


def test_a_damaged_store_is_no_hindrance(machine: Machine, copy: Path) -> None:
    (machine.data / STORE_FILE).write_bytes(b"worn out" * 4096)
    assert code_of(machine.opened) == "STORE_DAMAGED"
    machine.restored(copy)
    with machine.running() as store:
        assert len(store.tokens(MONDAY)) == 2


def test_a_new_machine_needs_the_key_and_the_copy(machine: Machine, copy: Path, tmp_path: Path) -> None:
    fresh = Machine(tmp_path / "new")
    fresh.data.mkdir(parents=True)
    message = pytest.raises(StoreError, match=KEY_FILE)
    with message as caught:
        fresh.restored(copy)
    assert caught.value.code == "STORE_KEY_WRONG"
    assert not (fresh.data / KEY_FILE).exists(), "a new key would hide that the right one is missing"
    (fresh.data / KEY_FILE).write_text((machine.data / KEY_FILE).read_text())
    done = fresh.restored(copy)
    assert (done.lost, done.series) == (None, "R")
    with fresh.running() as store:
        assert issue(store, RAVI, now=LATER).label == "MR-001"


# --- the reserve -----------------------------------------------------------------------------------------------------


def test_a_reserve_is_never_used_by_two_restores(machine: Machine, copy: Path, tmp_path: Path) -> None:
    """Not on the same machine, and not on another one to which the folder of copies was carried."""
    key = (machine.data / KEY_FILE).read_text()
    assert machine.restored(copy).series == "R"
    assert machine.restored(copy).series is None
    with machine.running() as store:
        assert code_of(lambda: issue(store, RAVI, now=LATER)) == "STORE_UNREGISTERED"
    other = Machine(tmp_path / "other")
    other.data.mkdir(parents=True)
    (other.data / KEY_FILE).write_text(key)
    assert other.restored(copy).series is None


def test_where_the_note_cannot_be_left_the_reserve_stays_unused(
    machine: Machine, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of copies lies on a medium that is read only, so that a next restore would not know."""

    def read_only(path: Path, text: str) -> None:
        if path.parent == machine.backups:
            raise OSError(30, "Read-only file system")
        place.write_through(path, text)

    monkeypatch.setattr(restoring, "write_through", read_only)
    assert machine.restored(copy).series is None


def test_a_station_without_a_reserve_waits_for_its_server(machine: Machine) -> None:
    with machine.running() as store:
        store.enrol(replace(KIOSK, reserve_series=None), "D", KEY, NINE)
        issue(store, ASHA)
        copy = back_up(store, machine.backups, NINE)
    assert machine.restored(copy).series is None


def test_a_station_that_stands_alone_needs_a_new_series(machine: Machine) -> None:
    with machine.running("A") as store:
        issue(store, ASHA)
        copy = back_up(store, machine.backups, NINE)
    before = machine.files()
    for series in (None, "A"):
        with pytest.raises(SettingError, match="--series"):
            machine.restored(copy, series)
    assert machine.files() == before
    done = machine.restored(copy, "X")
    assert done.series == "X"
    with machine.running("X") as store:
        assert issue(store, RAVI, now=LATER).label == "MX-001"
        assert [event.seq for event in events_of(store)] == [1, 2], "no server can hold any of it"
    with pytest.raises(SettingError, match="'X'"):
        machine.opened("A")


def test_an_enrolled_station_gets_its_series_from_the_server_alone(machine: Machine, copy: Path) -> None:
    with pytest.raises(SettingError):
        machine.restored(copy, "X")


# --- refusals, after which all is as it was --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: path.write_bytes(b"not a store" * 1000), "BACKUP_UNREADABLE"),
        (lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(4080)), "BACKUP_UNREADABLE"),
        (lambda path: path.write_bytes(path.read_bytes()[:8192]), "BACKUP_UNREADABLE"),
        (lambda path: path.write_bytes(b""), "BACKUP_UNREADABLE"),
        (lambda path: path.unlink(), "BACKUP_UNREADABLE"),
    ],
)
def test_a_copy_that_is_no_good_changes_nothing(
    machine: Machine, copy: Path, spoil: Callable[[Path], object], code: str
) -> None:
    before = machine.files()
    spoil(copy)
    assert code_of(lambda: machine.restored(copy)) == code
    assert machine.files() == before


def test_a_copy_of_another_key_changes_nothing(machine: Machine, copy: Path) -> None:
    (machine.data / KEY_FILE).write_text(secrets.token_hex(32))
    before = machine.files()
    assert code_of(lambda: machine.restored(copy)) == "BACKUP_UNREADABLE"
    assert machine.files() == before


def test_a_copy_of_a_newer_program_changes_nothing(machine: Machine) -> None:
    with machine.running("A") as store:
        issue(store, ASHA)
        with store._writer.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(StoreError):
            back_up(store, machine.backups, NINE)
        machine.backups.mkdir(exist_ok=True)
        (machine.backups / "newer.db").touch()
        store.copy_to(machine.backups / "newer.db")
    before = machine.files()
    assert code_of(lambda: machine.restored(machine.backups / "newer.db", "X")) == "STORE_NEWER"
    assert machine.files() == before


@pytest.mark.skipif(sys.platform == "win32", reason="there the files of an open store cannot be moved")
def test_a_store_that_another_process_has_open_is_left_alone(machine: Machine, copy: Path) -> None:
    program = "import sys; sys.path.insert(0, '.'); from tests.store.test_restoring import hold_open; hold_open()"
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", program, str(machine.data)], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"open\n"
            assert code_of(lambda: machine.restored(copy)) == "STORE_BUSY"
        finally:
            process.stdin.close()
    assert machine.restored(copy).series == "R"


def hold_open() -> None:
    store = open_store(Path(sys.argv[1]), None, new_id, {})
    print("open", flush=True)
    sys.stdin.read()
    store.close()


# --- the commands ----------------------------------------------------------------------------------------------------


def run_kiosk(machine: Machine, *words: str) -> "subprocess.CompletedProcess[str]":
    environ = {**os.environ, "KIOSK_DATA_DIR": str(machine.data), "KIOSK_BACKUP_DIR": str(machine.backups)}
    command = [sys.executable, "-m", "kiosk", *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_the_commands_copy_and_bring_back(machine: Machine) -> None:
    assert "STORE_LOST" in run_kiosk(machine, "backup").stderr
    with machine.running("A") as store:
        issue(store, ASHA)
        said = run_kiosk(machine, "backup")
        assert said.returncode == 0, said.stderr
    copy = json.loads(said.stdout)["backup"]
    assert Path(copy).parent == machine.backups
    without = run_kiosk(machine, "restore", copy)
    assert (without.returncode, "--series" in without.stderr) == (2, True)
    told = json.loads(run_kiosk(machine, "restore", copy, "--series", "X").stdout)
    assert (told["series"], told["resumed"], Path(told["lost"]).parent) == ("X", False, machine.data)
    with machine.running() as store:
        assert (store.store_id, issue(store, RAVI, now=LATER).label) == (told["store_id"], "MX-001")


def test_restore_waits_for_no_kiosk(machine: Machine, copy: Path) -> None:
    with ownership(machine.data) as owns:
        assert owns
        refused = run_kiosk(machine, "restore", str(copy))
    assert (refused.returncode, "STATION_BUSY" in refused.stderr) == (1, True), "as enrol says it"
