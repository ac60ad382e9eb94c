"""What a check-in costs the store is counted, not timed: transactions, statements, and how each finds its rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from kiosk.checkin import Registration
from kiosk.store import issuing, openings
from kiosk.store.store import SqliteStore, open_store
from tests.contracts.acts import issue
from tests.fakes import FakeClock, shuffled_ids
from tests.migrated import lay_store
from tests.model.samples import HOSPITAL, NINE, person

BY_INDEX = {
    issuing._SAME_PATIENT: ("token_number_key", "token_address_key"),
    issuing._AHEAD: ("token_queue",),
    issuing._GIVEN: ("sqlite_autoindex_token_2",),
    openings._OF_DAY: ("sqlite_autoindex_opening_1",),
}


@pytest.fixture
def store(quick_path: Path) -> Iterator[SqliteStore]:
    store = open_store(lay_store(quick_path), "A", shuffled_ids(), {})
    yield store
    store.close()


def noted(engine: Engine) -> list[str]:
    """Every statement from now on that goes through SQLAlchemy, with its COMMIT."""
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: said.append(statement))
    event.listen(engine, "commit", lambda _connection: said.append("COMMIT"))
    return said


@pytest.mark.parametrize("has_server", [False, True])
def test_a_new_patient_costs_one_transaction_of_five_writes(store: SqliteStore, has_server: bool) -> None:
    registration = Registration(store, HOSPITAL, FakeClock(NINE), has_server=has_server)
    registration.check_in(person(1), "MED", "hi")
    written, read = noted(store._writer), noted(store._reader)
    registration.check_in(person(2), "MED", "hi")
    tables = ["event", "token", "patient", "slip_job"]
    assert [" ".join(each.split()[:3]) for each in written] == [
        "BEGIN IMMEDIATE",
        *(f"INSERT INTO {table}" for table in tables),
        "UPDATE meta SET",
        "COMMIT",
    ]
    assert read == []


@pytest.mark.parametrize(("statement", "indexes"), BY_INDEX.items(), ids=("patient", "ahead", "given", "openings"))
def test_what_a_check_in_asks_is_found_by_index(store: SqliteStore, statement: str, indexes: tuple[str, ...]) -> None:
    for place in range(20):
        issue(store, person(place))
    names = ("number_key", "address_key", "facility_id", "day", "queue", "state", "queued_at", "token_id", "department")
    with store._reader.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", dict.fromkeys(names, "x"))
        plan = [str(row[-1]) for row in cursor.fetchall()]
    assert not [line for line in plan if line.startswith("SCAN") or "TEMP B-TREE" in line]
    for index in indexes:
        assert [line for line in plan if f"INDEX {index} (" in line], plan
