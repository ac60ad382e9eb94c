"""The way back from a copy: as a new store, all at once or not at all, and nothing that the server has is lost."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.app import ownership
from kiosk.errors import KioskError, SettingError, StoreError
from kiosk.store import place, restoring
from kiosk.store.backup import back_up
from kiosk.store.key import CHECK_FILE, KEY_FILE
from kiosk.store.place import DRAFT_FOLDER, PLAN_FILE, READY_FILE
from kiosk.store.restoring import Restored, restore
from kiosk.store.store import STORE_FILE, SqliteStore, open_store
from kiosk.sync.loop import sync_until_done
from tests.contracts.acts import events_of, issue, pulled
from tests.contracts.enrolment import KEY, KIOSK
from tests.fakes import FakeClock, shuffled_ids
from tests.model.samples import ASHA, MONDAY, NINE, RAVI, minutes, person
from tests.sync.fake_server import FakeHospitalServer

LATER = NINE + minutes(60)
new_id = shuffled_ids(99)


class Machine:
    """A station's folders."""

    def __init__(self, folder: Path) -> None:
        self.data, self.backups = folder / "data", folder / "backups"

    def opened(self, series: str | None = None) -> SqliteStore:
        return open_store(self.data, series, new_id, {})

    @contextmanager
    def running(self, series: str | None = None) -> Iterator[SqliteStore]:
        store = self.opened(series)
        try:
            yield store
        finally:
            store.close()

    def restored(self, copy: Path, series: str | None = None) -> Restored:
        return restore(self.data, copy, self.backups, {}, new_id, LATER, series)

    def files(self) -> dict[str, bytes]:
        """All that makes the store, byte for byte."""
        names = (STORE_FILE, f"{STORE_FILE}-wal", KEY_FILE, CHECK_FILE)
        return {name: (self.data / name).read_bytes() for name in names if (self.data / name).exists()}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def copy(machine: Machine) -> Path:
    """Of an enrolled station that has issued two tokens by then, and another one since."""
    return enrolled_and_copied(machine)


def enrolled_and_copied(machine: Machine) -> Path:
    with machine.running() as store:
        store.enrol(KIOSK, "D", KEY, NINE)
        for place_ in (1, 2):
            issue(store, person(place_))
        path = back_up(store, machine.backups, NINE)
        issue(store, person(3))
        return path


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(KioskError) as caught:
        act()
    return caught.value.code


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


# --- power cuts ------------------------------------------------------------------------------------------------------


class PowerCutError(BaseException):
    """The end of the machine's world between two steps."""


class Steps:
    """Counts what changes a disk, and cuts the power before the step ``last``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, last: int) -> None:
        self._left = last
        for owner, name in (
            (Path, "replace"),
            (Path, "unlink"),
            (Path, "mkdir"),
            (Path, "touch"),
            (os, "fsync"),
            (shutil, "copyfile"),
            (shutil, "rmtree"),
            (SqliteStore, "begin_anew"),
            (SqliteStore, "empty_log"),
            (SqliteStore, "close"),
        ):
            monkeypatch.setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, act: Callable[..., object]) -> Callable[..., object]:
        def counted(*arguments: object, **options: object) -> object:
            self._left -= 1
            if self._left < 0:
                raise PowerCutError
            return act(*arguments, **options)

        return counted


def cut_after(machine: Machine, copy: Path, steps: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the power was cut before the restore was done."""
    with monkeypatch.context() as patched:
        Steps(patched, steps)
        try:
            machine.restored(copy)
        except PowerCutError:
            return True
    return False


OLD = (["MD-001", "MD-002", "MD-003"], "D")
NEW = (["MD-001", "MD-002"], "R")


def seen_by_a_kiosk(machine: Machine) -> object:
    with machine.running() as store:
        assert store.damage() == ""
        return [row.token.label for row in store.tokens(MONDAY)], store.series


