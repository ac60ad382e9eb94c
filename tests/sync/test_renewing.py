"""What sync does beside exchanging: a new store after a fork, configuration, the server's wish to be left alone."""

import json
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TypeAlias

import pytest

from kiosk.errors import KioskError, ServerError, StoreForkError
from kiosk.model.exchange import DatedConfiguration, Enrolment, Pull, PulledConfiguration, Push, StoreClaim, StoreGrant
from kiosk.sync.configuring import Configuring
from kiosk.sync.loop import LONGEST_BACKOFF_S, SyncReport, SyncThread, pause_s, sync_until_done
from tests.fakes import FakeClock
from tests.sync.chain import FACILITY, Chain
from tests.sync.fake_server import FakeHospitalServer
from tests.sync.fake_store import FakeStore

WAIT_S, NEVER_S = 60.0, 3600.0
CLOCK = FakeClock(datetime(2026, 11, 22, 4, tzinfo=UTC))
HERE = Enrolment(
    FACILITY, "K1", "kiosk", "019ab3c0-0000-7000-8000-000000000001", "http://localhost", "http://localhost"
)
DAY = date(2026, 11, 22)
News: TypeAlias = "queue.Queue[SyncReport | str]"


def dated(*documents: str, revision: int = 1) -> PulledConfiguration:
    return PulledConfiguration(revision, tuple(DatedConfiguration(DAY, document) for document in documents))


class Listener:
    """What Configuring says."""

    def __init__(self) -> None:
        self.kept = 0
        self.refused: list[str] = []

    def configuring(self) -> Configuring:
        return Configuring(json.loads, on_configured=self._keep, on_refused=self.refused.append)

    def _keep(self) -> None:
        self.kept += 1


# --- a new store -----------------------------------------------------------------------------------------------------


def forked(enrolled: Enrolment | None, *, events: int = 3, acked: int = 1) -> tuple[FakeStore, FakeHospitalServer]:
    """A copy of this store has been pushing: the server has our first events, and others after them."""
    server, store = FakeHospitalServer(), FakeStore(Chain().issue_many(acked), enrolled)
    sync_until_done(store, server, CLOCK)
    copy = FakeStore(store.chain.copy().issue_many(1))
    for number in range(acked + 1, events + 1):
        store.chain.issue(number)
    copy.acked_seq = acked
    sync_until_done(copy, server, CLOCK)
    return store, server


def test_an_enrolled_station_goes_on_as_a_new_store_and_loses_nothing() -> None:
    store, server = forked(HERE)
    lost = {event.event_id for event in store.chain.events[1:]}
    old_id = store.chain.store_id
    report = sync_until_done(store, server, CLOCK)
    assert store.forked_at == CLOCK.now()
    assert store.chain.store_id != old_id
    assert store.chain.series == "B"
    assert (report.pushed, store.unsynced()) == (2, 0)
    assert lost <= {event.event_id for event in server.log}
    assert server.claims[store.chain.store_id].former_store_id == old_id


def test_a_station_that_nobody_enrolled_stays_forked() -> None:
    store, server = forked(None)
    with pytest.raises(StoreForkError):
        sync_until_done(store, server, CLOCK)
    assert (store.forked_at, store.former, server.claims) == (CLOCK.now(), None, {})


def test_a_claim_left_from_before_is_settled_before_anything_is_pushed() -> None:
    """Restored without the server, the store began in its reserve series; or it was cut off right after a fork."""
    store, server = FakeStore(Chain().issue_many(2), HERE), FakeHospitalServer()
    store.begin_anew(CLOCK.now(), "R")
    said: list[str] = []

    class Watched(FakeHospitalServer):
        def register(self, claim: StoreClaim) -> StoreGrant:
            said.append("register")
            return server.register(claim)

        def exchange(self, push: Push) -> Pull:
            said.append("exchange")
            return server.exchange(push)

    sync_until_done(store, Watched(), CLOCK)
    assert said == ["register", "exchange"]
    assert store.chain.series == "R"
    assert len(server.log) == 2


