"""Days without a server are caught up in batches while patients go on getting tokens: a real store, two threads."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median

import pytest

from kiosk.app import new_id
from kiosk.model.patient import Patient
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.ports import IssueOrder
from kiosk.store.store import SqliteStore, open_store
from kiosk.sync.loop import SyncReport, sync_until_done
from tests.fakes import FakeClock
from tests.sync.chain import Chain
from tests.sync.fake_server import FakeHospitalServer

BACKLOG, OTHERS, IDLE = 500, 2000, 60
LONGEST_S = 8.0
"""No patient may wait longer, on a machine that is busy with other tests as well; alone it is a tenth of a second."""
BETWEEN_S = 0.01
"""Between two patients, far less than there will ever be."""
START = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_store(tmp_path, "K", new_id, {})
    yield store
    store.close()


def issue_one(store: SqliteStore, number: int) -> float:
    """Returns how long it took, in seconds."""
    department = SAMPLE_FACILITY.departments[0]
    patient = Patient(f"91{number:012d}")
    order = IssueOrder(patient, SAMPLE_FACILITY, department, START, "en", "1", wants_slip=False)
    started = time.perf_counter()
    store.issue(order)
    return time.perf_counter() - started


def test_a_backlog_of_days_does_not_hold_up_patients(store: SqliteStore) -> None:
    numbers = count(1)
    idle = [issue_one(store, next(numbers)) for _ in range(BACKLOG)][-IDLE:]
    server = FakeHospitalServer()
    others = Chain("Q", SAMPLE_FACILITY.facility_id).issue_many(OTHERS)
    for first in range(1, OTHERS, 200):
        server.exchange(others.push(first, first + 199))
    reports: list[SyncReport] = []
    clock = FakeClock(START)
    thread = threading.Thread(target=lambda: reports.append(sync_until_done(store, server, clock)))
    thread.start()
    busy = []
    while thread.is_alive():
        busy.append(issue_one(store, next(numbers)))
        thread.join(BETWEEN_S)
    sync_until_done(store, server, clock)
    assert reports[0].pulled == OTHERS
    assert store.unsynced() == 0
    assert sum(event.store_id == store.store_id for event in server.log) == BACKLOG + len(busy)
    assert len(busy) > 3, "patients were served meanwhile"
    print(
        f"issue {1000 * median(idle):.1f} ms idle, {1000 * median(busy):.1f} ms busy, {1000 * max(busy):.0f} ms worst"
    )
    # One batch is one transaction, behind which a patient may have to wait; how long depends on the machine.
    assert median(busy) < 0.5 + 20 * median(idle)
    assert max(busy) < LONGEST_S
