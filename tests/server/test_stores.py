"""A station has one store: restored ones follow it, copies raise an alarm."""

import uuid
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Row, select
from starlette.testclient import TestClient

from kiosk.server.alarms import MOST_OPEN, alarms_of, clear_alarm
from kiosk.server.database import Database
from kiosk.server.tables import alarm, store
from kiosk.sync.messages import StoreAnswer, StoreRequest
from tests.server.doors import JSON_TYPE, Device, HandClock, assert_problem, code_for, import_facility, web_of
from tests.sync.chain import FACILITY, Chain


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def web(database: Database, clock: HandClock) -> Iterator[TestClient]:
    import_facility(database, {"K1": "kiosk", "K2": "kiosk", "B1": "board"})
    with web_of(database, clock) as client:
        yield client


@pytest.fixture
def kiosk(web: TestClient, database: Database, clock: HandClock) -> Device:
    return enrolled(web, database, clock, "K1")


def enrolled(web: TestClient, database: Database, clock: HandClock, station_id: str) -> Device:
    device = Device(web, clock)
    device.enrol(code_for(database, station_id, clock.now()))
    return device


def claim(device: Device, former: str, *, series: str | None = None, orphans: Sequence[str] = ()) -> StoreRequest:
    """Of a new store, which the device has from now on."""
    device.store_id = str(uuid.uuid4())
    return StoreRequest(
        facility_id=FACILITY,
        store_id=device.store_id,
        former_store_id=former,
        series=series,
        orphans=list(orphans),
    )


def granted(device: Device, request: StoreRequest) -> StoreAnswer:
    answer = device.post("/v1/stores", request.model_dump_json().encode())
    assert answer.status_code == 200, answer.text
    return StoreAnswer.model_validate_json(answer.content)


def refused(device: Device, request: StoreRequest, status: int, code: str) -> None:
    assert_problem(device.post("/v1/stores", request.model_dump_json().encode()), status, code)


def open_alarms(database: Database) -> list[Row[*tuple[object, ...]]]:
    with database.reader.begin() as connection:
        return list(connection.execute(select(alarm).where(alarm.c.cleared_at.is_(None))).all())


def twin(device: Device) -> Device:
    """A machine with the same disk: the same key and store."""
    copy = Device(device.web, device.clock, store_id=device.store_id)
    copy.private_key, copy.signer = device.private_key, device.signer
    return copy


def test_a_new_store_gets_new_series_and_is_told_what_is_held(kiosk: Device, database: Database) -> None:
    former = Chain(series="", store_id=kiosk.store_id).issue_many(3)
    kiosk.sync(former)
    ids = [event.event_id for event in former.events]
    request = claim(kiosk, former.store_id, orphans=[*ids[1:], str(uuid.uuid4())])
    answer = granted(kiosk, request)
    assert (answer.series, answer.reserve_series) == ("B", "C")
    assert answer.held == sorted(ids[1:])
    assert kiosk.sync(Chain(series="B", store_id=kiosk.store_id).issue_many(1)).json()["acked_seq"] == 1
    with database.reader.begin() as connection:
        left = connection.execute(select(store).filter_by(store_id=former.store_id)).one()
    assert left.superseded_at is not None
    assert open_alarms(database) == []


def test_the_same_claim_again_gets_the_same(kiosk: Device) -> None:
    request = claim(kiosk, kiosk.store_id)
    first, again = granted(kiosk, request), granted(kiosk, request)
    assert first == again


def test_a_store_that_has_begun_in_the_reserve_keeps_it(kiosk: Device) -> None:
    request = claim(kiosk, kiosk.store_id, series="A")
    assert [granted(kiosk, request).series for _ in range(2)] == ["A", "A"]
    assert granted(kiosk, claim(kiosk, kiosk.store_id)).series == "C", "B was the new reserve, and is not given again"


def test_the_reserve_of_another_is_not_given(
    kiosk: Device, web: TestClient, database: Database, clock: HandClock
) -> None:
    other = enrolled(web, database, clock, "K2")
    former = other.store_id
    refused(other, claim(other, former, series="A"), 409, "SERIES_TAKEN")
    assert granted(other, claim(other, former, series="C")).series == "C"


