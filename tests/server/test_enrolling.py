"""Pairing codes, what they make of a station, and who gets which series."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import insert, select, update
from starlette.testclient import TestClient

from kiosk.server.database import Database
from kiosk.server.enrolling import CODE_ALPHABET, CODE_CHARS, MOST_KEYS, enrol, new_code, pair, revoke
from kiosk.server.limits import FAILED_PER_S, Buckets, Limits, usual_limits
from kiosk.server.problems import ProblemError
from kiosk.server.tables import alarm, pairing, station, station_key, store
from kiosk.sync.messages import EnrolAnswer, EnrolRequest, KeyAnswer, KeyRequest, SyncRequest
from kiosk.sync.signing import Signer
from tests.server.doors import (
    FACILITY_KEY,
    JSON_TYPE,
    PUBLIC_URL,
    Device,
    HandClock,
    assert_problem,
    code_for,
    import_facility,
    web_of,
)
from tests.sync.chain import FACILITY, Chain

STATIONS = {"K1": "kiosk", "K2": "kiosk", "D1": "desk", "B1": "board"}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def web(database: Database, clock: HandClock) -> Iterator[TestClient]:
    import_facility(database, STATIONS)
    with web_of(database, clock, is_open=False) as client:
        yield client


def enrolled(
    web: TestClient, database: Database, clock: HandClock, station_id: str, store_id: str = ""
) -> tuple[Device, EnrolAnswer]:
    device = Device(web, clock, store_id=store_id)
    return device, device.enrol(code_for(database, station_id, clock.now()))


def test_a_code_becomes_a_station(web: TestClient, database: Database, clock: HandClock) -> None:
    device, answer = enrolled(web, database, clock, "K1")
    assert (answer.facility_id, answer.station_id, answer.kind) == (FACILITY, "K1", "kiosk")
    assert (answer.public_url, answer.facility_key) == (PUBLIC_URL, FACILITY_KEY)
    assert (answer.series, answer.reserve_series) == ("", "A")
    assert answer.server_time == clock.now()
    assert device.sync().status_code == 200
    with database.reader.begin() as connection:
        row = connection.execute(select(station).filter_by(station_id="K1")).one()
    assert (row.store_id, row.enrolled_at, row.revoked_at) == (device.store_id, clock.now(), None)


def test_each_station_that_issues_has_a_series_of_its_own(
    web: TestClient, database: Database, clock: HandClock
) -> None:
    answers = [enrolled(web, database, clock, name)[1] for name in ("K1", "D1", "B1", "K2")]
    assert [(each.series, each.reserve_series) for each in answers] == [("", "A"), ("B", "C"), (None, None), ("D", "E")]


def test_a_code_works_once(web: TestClient, database: Database, clock: HandClock) -> None:
    code = code_for(database, "K1", clock.now())
    first = Device(web, clock)
    first.enrol(code)
    assert_problem(Device(web, clock).try_code(code), 403, "CODE_WRONG")
    assert first.sync().status_code == 200


def test_an_enrolment_whose_answer_was_lost_is_answered_again(
    web: TestClient, database: Database, clock: HandClock
) -> None:
    code = code_for(database, "K1", clock.now())
    device = Device(web, clock)
    lost = device.enrol(code)
    clock.forward(599)
    assert device.enrol(code) == lost.model_copy(update={"server_time": clock.now()})
    assert device.sync().status_code == 200
    with database.reader.begin() as connection:
        assert len(connection.execute(select(station_key)).all()) == 1
    other_key = Device(web, clock, store_id=device.store_id)
    other_store = Device(web, clock)
    other_store.private_key = device.private_key
    for other in (other_key, other_store):
        assert_problem(other.try_code(code), 403, "CODE_WRONG")
    clock.forward(1)
    assert_problem(device.try_code(code), 403, "CODE_WRONG")


def test_a_used_code_lets_nobody_back_in(web: TestClient, database: Database, clock: HandClock) -> None:
    code = code_for(database, "K1", clock.now())
    device = Device(web, clock)
    device.enrol(code)
    with database.writer.begin() as connection:
        connection.execute(update(station_key).values(revoked_at=clock.now()))
    assert_problem(device.try_code(code), 403, "CODE_WRONG")
    assert_problem(device.sync(), 401, "KEY_UNKNOWN")
    assert database.write(lambda connection: revoke(connection, FACILITY, "K1", clock.now()))
    assert_problem(device.try_code(code), 403, "CODE_WRONG")


def test_the_same_enrolment_twice_at_once(database: Database, clock: HandClock) -> None:
    import_facility(database, STATIONS)
    code, start = code_for(database, "K1", clock.now()), Barrier(2)
    request = EnrolRequest(code=code, public_key="ab" * 32, store_id=str(uuid.uuid4()))

    def show() -> EnrolAnswer:
        start.wait(60)
        return enrol(database, request, PUBLIC_URL, str(uuid.uuid4()), clock.now())

    with ThreadPoolExecutor(2) as threads:
        one, other = (each.result() for each in [threads.submit(show) for _ in range(2)])
    assert one == other


def test_a_code_lives_ten_minutes(web: TestClient, database: Database, clock: HandClock) -> None:
    code = code_for(database, "K1", clock.now())
    clock.forward(600)
    assert_problem(Device(web, clock).try_code(code), 403, "CODE_WRONG")
    code = code_for(database, "K1", clock.now())
    clock.forward(599)
    Device(web, clock).enrol(code)


def test_a_new_code_takes_the_place_of_the_old_one(web: TestClient, database: Database, clock: HandClock) -> None:
    old, new = (code_for(database, "K1", clock.now()) for _ in range(2))
    assert_problem(Device(web, clock).try_code(old), 403, "CODE_WRONG")
    Device(web, clock).enrol(new)


def test_there_are_codes_for_known_stations_only(web: TestClient, database: Database, clock: HandClock) -> None:
    assert not database.write(lambda connection: pair(connection, FACILITY, "K9", new_code(), clock.now()))


def test_codes_are_kept_as_hashes(web: TestClient, database: Database, clock: HandClock) -> None:
    code = code_for(database, "K1", clock.now())
    assert len(code) == CODE_CHARS
    assert set(code) <= set(CODE_ALPHABET)
    with database.reader.begin() as connection:
        row = connection.execute(select(pairing)).one()
    assert code not in str(row)


def test_enrolment_of_nonsense_is_a_problem(web: TestClient) -> None:
    for body in (b"", b"{}", b"[]", b'{"code": "\xff"}', b'{"code": "ABCDEFGI"}'):
        refused = web.post("/v1/enrol", content=body, headers=JSON_TYPE)
        assert_problem(refused, 422, "REQUEST_INVALID")


def test_guessing_is_slowed_down(database: Database, clock: HandClock) -> None:
    import_facility(database, STATIONS)
    at = 0.0
    with web_of(database, clock, limits=usual_limits(lambda: at)) as web:
        device = Device(web, clock)
        for _ in range(30):
            assert_problem(device.try_code(new_code()), 403, "CODE_WRONG")
        code = code_for(database, "K1", clock.now())
        refused = device.try_code(code)
        assert_problem(refused, 429, "RATE_LIMITED")
        assert refused.headers["retry-after"] == "1"
        at = 1.0
        device.enrol(code)


def test_one_who_sends_wrong_codes_keeps_nobody_from_enrolling(database: Database, clock: HandClock) -> None:
    import_facility(database, STATIONS)
    at = 0.0
    limits = Limits(Buckets(1.0, 100, lambda: at), Buckets(FAILED_PER_S, 2, lambda: at))
    with web_of(database, clock, limits=limits) as web:
        device = Device(web, clock)
        assert [device.try_code(new_code()).status_code for _ in range(3)] == [403, 403, 429]
        for _ in range(3):
            at += 2.0
            assert_problem(device.try_code(new_code()), 403, "CODE_WRONG")
            device.enrol(code_for(database, "K1", clock.now()))


def test_codes_that_fit_do_not_count(database: Database, clock: HandClock) -> None:
    import_facility(database, STATIONS)
    limits = Limits(Buckets(1.0, 100, lambda: 0.0), Buckets(1.0, 1, lambda: 0.0))
    with web_of(database, clock, limits=limits) as web:
        for _ in range(3):
            Device(web, clock).enrol(code_for(database, "K1", clock.now()))


def test_wrong_codes_sent_at_once_are_no_more_than_one_after_another(database: Database, clock: HandClock) -> None:
    limits = Limits(Buckets(1.0, 100, lambda: 0.0), Buckets(1.0, 2, lambda: 0.0))
    with web_of(database, clock, limits=limits) as web, ThreadPoolExecutor(8) as threads:
        tries = threads.map(lambda _: Device(web, clock).try_code(new_code()).status_code, range(8))
        assert sorted(tries) == [403] * 2 + [429] * 6


def test_two_who_show_one_code_at_once(database: Database, clock: HandClock) -> None:
    import_facility(database, STATIONS)
    for _ in range(5):
        code, start = code_for(database, "K1", clock.now()), Barrier(2)

        def show(code: str = code, start: Barrier = start) -> str:
            request = EnrolRequest(code=code, public_key="ab" * 32, store_id=str(uuid.uuid4()))
            start.wait(60)
            try:
                return enrol(database, request, PUBLIC_URL, str(uuid.uuid4()), clock.now()).station_id
            except ProblemError as error:
                return error.code

        with ThreadPoolExecutor(2) as threads:
            shown = [threads.submit(show) for _ in range(2)]
            assert sorted(each.result() for each in shown) == ["CODE_WRONG", "K1"]


def test_stations_enrolled_at_once_get_different_series(database: Database, clock: HandClock) -> None:
    names = [f"K{number}" for number in range(1, 9)]
    import_facility(database, dict.fromkeys(names, "kiosk"))
    codes, start = [code_for(database, name, clock.now()) for name in names], Barrier(len(names))

    def show(code: str) -> list[str | None]:
        request = EnrolRequest(code=code, public_key="ab" * 32, store_id=str(uuid.uuid4()))
        start.wait(60)
        answer = enrol(database, request, PUBLIC_URL, str(uuid.uuid4()), clock.now())
        return [answer.series, answer.reserve_series]

    with ThreadPoolExecutor(len(names)) as threads:
        given = [series for pair_ in threads.map(show, codes) for series in pair_]
    assert sorted(map(str, given)) == sorted(["", *"ABCDEFGHJKLMNPQ"])


def test_enrolled_again_with_its_store_a_station_keeps_its_series(
    web: TestClient, database: Database, clock: HandClock
) -> None:
    old, first = enrolled(web, database, clock, "K1")
    new, second = enrolled(web, database, clock, "K1", old.store_id)
    assert (second.series, second.reserve_series) == (first.series, first.reserve_series)
    assert_problem(old.sync(), 401, "KEY_UNKNOWN")
    assert new.sync().status_code == 200


def test_enrolled_again_with_a_new_store_it_gets_new_ones(
    web: TestClient, database: Database, clock: HandClock
) -> None:
    old, _ = enrolled(web, database, clock, "K1")
    new, answer = enrolled(web, database, clock, "K1")
    assert (answer.series, answer.reserve_series) == ("B", "C")
    with database.reader.begin() as connection:
        left = connection.execute(select(store).filter_by(store_id=old.store_id)).one()
    assert left.superseded_at == clock.now()
    new.store_id = old.store_id
    assert_problem(new.sync(), 409, "STORE_FORK")
    assert_problem(new.try_code(code_for(database, "K1", clock.now())), 409, "STORE_FORK")


def test_a_revoked_station_is_let_in_again_by_a_code(web: TestClient, database: Database, clock: HandClock) -> None:
    device, _ = enrolled(web, database, clock, "K1")
    pending = code_for(database, "K1", clock.now())
    assert database.write(lambda connection: revoke(connection, FACILITY, "K1", clock.now()))
    assert_problem(device.sync(), 401, "KEY_UNKNOWN")
    assert_problem(device.try_code(pending), 403, "CODE_WRONG")
    device.enrol(code_for(database, "K1", clock.now()))
    assert device.sync().status_code == 200
    assert not database.write(lambda connection: revoke(connection, FACILITY, "K9", clock.now()))


def test_a_store_that_issued_alone_keeps_its_series(web: TestClient, database: Database, clock: HandClock) -> None:
    device = Device(web, clock)
    answer = device.enrol(code_for(database, "K1", clock.now()), series="B", facility_id=FACILITY)
    assert (answer.series, answer.reserve_series) == ("B", "")
    other = Device(web, clock)
    code = code_for(database, "K2", clock.now())
    for series in ("B", "", "S"):
        assert_problem(other.try_code(code, series=series, facility_id=FACILITY), 409, "SERIES_TAKEN")
    assert_problem(other.try_code(code, series="Q", facility_id="IN9999999999"), 409, "FACILITY_OTHER")
    assert other.enrol(code).series == "A", "a refusal for such reasons does not use the code up"


def test_a_reserve_that_a_restored_store_began_is_its_own(
    web: TestClient, database: Database, clock: HandClock
) -> None:
    enrolled(web, database, clock, "K1")
    restored = Device(web, clock)
    answer = restored.enrol(code_for(database, "K1", clock.now()), series="A", facility_id=FACILITY)
    assert (answer.series, answer.reserve_series) == ("A", "B")


def test_a_store_that_was_here_before_is_adopted_with_its_series(database: Database, clock: HandClock) -> None:
    """A facility that ran open on loopback, and is imported later."""
    alone = Chain(series="A").issue_many(2)
    body = SyncRequest.of(alone.push(), FACILITY).json_bytes()
    with web_of(database, clock) as web:
        assert web.post("/v1/sync", content=body, headers=JSON_TYPE).status_code == 200
        with database.writer.begin() as connection:
            values = {"config_revision": 1, "facility_key": FACILITY_KEY}
            connection.execute(store.metadata.tables["facility"].update().values(**values))
            row = {"facility_id": FACILITY, "kind": "kiosk", "name": ""}
            connection.execute(insert(station), [{**row, "station_id": name} for name in ("K1", "K2")])
        stranger, answer = enrolled(web, database, clock, "K2")
        assert (answer.series, answer.reserve_series) == ("", "B"), "A is in use, though nobody was given it"
        device = Device(web, clock, store_id=alone.store_id)
        answer = device.enrol(code_for(database, "K1", clock.now()), series="A", facility_id=FACILITY)
        assert answer.series == "A"
        alone.issue(3)
        assert device.sync(alone).json()["acked_seq"] == 3
        assert_problem(stranger.sync(Chain(store_id=alone.store_id)), 403, "STORE_FOREIGN")


def test_the_store_of_another_station_is_not_taken_over(web: TestClient, database: Database, clock: HandClock) -> None:
    first, _ = enrolled(web, database, clock, "K1")
    copy = Device(web, clock, store_id=first.store_id)
    assert_problem(copy.try_code(code_for(database, "K2", clock.now())), 403, "STORE_FOREIGN")
    assert first.sync().status_code == 200


def next_key(device: Device, public_key: str) -> KeyAnswer:
    answer = device.post("/v1/keys", KeyRequest(public_key=public_key).model_dump_json().encode())
    assert answer.status_code == 200, answer.text
    return KeyAnswer.model_validate_json(answer.content)


def test_a_key_is_renewed_and_the_old_one_goes_on_for_a_week(
    web: TestClient, database: Database, clock: HandClock
) -> None:
    device, answer = enrolled(web, database, clock, "K1")
    fresh = Device(web, clock, store_id=device.store_id)
    renewed = next_key(device, fresh.public_key)
    assert renewed.key_id != answer.key_id
    assert next_key(device, fresh.public_key).key_id == renewed.key_id, "the answer may have been lost"
    fresh.signer = Signer(fresh.private_key, FACILITY, renewed.key_id, PUBLIC_URL)
    assert [each.sync().status_code for each in (device, fresh)] == [200, 200]
    clock.forward(timedelta(days=7).total_seconds())
    assert_problem(device.sync(), 401, "KEY_UNKNOWN")
    assert fresh.sync().status_code == 200
    with database.reader.begin() as connection:
        assert len(connection.execute(select(station_key)).all()) == 2


def test_a_station_has_few_keys_and_those_that_would_end_first_go(
    web: TestClient, database: Database, clock: HandClock
) -> None:
    device, _ = enrolled(web, database, clock, "K1")
    renewed = [device]
    for _ in range(MOST_KEYS + 2):
        clock.forward(3600)
        fresh = Device(web, clock, store_id=device.store_id)
        answer = next_key(renewed[-1], fresh.public_key)
        fresh.signer = Signer(fresh.private_key, FACILITY, answer.key_id, PUBLIC_URL)
        renewed.append(fresh)
    assert [each.sync().status_code for each in renewed] == [401] * 3 + [200] * MOST_KEYS
    clock.forward(timedelta(days=7).total_seconds())
    next_key(renewed[-1], Device(web, clock).public_key)
    with database.reader.begin() as connection:
        assert len(connection.execute(select(station_key)).all()) == 2, "those that have ended are gone"


def test_the_key_that_asks_for_others_goes_on(web: TestClient, database: Database, clock: HandClock) -> None:
    device, answer = enrolled(web, database, clock, "K1")
    made = [next_key(device, Device(web, clock).public_key).key_id for _ in range(MOST_KEYS + 2)]
    with database.reader.begin() as connection:
        held = connection.execute(select(station_key.c.key_id)).scalars().all()
    assert len(held) == MOST_KEYS
    assert {answer.key_id, made[-1]} < set(held)
    assert device.sync().status_code == 200


def test_keys_are_for_stations_only(database: Database, clock: HandClock) -> None:
    with web_of(database, clock) as web:
        body = KeyRequest(public_key="ab" * 32).model_dump_json()
        assert_problem(web.post("/v1/keys", content=body, headers=JSON_TYPE), 403, "FORBIDDEN")


def test_enrolling_clears_the_stations_alarms(web: TestClient, database: Database, clock: HandClock) -> None:
    with database.writer.begin() as connection:
        common = {"facility_id": FACILITY, "kind": "station_key_cloned", "raised_at": clock.now()}
        rows = [
            {**common, "alarm_id": name, "station_id": name, "store_id": str(uuid.uuid4())} for name in ("K1", "K2")
        ]
        connection.execute(insert(alarm), rows)
    enrolled(web, database, clock, "K1")
    with database.reader.begin() as connection:
        still_open = connection.execute(select(alarm.c.station_id).where(alarm.c.cleared_at.is_(None))).scalars().all()
    assert still_open == ["K2"]