def test_a_reserve_series_that_somebody_has_is_a_fork() -> None:
    store = FakeStore(Chain().issue_many(1), HERE)
    store.begin_anew(CLOCK.now(), "R")
    first = store.chain.store_id

    class Taken(FakeHospitalServer):
        def register(self, claim: StoreClaim) -> StoreGrant:
            if claim.series == "R":
                raise ServerError("taken", code="SERIES_TAKEN")
            return super().register(claim)

    sync_until_done(store, Taken(), CLOCK)
    assert store.chain.store_id != first
    assert store.chain.series == "B"


def test_a_server_that_calls_every_store_a_fork_is_given_up() -> None:
    class Mad(FakeHospitalServer):
        def exchange(self, push: Push) -> Pull:
            self.exchanges += 1
            raise StoreForkError("fork")

    store, server = FakeStore(Chain().issue_many(1), HERE), Mad()
    with pytest.raises(StoreForkError):
        sync_until_done(store, server, CLOCK)
    assert server.exchanges == 2


def renewed() -> tuple[FakeStore, FakeHospitalServer]:
    """A station in its second store, of which all is at the server; two events were the first one's."""
    store, server = forked(HERE)
    sync_until_done(store, server, CLOCK)
    store.chain.issue(9)
    sync_until_done(store, server, CLOCK)
    return store, server


def test_a_restored_server_that_forgot_the_store_is_told_of_it_again() -> None:
    store, server = renewed()
    series, ids = store.chain.series, [event.event_id for event in store.chain.events]
    server.forget(store.chain.store_id)
    report = sync_until_done(store, server, CLOCK)
    assert report.pushed == len(ids) == 3
    assert [event.event_id for event in server.log if event.store_id == store.chain.store_id] == ids
    assert (store.chain.series, store.unsynced()) == (series, 0)


def test_what_the_former_store_had_brought_is_written_anew_for_a_server_that_lost_it() -> None:
    store, server = renewed()
    lost = server.log[0].event_id
    server.forget(store.chain.store_id)
    server.log.clear()
    sync_until_done(store, server, CLOCK)
    mine = [event.event_id for event in server.log]
    assert lost in mine
    assert len(mine) == len(set(mine)) == 4


def test_a_server_that_knows_no_store_is_asked_once() -> None:
    class Blank(FakeHospitalServer):
        def exchange(self, push: Push) -> Pull:
            self.exchanges += 1
            raise ServerError("unknown", code="STORE_UNKNOWN")

    for store, claims in ((renewed()[0], 1), (FakeStore(Chain().issue_many(1), HERE), 0)):
        server = Blank()
        with pytest.raises(ServerError) as caught:
            sync_until_done(store, server, CLOCK)
        assert (caught.value.code, server.exchanges, len(server.claims)) == ("STORE_UNKNOWN", 2, claims)


def test_an_unknown_key_is_not_answered_by_another_claim() -> None:
    store, server = renewed()
    server.faults.append(ServerError("revoked", code="KEY_UNKNOWN"))
    with pytest.raises(ServerError) as caught:
        sync_until_done(store, server, CLOCK)
    assert caught.value.code == "KEY_UNKNOWN"
    assert store.claim() is None


def test_each_claim_is_told_what_is_held_now() -> None:
    """As by the real server: an answer may have been lost, and events of the former store come meanwhile."""
    store, server = forked(HERE)
    store.begin_anew(CLOCK.now())
    claim, former = store.claim(), store.former
    assert claim is not None
    assert former is not None
    first = server.register(claim)
    late = next(event for event in former.events if event.event_id in claim.orphans)
    server.log.append(late)
    again = server.register(claim)
    assert (again.series, again.reserve_series) == (first.series, first.reserve_series)
    assert again.held == first.held | {late.event_id}


# --- configuration ---------------------------------------------------------------------------------------------------


def test_a_moved_revision_brings_the_whole_configuration_once() -> None:
    store, server, listener = FakeStore(Chain().issue_many(1), HERE), FakeHospitalServer(), Listener()
    configuring = listener.configuring()
    server.configured = dated('{"a": 1}', '{"b": 2}', revision=4)
    for _ in range(3):
        sync_until_done(store, server, CLOCK, configuring)
    assert store.kept == server.configured
    assert listener.kept == 1
    server.configured = dated('{"c": 3}', revision=3)
    sync_until_done(store, server, CLOCK, configuring)
    assert (store.config_revision(), listener.kept) == (3, 2), "a server restored from a backup is right, too"


