"""What is forgotten is gone from the file, its log and all copies; and forgetting never holds up a patient."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from kiosk.model.patient import Patient
from kiosk.store.backup import back_up, purge_backups
from kiosk.store.store import SqliteStore, open_store
from tests.contracts.acts import issue, pulled
from tests.fakes import shuffled_ids
from tests.migrated import lay_store
from tests.model.samples import ASHA, EYE, NINE, NUMBER, SURGERY, minutes, person
from tests.store.pages import places_of

LATER = NINE + timedelta(hours=25)
NAME = "Asha Devi"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_store(lay_store(tmp_path), "A", shuffled_ids(), {})
    yield store
    store.close()


def a_busy_day(store: SqliteStore) -> None:
    """Enough rows that pages are split and moved, and a name that was learned late and told in several departments.

    The last time at the end, so that it stands in the log whenever SQLite has last emptied that.
    """
    for place in range(60):
        issue(store, Patient(f"9100000001{place:04d}", name=f"Before{place} Sharma", address="x" * (place * 40)))
    issue(store, Patient(NUMBER, address="House 12, " + "a" * 3000))
    issue(store, ASHA)
    issue(store, ASHA, EYE)
    for place in range(60):
        issue(store, person(place))
    issue(store, ASHA, SURGERY)


def all_acknowledged(store: SqliteStore) -> None:
    events = store.next_push(10_000).events
    store.synced(pulled(acked=events[-1].seq), NINE)


def test_a_forgotten_name_stands_in_no_page_of_file_log_or_backup(store: SqliteStore, tmp_path: Path) -> None:
    a_busy_day(store)
    backups = tmp_path / "backups"
    for _ in range(3):
        back_up(store, backups, NINE)
    before = places_of(NAME, tmp_path, store.key)
    assert {place.split()[0] for place in before} == {
        "store.db",
        "store.db-wal",
        *(f"backups/store-20261123T03300{second}Z.db" for second in range(3)),
    }
    assert places_of("House 12", tmp_path, store.key)
    assert store.purge_details(LATER) == 0, "nothing is acknowledged"
    all_acknowledged(store)
    assert store.purge_details(LATER) == 122
    assert {place.split("/")[0] for place in places_of(NAME, tmp_path, store.key)} == {"backups"}
    assert purge_backups(store, backups, LATER) == 3
    for forgotten in (NAME, "House 12", "Before7", "Person0003", NUMBER):
        assert places_of(forgotten, tmp_path, store.key) == [], forgotten
    assert [path.name for path in backups.iterdir()] == ["store-20261124T043000Z.db"]
    assert places_of("MA-001", tmp_path, store.key), "the tokens are still there, and these pages can be read"


def test_a_purge_that_a_reader_held_up_is_finished_by_the_next(store: SqliteStore, tmp_path: Path) -> None:
    issue(store, ASHA)
    all_acknowledged(store)
    with store._reader.begin() as reading:
        reading.exec_driver_sql("SELECT count(*) FROM patient").scalar()
        assert store.purge_details(LATER) == 1
        assert store.empty_log() is False
        assert places_of(NAME, tmp_path, store.key)
        assert issue(store, person(1), now=LATER).number == 1, "nobody waits for the reader"
    assert store.purge_details(LATER) == 0
    assert places_of(NAME, tmp_path, store.key) == []


def test_a_corrected_detail_leaves_no_trace_either(store: SqliteStore, tmp_path: Path) -> None:
    """Deleting overwrites; so does learning more, which rewrites the row."""
    issue(store, Patient(NUMBER, name=NAME))
    issue(store, Patient(NUMBER, name=NAME, address="y" * 3500, district="Lucknow"))
    all_acknowledged(store)
    assert store.purge_details(LATER) == 1
    assert [places_of(text, tmp_path, store.key) for text in (NAME, "yyyyyyyy", "Lucknow")] == [[], [], []]


def test_checkpoint_does_not_block_issuing(store: SqliteStore, tmp_path: Path) -> None:
    """Neither one that a reader holds up, nor one with much to write."""
    a_busy_day(store)
    all_acknowledged(store)
    turns, together = 20, threading.Barrier(2)

    def purge_again_and_again() -> None:
        for turn in range(turns):
            together.wait(60)
            store.purge_details(LATER + minutes(turn))

    purger = threading.Thread(target=purge_again_and_again)
    with store._reader.begin() as reading:
        reading.exec_driver_sql("SELECT count(*) FROM event").scalar()
        purger.start()
        took_s = [issued_within_s(store, person(200 + turn), together, LATER + minutes(turn)) for turn in range(turns)]
        purger.join()
    assert max(took_s) < 8.0, "a checkpoint that waits for its reader would wait ten seconds"


def issued_within_s(store: SqliteStore, patient: Patient, together: threading.Barrier, now: datetime) -> float:
    together.wait(60)
    start = monotonic()
    issue(store, patient, now=now)
    return monotonic() - start


def test_only_one_component_checkpoints(tmp_path: Path, store: SqliteStore) -> None:
    """No line but the purge's asks for one; and no reader, nor a copy being made, brings the log into the file."""
    source = Path(__file__).parents[2] / "kiosk"
    asking = [path.name for path in source.rglob("*.py") if "wal_checkpoint" in path.read_text()]
    assert asking == ["purging.py"] or sorted(asking) == ["purging.py", "sqlite.py"]
    issue(store, ASHA)
    before = (tmp_path / "store.db").read_bytes()
    store.tokens(NINE.date())
    back_up(store, tmp_path / "backups", NINE)
    assert (tmp_path / "store.db").read_bytes() == before
