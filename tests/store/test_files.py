"""What lies on the disk: encrypted, for its owner only, and each way of being unusable told apart."""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.errors import SettingError, StoreError
from kiosk.store.engine import writer_engine
from kiosk.store.key import CHECK_FILE, KEY_FILE
from kiosk.store.store import STORE_FILE, SqliteStore, open_store
from tests.contracts.acts import events_of, issue
from tests.fakes import shuffled_ids
from tests.model.samples import ASHA, MONDAY, NUMBER, RAVI, person


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = opened(tmp_path)
    yield store
    store.close()


def opened(folder: Path, series: str | None = "A", environ: dict[str, str] | None = None) -> SqliteStore:
    return open_store(folder, series, shuffled_ids(int.from_bytes(os.urandom(4))), environ or {})


def code_of(open_it: Callable[[], object]) -> str:
    with pytest.raises(StoreError) as caught:
        open_it()
    return caught.value.code


def used(folder: Path, tokens: int = 1) -> None:
    """A store that has issued and is closed."""
    store = opened(folder)
    for place in range(tokens):
        issue(store, person(place))
    store.close()


# --- encryption and permissions --------------------------------------------------------------------------------------


def test_nothing_of_a_patient_can_be_read_from_the_files(store: SqliteStore, tmp_path: Path) -> None:
    issue(store, ASHA)
    while_open = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.close()
    closed = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    secret = (b"SQLite format", b"Asha", b"asha.devi", NUMBER.encode(), b"CREATE TABLE", b"token_issued", b"MA-001")
    assert len(while_open) > 8192
    assert not [text for text in secret if text in while_open + closed]


def test_every_file_is_its_owners_alone(store: SqliteStore, tmp_path: Path) -> None:
    issue(store)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert {STORE_FILE, f"{STORE_FILE}-wal", KEY_FILE, CHECK_FILE} <= modes.keys()
    assert set(modes.values()) == {0o600}


def test_a_folder_it_makes_is_its_owners_alone(tmp_path: Path) -> None:
    opened(tmp_path / "new" / "data").close()
    assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700


def test_the_pragmas_are_really_set(store: SqliteStore, tmp_path: Path) -> None:
    key = bytes.fromhex((tmp_path / KEY_FILE).read_text())
    engine = writer_engine(tmp_path / STORE_FILE, key)
    with engine.begin() as connection:
        read = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "cipher_version")
        }
    engine.dispose()
    assert read.pop("cipher_version")
    assert read == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 10_000, "foreign_keys": 1}


# --- restart ---------------------------------------------------------------------------------------------------------


def test_a_restart_goes_on_with_identity_numbers_and_sequence(tmp_path: Path) -> None:
    first = opened(tmp_path)
    identity = (first.store_id, first.series)
    assert issue(first, ASHA).label == "MA-001"
    first.close()
    second = opened(tmp_path, series=None)
    assert (second.store_id, second.series) == identity
    assert issue(second, ASHA).label == "MA-001"
    assert issue(second, RAVI).label == "MA-002"
    assert [event.seq for event in events_of(second)] == [1, 2]
    assert second.patient_of(second.tokens(MONDAY)[0].token.token_id) == ASHA
    second.close()


def test_a_store_that_has_issued_keeps_its_series(tmp_path: Path) -> None:
    used(tmp_path)
    with pytest.raises(SettingError, match=r"'B'.*'A'"):
        opened(tmp_path, series="B")


def test_a_store_that_has_issued_nothing_takes_the_series_that_is_set_later(tmp_path: Path) -> None:
    opened(tmp_path, series=None).close()
    store = opened(tmp_path, series="B")
    assert issue(store).label == "MB-001"
    store.close()


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_lost_store_is_not_begun_anew(tmp_path: Path, lose: Callable[[Path], object]) -> None:
    used(tmp_path)
    lose(tmp_path / STORE_FILE)
    assert code_of(lambda: opened(tmp_path)) == "STORE_LOST"
    assert code_of(lambda: opened(tmp_path)) == "STORE_LOST"


# --- the key ---------------------------------------------------------------------------------------------------------