def test_a_copied_machine_is_found_out(kiosk: Device, database: Database, clock: HandClock) -> None:
    former = kiosk.store_id
    copy = twin(kiosk)
    granted(kiosk, claim(kiosk, former))
    late = claim(copy, former)
    refused(copy, late, 403, "STATION_CLONED")
    refused(copy, late, 403, "STATION_CLONED")
    (raised,) = open_alarms(database)
    assert (raised.kind, raised.station_id, raised.store_id) == ("station_key_cloned", "K1", copy.store_id)
    assert_problem(copy.sync(), 409, "STORE_UNKNOWN")
    assert kiosk.sync().status_code == 200

    assert database.write(lambda connection: clear_alarm(connection, FACILITY, raised.alarm_id, clock.now()))
    assert granted(copy, late).series == "D", "an administrator said that it is the true one"
    assert_problem(kiosk.sync(), 409, "STORE_FORK")


def test_enrolling_the_true_machine_does_not_let_the_copy_in(
    kiosk: Device, database: Database, clock: HandClock
) -> None:
    """Its alarm is closed, and nobody has looked at its store."""
    copy, former = twin(kiosk), kiosk.store_id
    granted(kiosk, claim(kiosk, former))
    clock.forward(60)
    copied = claim(copy, former)
    refused(copy, copied, 403, "STATION_CLONED")
    clock.forward(60)
    kiosk.enrol(code_for(database, "K1", clock.now()))
    assert open_alarms(database) == []
    kiosk.clock.forward(60)
    refused(kiosk, copied, 403, "STATION_CLONED")
    assert [row.store_id for row in open_alarms(database)] == [copied.store_id]


def test_a_superseded_store_that_speaks_again_raises_an_alarm(kiosk: Device, database: Database) -> None:
    copy = twin(kiosk)
    granted(kiosk, claim(kiosk, copy.store_id))
    chain = Chain(series="", store_id=copy.store_id).issue_many(1)
    for _ in range(2):
        assert_problem(copy.sync(chain), 409, "STORE_FORK")
    (raised,) = open_alarms(database)
    assert (raised.kind, raised.store_id) == ("superseded_store_spoke", copy.store_id)
    request = claim(copy, kiosk.store_id).model_copy(update={"store_id": chain.store_id})
    refused(copy, request, 409, "STORE_FORK")


def test_a_quarantined_store_cannot_be_registered_again(kiosk: Device) -> None:
    chain = Chain(series="", store_id=kiosk.store_id)
    fork = chain.copy()
    assert kiosk.sync(chain.issue_many(1)).status_code == 200
    assert_problem(kiosk.sync(fork.issue_many(1)), 409, "STORE_FORK")
    granted(kiosk, claim(kiosk, chain.store_id))


def test_the_store_of_another_station_raises_an_alarm(
    kiosk: Device, web: TestClient, database: Database, clock: HandClock
) -> None:
    other = enrolled(web, database, clock, "K2")
    former, other.store_id = other.store_id, kiosk.store_id
    assert_problem(other.sync(), 403, "STORE_FOREIGN")
    request = StoreRequest(facility_id=FACILITY, store_id=kiosk.store_id, former_store_id=former)
    refused(other, request, 403, "STORE_FOREIGN")
    assert {(row.kind, row.station_id) for row in open_alarms(database)} == {("store_of_other_station", "K2")}
    assert kiosk.sync().status_code == 200


def test_a_store_that_nobody_knows_must_be_registered(kiosk: Device, database: Database) -> None:
    kiosk.store_id = str(uuid.uuid4())
    assert_problem(kiosk.sync(), 409, "STORE_UNKNOWN")
    assert open_alarms(database) == []


def test_alarms_of_a_machine_run_wild_are_few(kiosk: Device, database: Database) -> None:
    copy = twin(kiosk)
    former = kiosk.store_id
    granted(kiosk, claim(kiosk, former))
    for _ in range(MOST_OPEN + 3):
        refused(copy, claim(copy, former), 403, "STATION_CLONED")
    with database.reader.begin() as connection:
        assert len(alarms_of(connection, FACILITY)) == MOST_OPEN


def test_boards_and_strangers_have_no_stores(web: TestClient, database: Database, clock: HandClock) -> None:
    board = enrolled(web, database, clock, "B1")
    request = claim(board, board.store_id)
    refused(board, request, 403, "FORBIDDEN")
    unsigned = web.post("/v1/stores", content=request.model_dump_json(), headers=JSON_TYPE)
    assert_problem(unsigned, 403, "FORBIDDEN")
    other = request.model_copy(update={"facility_id": "IN9999999999"})
    refused(board, other, 403, "FORBIDDEN")