@pytest.mark.parametrize("bad", [("no json",), ('{"a": 1}', "[")])
def test_one_that_makes_no_sense_is_told_once_and_the_last_good_one_stays(bad: tuple[str, ...]) -> None:
    store, server, listener = FakeStore(Chain().issue_many(1), HERE), FakeHospitalServer(), Listener()
    configuring = listener.configuring()
    good = server.configured = dated('{"a": 1}', revision=1)
    sync_until_done(store, server, CLOCK, configuring)
    server.configured = dated(*bad, revision=2)
    store.chain.issue(2)
    assert sync_until_done(store, server, CLOCK, configuring).pushed == 1, "tokens go through all the same"
    sync_until_done(store, server, CLOCK, configuring)
    assert (store.kept, listener.refused) == (good, ["CONFIGURATION_REFUSED"])
    server.configured = dated('{"mended": true}', revision=3)
    sync_until_done(store, server, CLOCK, configuring)
    assert store.kept == server.configured


def test_no_documents_at_all_make_no_sense() -> None:
    store, server, listener = FakeStore(Chain(), HERE), FakeHospitalServer(), Listener()
    server.configured = dated(revision=2)
    sync_until_done(store, server, CLOCK, listener.configuring())
    assert (store.kept, listener.refused) == (None, ["CONFIGURATION_REFUSED"])


def test_one_that_does_not_come_is_asked_for_again() -> None:
    store, server, listener = FakeStore(Chain().issue_many(1), HERE), FakeHospitalServer(), Listener()
    configuring = listener.configuring()
    server.configured = dated("{}", revision=2)
    server.configuration_faults = [ServerError("slow", code="SERVER_TIMEOUT")]
    assert sync_until_done(store, server, CLOCK, configuring).pushed == 1
    assert (store.kept, listener.refused) == (None, [])
    sync_until_done(store, server, CLOCK, configuring)
    assert store.kept == server.configured


def test_who_is_not_enrolled_takes_no_configuration() -> None:
    store, server = FakeStore(Chain()), FakeHospitalServer()
    server.configured = dated("{}", revision=2)
    sync_until_done(store, server, CLOCK)
    assert store.kept is None


# --- the thread ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "failures", "wait_s"),
    [
        (ServerError("busy", code="SERVER_BUSY", retry_after_s=70.0), 1, 70.0),
        (ServerError("busy", code="SERVER_BUSY", retry_after_s=1.0), 3, 4.0),
        (ServerError("busy", code="SERVER_BUSY", retry_after_s=3600.0), 99, 3600.0),
        (ServerError("down"), 2, 2.0),
        (StoreForkError("fork"), 1, 1.0),
        (ServerError("cloned", code="STATION_CLONED"), 1, LONGEST_BACKOFF_S),
        (ServerError("revoked", code="KEY_UNKNOWN"), 1, LONGEST_BACKOFF_S),
    ],
)
def test_the_servers_wish_to_be_left_alone_is_heeded(error: KioskError, failures: int, wait_s: float) -> None:
    assert pause_s(error, failures, 1.0, 1.0) == wait_s, "never shorter than the back-off"


@pytest.fixture
def told() -> News:
    return queue.Queue()


@contextmanager
def running(store: FakeStore, server: FakeHospitalServer, told: News) -> Iterator[SyncThread]:
    thread = SyncThread(store, server, CLOCK, NEVER_S, on_failed=told.put, on_synced=told.put)
    thread.start()
    try:
        yield thread
    finally:
        ended = thread.stop(WAIT_S)
    assert ended


def test_a_cloned_station_issues_nothing_until_somebody_helps(told: News) -> None:
    store, server = forked(HERE)
    server.cloned = True
    with running(store, server, told):
        assert told.get(timeout=WAIT_S) == "STATION_CLONED"
    assert store.grant is None, "without a series the store issues nothing"
    server.cloned = False
    assert sync_until_done(store, server, CLOCK).pushed == 2


def test_a_fork_of_an_enrolled_station_does_not_end_its_thread(told: News) -> None:
    store, server = forked(HERE)
    with running(store, server, told) as thread:
        assert told.get(timeout=WAIT_S) == SyncReport(pushed=2, pulled=1, acked_seq=2)
        store.chain.issue(9)
        thread.nudge()
        report = told.get(timeout=WAIT_S)
        assert isinstance(report, SyncReport)
        assert report.pushed == 1
