"""The contract of ``HospitalServer``, kept by the real server over loopback and by the fake one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.errors import ServerError, StoreForkError
from kiosk.model.events import FIRST_HASH, Kind, chained
from kiosk.model.exchange import Parked, Pull
from kiosk.server.app import running_server
from kiosk.sync.client import HttpServer
from kiosk.sync.hospital_server import HospitalServer
from tests.postgres import database_of
from tests.sync.chain import FACILITY, Chain
from tests.sync.fake_server import FakeHospitalServer


@pytest.fixture(params=["sqlite", "postgresql", "fake"])
def hospital(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HospitalServer]:
    if request.param == "fake":
        yield FakeHospitalServer()
        return
    with database_of(request.param, request, tmp_path) as url, running_server(url) as running:
        client = HttpServer(running.url, FACILITY)
        yield client
        client.close()


def listen(hospital: HospitalServer, cursor: int = 0) -> Pull:
    """As a station with nothing to say."""
    return hospital.exchange(Chain("Z").push(cursor=cursor))


def test_an_empty_push_is_answered(hospital: HospitalServer) -> None:
    pull = listen(hospital)
    assert (pull.acked_seq, pull.parked, pull.events, pull.cursor, pull.more) == (0, (), (), 0, False)
    assert abs(pull.server_time - datetime.now(UTC)) < timedelta(minutes=1)


def test_events_are_acknowledged_and_given_to_others_as_they_were_written(hospital: HospitalServer) -> None:
    chain = Chain().issue_many(3)
    assert hospital.exchange(chain.push()).acked_seq == 3
    pull = listen(hospital)
    assert pull.events == tuple(chain.events)
    assert pull.patients == ()


def test_a_station_is_not_given_its_own_events(hospital: HospitalServer) -> None:
    chain = Chain().issue_many(3)
    pull = hospital.exchange(chain.push())
    assert pull.events == ()
    assert pull.cursor == 3


def test_replayed_event_is_a_success_not_an_error(hospital: HospitalServer) -> None:
    chain = Chain().issue_many(3)
    assert hospital.exchange(chain.push()).acked_seq == hospital.exchange(chain.push()).acked_seq == 3
    assert len(listen(hospital).events) == 3


def test_a_push_may_overlap_what_is_held(hospital: HospitalServer) -> None:
    chain = Chain().issue_many(5)
    hospital.exchange(chain.push(1, 3))
    assert hospital.exchange(chain.push(2, 5)).acked_seq == 5
    assert listen(hospital).events == tuple(chain.events)


def test_an_old_event_alone_is_acknowledged_as_far_as_all_are_held(hospital: HospitalServer) -> None:
    chain = Chain().issue_many(5)
    hospital.exchange(chain.push())
    assert hospital.exchange(chain.push(2, 2)).acked_seq == 5


def test_a_gap_is_not_acknowledged(hospital: HospitalServer) -> None:
    chain = Chain().issue_many(5)
    hospital.exchange(chain.push(1, 2))
    assert hospital.exchange(chain.push(4, 5)).acked_seq == 2
    assert len(listen(hospital).events) == 2
    assert hospital.exchange(chain.push(3, 5)).acked_seq == 5


def test_a_hole_within_a_push_ends_what_is_taken(hospital: HospitalServer) -> None:
    chain = Chain().issue_many(5)
    push = chain.push()
    holed = replace(push, events=(*push.events[:2], *push.events[3:]))
    assert hospital.exchange(holed).acked_seq == 2


def test_same_number_with_another_hash_is_a_fork(hospital: HospitalServer) -> None:
    chain = Chain().issue_many(2)
    clone = chain.copy()
    chain.issue(3)
    clone.issue(3)
    assert hospital.exchange(chain.push()).acked_seq == 3
    with pytest.raises(StoreForkError):
        hospital.exchange(clone.push(3))


def test_cloned_or_restored_store_is_refused_as_fork(hospital: HospitalServer) -> None:
    """Also where the clone sends only what follows its own past."""
    chain = Chain().issue_many(2)
    clone = chain.copy()
    chain.issue(3)
    clone.issue(3)
    clone.issue(4)
    hospital.exchange(chain.push())
    with pytest.raises(StoreForkError):
        hospital.exchange(clone.push(4))


def test_a_forked_store_stays_refused_and_others_do_not(hospital: HospitalServer) -> None:
    chain = Chain().issue_many(1)
    clone = Chain("A", store_id=chain.store_id).issue_many(1)
    hospital.exchange(chain.push())
    with pytest.raises(StoreForkError):
        hospital.exchange(clone.push())
    with pytest.raises(StoreForkError):
        hospital.exchange(chain.push())
    with pytest.raises(StoreForkError):
        hospital.exchange(chain.push(2))
    assert hospital.exchange(Chain("B").issue_many(1).push()).acked_seq == 1
    assert len(listen(hospital).events) == 2


def test_an_altered_event_is_refused_and_nothing_of_its_push_is_taken(hospital: HospitalServer) -> None:
    chain = Chain().issue_many(3)
    push = chain.push()
    altered = replace(push.events[1], body={**push.events[1].body, "number": 900})
    with pytest.raises(ServerError) as caught:
        hospital.exchange(replace(push, events=(push.events[0], altered, push.events[2])))
    assert caught.value.code == "SERVER_REFUSED"
    assert listen(hospital).events == ()
    assert hospital.exchange(push).acked_seq == 3


def test_failed_event_is_named_and_the_rest_go_through(hospital: HospitalServer) -> None:
    chain = Chain()
    first = chain.issue(1)
    chain.write(Kind.TOKEN_COMPLETED, first.token_id)
    chain.write("sang_a_song", first.token_id)
    chain.issue(2)
    pull = hospital.exchange(chain.push())
    assert pull.acked_seq == 4
    assert pull.parked == (Parked(2, "MOVE_ILLEGAL"), Parked(3, "KIND_UNKNOWN"))
    assert hospital.exchange(chain.push()).parked == pull.parked, "the first answer may have been lost"
    assert hospital.exchange(chain.push(4)).parked == ()


def test_a_number_that_is_taken_is_parked(hospital: HospitalServer) -> None:
    hospital.exchange(Chain("A").issue_many(1).push())
    other = Chain("A").issue_many(2)
    pull = hospital.exchange(other.push())
    assert (pull.acked_seq, pull.parked) == (2, (Parked(1, "NUMBER_TAKEN"),))


def test_the_cursor_moves_over_all_and_gives_only_what_is_new(hospital: HospitalServer) -> None:
    one, other = Chain("A").issue_many(2), Chain("B").issue_many(1)
    hospital.exchange(one.push())
    cursor = listen(hospital).cursor
    hospital.exchange(other.push())
    one.issue(3)
    hospital.exchange(one.push(3))
    pull = listen(hospital, cursor)
    assert pull.events == (other.events[0], one.events[2])
    assert listen(hospital, pull.cursor).events == ()


def test_interrupted_first_pull_resumes(hospital: HospitalServer) -> None:
    chain = Chain().issue_many(600)
    for first in (1, 201, 401):
        hospital.exchange(chain.push(first, first + 199))
    start = listen(hospital)
    assert (len(start.events), start.more) == (500, True)
    rest = listen(hospital, start.cursor)
    assert rest.more is False
    assert start.events + rest.events == tuple(chain.events)


def test_two_senders_of_one_outbox_store_each_event_once(hospital: HospitalServer) -> None:
    chain = Chain().issue_many(4)
    hospital.exchange(chain.push(1, 2))
    hospital.exchange(chain.push(1, 4))
    assert hospital.exchange(chain.push(1, 2)).acked_seq == 4
    assert listen(hospital).events == tuple(chain.events)


def test_the_first_event_of_a_store_follows_nothing(hospital: HospitalServer) -> None:
    """So one that claims a past was altered."""
    chain = Chain().issue_many(1)
    fields = {name: value for name, value in vars(chain.events[0]).items() if name != "hash"}
    chain.events[0] = chained("f" * 64, **fields)
    with pytest.raises(ServerError) as caught:
        hospital.exchange(chain.push())
    assert caught.value.code == "SERVER_REFUSED"
    chain.events[0] = chained(FIRST_HASH, **fields)
    assert hospital.exchange(chain.push()).acked_seq == 1
