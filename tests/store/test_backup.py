"""Copies of the store: whole, private, a few, made while a kiosk issues; a copy that is no good never counts."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from shutil import disk_usage
from typing import NamedTuple

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from kiosk.errors import StoreError
from kiosk.store import backup
from kiosk.store.backup import KEPT, back_up, looked_through, purge_backups
from kiosk.store.key import KEY_FILE
from kiosk.store.store import STORE_FILE, SqliteStore, open_store
from tests.contracts.acts import busy_day, issue, pulled
from tests.fakes import shuffled_ids
from tests.migrated import lay_store
from tests.model.samples import ASHA, NINE, minutes, person


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_store(lay_store(tmp_path / "data"), "A", shuffled_ids(), {})
    yield store
    store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def code_of(caught: pytest.ExceptionInfo[StoreError]) -> str:
    return caught.value.code


def test_a_copy_is_encrypted_private_and_named_after_its_time(store: SqliteStore, folder: Path) -> None:
    issue(store, ASHA)
    path = back_up(store, folder, NINE)
    assert path == folder / "store-20261123T033000Z.db"
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    content = path.read_bytes()
    assert not [text for text in (b"SQLite format", b"Asha", b"token_issued", b"CREATE TABLE") if text in content]
    assert names(folder) == [path.name], "no draft, no journal"


def test_a_copy_holds_all_rows_of_the_store(store: SqliteStore, folder: Path) -> None:
    busy_day(store)
    store.synced(pulled(acked=3), NINE)
    path = back_up(store, folder, NINE)
    assert dump(path, store.key) == dump(store.folder / STORE_FILE, store.key)


def dump(path: Path, key: bytes) -> dict[str, list[object]]:
    """Every row of every table."""
    with closing(sqlcipher.connect(str(path))) as connection:
        connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall()) for name in tables}


def test_a_copy_without_its_key_tells_nothing(store: SqliteStore, folder: Path) -> None:
    issue(store, ASHA)
    path = back_up(store, folder, NINE)
    with pytest.raises(StoreError) as caught:
        looked_through(path, secrets.token_bytes(32))
    assert code_of(caught) == "BACKUP_UNREADABLE"
    assert KEY_FILE not in names(folder)


def test_the_newest_copies_stay_and_others_of_this_store_go(store: SqliteStore, folder: Path) -> None:
    for turn in range(KEPT + 4):
        back_up(store, folder, NINE + minutes(15 * turn))
    left = names(folder)
    assert len(left) == KEPT
    assert left[0] == "store-20261123T043000Z.db"
    assert left[-1] == "store-20261123T061500Z.db"


def test_copies_within_one_second_each_have_a_name(store: SqliteStore, folder: Path) -> None:
    paths = [back_up(store, folder, NINE) for _ in range(3)]
    assert names(folder) == [path.name for path in paths]


def test_copies_of_another_station_in_the_same_folder_are_left_alone(
    store: SqliteStore, folder: Path, tmp_path: Path
) -> None:
    other = open_store(tmp_path / "other", "B", shuffled_ids(2), {})
    issue(other, person(1))
    theirs = back_up(other, folder, NINE - timedelta(days=1))
    other.close()
    strange = folder / "store-20200101T000000Z.db"
    strange.write_bytes(b"not a store at all" * 500)
    issue(store, ASHA)
    for turn in range(KEPT + 2):
        back_up(store, folder, NINE + minutes(turn))
    assert {theirs.name, strange.name} <= set(names(folder))
    assert len(names(folder)) == KEPT + 2
    store.synced(pulled(acked=1), NINE)
    assert store.purge_details(NINE + timedelta(days=2)) == 1
    assert purge_backups(store, folder, NINE + timedelta(days=2)) == KEPT
    assert len(names(folder)) == 3


def test_copies_that_a_wrong_clock_named_after_the_future_do_not_push_new_ones_out(
    store: SqliteStore, folder: Path
) -> None:
    for day in range(KEPT):
        back_up(store, folder, NINE + timedelta(days=300 + day))
    for turn in range(3):
        back_up(store, folder, NINE + minutes(turn))
    left = names(folder)
    assert len(left) == KEPT
    assert [name for name in left if name.startswith("store-20261123")] == left[:3]


def test_a_copy_is_made_while_a_kiosk_issues(store: SqliteStore, folder: Path) -> None:
    """With another connection to the store, as another process has one."""
    for place in range(50):
        issue(store, person(place))
    kiosk = open_store(store.folder, "A", shuffled_ids(3), {})
    together = threading.Barrier(2)
    labels: list[str] = []

    def patients() -> None:
        together.wait(60)
        labels.extend(issue(kiosk, person(100 + place)).label for place in range(40))

    thread = threading.Thread(target=patients)
    thread.start()
    together.wait(60)
    paths = [back_up(store, folder, NINE + minutes(turn)) for turn in range(5)]
    thread.join()
    kiosk.close()
    assert labels == [f"MA-{number:03d}" for number in range(51, 91)]
    counts = [looked_through(path, store.key).rows["token"] for path in paths]
    assert counts == sorted(counts)
    assert 50 <= counts[0] <= counts[-1] <= 90


def test_nothing_is_written_where_there_is_little_room(
    store: SqliteStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        free: int

    issue(store, ASHA)
    room = store.size_bytes() + backup.ROOM_BYTES
    monkeypatch.setattr(backup, "disk_usage", lambda place: Usage(room - 1) if place == folder else disk_usage(place))
    with pytest.raises(StoreError) as caught:
        back_up(store, folder, NINE)
    assert (code_of(caught), names(folder)) == ("STORE_FULL", [])
    monkeypatch.setattr(backup, "disk_usage", lambda place: Usage(room) if place == folder else disk_usage(place))
    back_up(store, folder, NINE)


def test_a_folder_that_cannot_be_written_is_told_as_such(store: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        back_up(store, tmp_path / "file", NINE)
    assert code_of(caught) == "BACKUP_FAILED"


def test_a_copy_that_lacks_rows_does_not_count(
    store: SqliteStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(store, ASHA)
    kept = back_up(store, folder, NINE)
    issue(store, person(1))
    monkeypatch.setattr(store, "copy_to", lambda path: path.write_bytes(kept.read_bytes()))
    with pytest.raises(StoreError) as caught:
        back_up(store, folder, NINE + minutes(1))
    assert (code_of(caught), names(folder)) == ("BACKUP_FAILED", [kept.name])


@pytest.mark.parametrize("damage", ["cut", "page", "text"])
def test_a_damaged_copy_is_told_as_such(store: SqliteStore, folder: Path, damage: str) -> None:
    for place in range(60):
        issue(store, person(place))
    path = back_up(store, folder, NINE)
    whole = path.read_bytes()
    middle = len(whole) // 2
    broken = {"cut": whole[:middle], "page": whole[:middle] + bytes(64) + whole[middle + 64 :], "text": b"text" * 4096}
    path.write_bytes(broken[damage])
    with pytest.raises(StoreError) as caught:
        looked_through(path, store.key)
    assert code_of(caught) == "BACKUP_UNREADABLE"


def test_copies_without_forgotten_details_stay(store: SqliteStore, folder: Path) -> None:
    first = back_up(store, folder, NINE)
    issue(store, ASHA)
    second = back_up(store, folder, NINE + minutes(1))
    store.synced(pulled(acked=1), NINE)
    assert purge_backups(store, folder, NINE + minutes(2)) == 0
    assert store.purge_details(NINE + timedelta(days=1)) == 1
    assert purge_backups(store, folder, NINE + timedelta(days=1)) == 1
    assert names(folder) == [first.name, "store-20261124T033000Z.db"]
    assert second.exists() is False
    assert purge_backups(store, folder, NINE + timedelta(days=1)) == 0


def test_old_copies_stay_until_there_is_a_new_one(
    store: SqliteStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(store, ASHA)
    old = back_up(store, folder, NINE)
    store.synced(pulled(acked=1), NINE)
    later = NINE + timedelta(days=1)
    assert store.purge_details(later) == 1
    with monkeypatch.context() as broken:
        broken.setattr(store, "copy_to", lambda path: path.write_bytes(b""))
        with pytest.raises(StoreError):
            purge_backups(store, folder, later)
    assert names(folder) == [old.name]
    assert purge_backups(store, folder, later) == 1


def test_a_damaged_copy_does_not_keep_the_others(store: SqliteStore, folder: Path) -> None:
    issue(store, ASHA)
    damaged, whole = back_up(store, folder, NINE), back_up(store, folder, NINE + minutes(1))
    with backup._opened(damaged, store.key) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'patient'").fetchone()
    with damaged.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(bytes(4096))
    store.synced(pulled(acked=1), NINE)
    later = NINE + timedelta(days=1)
    assert store.purge_details(later) == 1
    assert purge_backups(store, folder, later) == 2
    assert not damaged.exists()
    assert not whole.exists(), "it still held the name"


def test_copies_of_others_are_passed_over_in_silence(
    store: SqliteStore, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    (folder / "store-20200101T000000Z.db").write_bytes(b"not a store at all" * 500)
    back_up(store, folder, NINE)
    assert "ERROR" not in capfd.readouterr().err


def test_a_draft_whose_writer_died_is_deleted_a_day_later(store: SqliteStore, folder: Path) -> None:
    folder.mkdir()
    draft = folder / ".store-01234567-89ab-7000-8000-000000000000.part"
    draft.write_bytes(b"half of a store")
    written = draft.stat().st_mtime
    now = NINE.fromtimestamp(written, NINE.tzinfo)
    assert purge_backups(store, folder, now + timedelta(hours=23)) == 0
    assert names(folder) == [draft.name]
    purge_backups(store, folder, now + timedelta(hours=25))
    assert names(folder) == []