def test_a_wrong_key_is_told_as_such(tmp_path: Path) -> None:
    used(tmp_path)
    right = (tmp_path / KEY_FILE).read_text()
    (tmp_path / KEY_FILE).write_text(secrets.token_hex(32))
    assert code_of(lambda: opened(tmp_path)) == "STORE_KEY_WRONG"
    (tmp_path / KEY_FILE).write_text(right)
    opened(tmp_path).close()


def test_a_wrong_key_does_not_spoil_the_check_of_the_right_one(tmp_path: Path) -> None:
    """A backup brought back without its check file, first with the wrong key."""
    used(tmp_path)
    right = (tmp_path / KEY_FILE).read_text()
    (tmp_path / CHECK_FILE).unlink()
    (tmp_path / KEY_FILE).write_text(secrets.token_hex(32))
    assert code_of(lambda: opened(tmp_path)) == "STORE_DAMAGED"
    (tmp_path / KEY_FILE).write_text(right)
    opened(tmp_path).close()
    assert (tmp_path / CHECK_FILE).exists()


def test_a_store_without_its_key_is_left_alone(tmp_path: Path) -> None:
    used(tmp_path)
    before = (tmp_path / STORE_FILE).read_bytes()
    (tmp_path / KEY_FILE).unlink()
    assert code_of(lambda: opened(tmp_path)) == "STORE_KEY_WRONG"
    assert not (tmp_path / KEY_FILE).exists()
    assert (tmp_path / STORE_FILE).read_bytes() == before


@pytest.mark.parametrize("text", ["", "abc", "00" * 31, "zz" * 32, "é" * 64])
def test_a_malformed_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / KEY_FILE).write_text(text, "utf-8")
    assert code_of(lambda: opened(tmp_path)) == "STORE_KEY_WRONG"
    assert not (tmp_path / STORE_FILE).exists()


def test_the_key_may_come_from_systemd(tmp_path: Path) -> None:
    data, credentials = tmp_path / "data", tmp_path / "credentials"
    credentials.mkdir()
    (credentials / KEY_FILE).write_text(secrets.token_hex(32))
    environ = {"CREDENTIALS_DIRECTORY": str(credentials)}
    opened(data, environ=environ).close()
    assert not (data / KEY_FILE).exists()
    opened(data, environ=environ).close()
    assert code_of(lambda: opened(data)) == "STORE_KEY_WRONG"


def test_a_new_store_where_an_old_one_was_removed_takes_a_new_check(tmp_path: Path) -> None:
    used(tmp_path)
    (tmp_path / STORE_FILE).unlink()
    (tmp_path / KEY_FILE).unlink()
    (tmp_path / CHECK_FILE).unlink()
    used(tmp_path)
    opened(tmp_path).close()


# --- unusable --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["head", "middle", "cut", "text"])
def test_a_damaged_store_is_told_as_such(tmp_path: Path, damage: str) -> None:
    used(tmp_path, tokens=40)
    path = tmp_path / STORE_FILE
    whole = path.read_bytes()
    path.write_bytes(
        {
            "head": bytes(64) + whole[64:],
            "middle": whole[:4096] + bytes(len(whole) - 8192) + whole[-4096:],
            "cut": whole[: len(whole) // 2],
            "text": b"not a database" * 1000,
        }[damage]
    )

    def use() -> None:
        store = opened(tmp_path)
        try:
            issue(store, person(41))
        finally:
            store.close()

    assert code_of(use) == "STORE_DAMAGED"


def test_a_store_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    used(tmp_path)
    engine = writer_engine(tmp_path / STORE_FILE, bytes.fromhex((tmp_path / KEY_FILE).read_text()))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    assert code_of(lambda: opened(tmp_path)) == "STORE_NEWER"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes where it likes")
def test_a_folder_that_cannot_be_written_is_told_as_such(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert code_of(lambda: opened(tmp_path)) == "STORE_UNUSABLE"
    finally:
        tmp_path.chmod(0o700)


def test_a_file_in_the_folders_place_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert code_of(lambda: opened(tmp_path / "data")) == "STORE_UNUSABLE"


def test_a_folder_in_the_stores_place_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / STORE_FILE).mkdir()
    (tmp_path / KEY_FILE).write_text(secrets.token_hex(32))
    assert code_of(lambda: opened(tmp_path)) == "STORE_UNUSABLE"


def test_a_sound_store_has_no_damage(store: SqliteStore) -> None:
    issue(store)
    assert store.damage() == ""