def test_a_restore_that_was_given_up_leaves_no_patients_behind(
    machine: Machine, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for steps in range(100):
        assert cut_after(machine, copy, steps, monkeypatch)
        if (machine.data / DRAFT_FOLDER / STORE_FILE).exists():
            break
    machine.opened().close()
    assert not (machine.data / DRAFT_FOLDER).exists()


def is_done(machine: Machine) -> bool:
    return bool(list(machine.data.glob("lost-*"))) and not (machine.data / READY_FILE).exists()


def test_a_power_cut_at_any_step_leaves_the_old_store_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens the store next, a kiosk or the same command again; and the reserve is still there for it."""
    machine_before, seen = Machine(tmp_path / "before"), []
    enrolled_and_copied(machine_before)
    for steps in range(100):
        machine = Machine(tmp_path / str(steps))
        shutil.copytree(machine_before.data, machine.data)
        shutil.copytree(machine_before.backups, machine.backups)
        (copy,) = machine.backups.iterdir()
        was_cut = cut_after(machine, copy, steps, monkeypatch)
        if steps % 2:
            seen.append(seen_by_a_kiosk(machine))
        if not is_done(machine):
            assert machine.restored(copy).series == "R"
        assert seen_by_a_kiosk(machine) == NEW
        assert not [name for name in (READY_FILE, PLAN_FILE, DRAFT_FOLDER) if (machine.data / name).exists()]
        if not was_cut:
            break
    assert not was_cut
    assert steps > 20
    assert [OLD] * seen.count(OLD) + [NEW] * seen.count(NEW) == seen, "from one step on it is the new one"
    assert 0 < seen.count(OLD) < len(seen)


def test_after_an_interrupted_restore_the_next_one_has_a_name_of_its_own(
    machine: Machine, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kiosk has finished the first by itself and has issued since."""
    for steps in range(100):
        cut_after(machine, copy, steps, monkeypatch)
        if (machine.data / READY_FILE).exists():
            break
    with machine.running() as store:
        first = store.store_id
        issue(store, RAVI, now=LATER)
    assert machine.restored(copy).store_id != first


# --- with the server -------------------------------------------------------------------------------------------------


def test_nothing_that_the_server_has_is_lost(machine: Machine) -> None:
    """Copied while events were unsent; some were sent since, some never. Only those that nobody else has are gone."""
    server, clock = FakeHospitalServer(), FakeClock(LATER)
    with machine.running() as store:
        store.enrol(KIOSK, "A", KEY, NINE)
        tokens = [issue(store, person(1)), issue(store, person(2))]
        sync_until_done(store, server, clock)
        tokens += [issue(store, person(3)), issue(store, person(4))]
        copy = back_up(store, machine.backups, NINE)
        server.answers_lost = 1
        assert code_of(lambda: sync_until_done(store, server, clock)) == "SERVER_TIMEOUT"
        sync_until_done(store, server, clock)
        tokens.append(issue(store, person(5)))
        sync_until_done(store, server, clock)
        gone = issue(store, person(6))
    machine.restored(copy)
    with machine.running() as store:
        tokens.append(issue(store, person(7), now=LATER))
        sync_until_done(store, server, clock)
        assert store.unsynced() == 0
        rows = store.tokens(MONDAY)
        assert sorted(row.token.token_id for row in rows) == sorted(token.token_id for token in tokens)
        assert all(row.synced for row in rows)
        assert server.tokens.keys() == {token.token_id for token in tokens}
        assert store.token(gone.token_id) is None
        assert {row.token.label: row.token.store_id for row in rows} == {
            token.label: token.store_id for token in server.tokens.values()
        }
    ids = [event.event_id for event in server.log]
    assert len(ids) == len(set(ids)) == 6


def test_unsent_events_of_a_copy_reach_the_server_under_the_new_name(machine: Machine) -> None:
    server, clock = FakeHospitalServer(), FakeClock(LATER)
    with machine.running() as store:
        store.enrol(KIOSK, "A", KEY, NINE)
        kept = [issue(store, person(place_)) for place_ in range(5)]
        store.synced(pulled(), NINE)
        copy = back_up(store, machine.backups, NINE)
    machine.restored(copy)
    with machine.running() as store:
        sync_until_done(store, server, clock)
        assert [event.token_id for event in server.log] == [token.token_id for token in kept]
        assert {event.store_id for event in server.log} == {store.store_id}
        assert server.patients.keys() == {token.token_id for token in kept}


def test_two_instances_never_reuse_a_sequence(machine: Machine, tmp_path: Path) -> None:
    """One copy put back on two machines: neither of them gives out a number or a sequence of the other."""
    with machine.running() as store:
        store.enrol(KIOSK, "D", KEY, NINE)
        issue(store, person(1))
        copy = back_up(store, machine.backups, NINE)
    twin = Machine(tmp_path / "twin")
    twin.data.mkdir(parents=True)
    (twin.data / KEY_FILE).write_text((machine.data / KEY_FILE).read_text())
    names = []
    for place_, each in enumerate((machine, twin)):
        each.restored(copy)
        with each.running() as store:
            names.append((store.store_id, store.series))
            if store.series is not None:
                assert issue(store, person(10 + place_), now=LATER).label == "MR-001"
    assert len({store_id for store_id, _ in names}) == 2
    assert [series for _, series in names] == ["R", None]


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
    assert (refused.returncode, "STORE_BUSY" in refused.stderr) == (1, True)
