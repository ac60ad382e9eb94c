"""When sync says done, when it gives up, and what its thread does about failures."""

import queue
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from kiosk.errors import ServerError, StoreForkError
from kiosk.model.events import Kind
from kiosk.model.exchange import Parked, Pull, Push
from kiosk.sync.loop import LONGEST_BACKOFF_S, SyncReport, SyncThread, backoff_s, rounds, sync_until_done
from tests.sync.chain import Chain
from tests.sync.fake_server import FakeHospitalServer
from tests.sync.fake_store import FakeStore

WAIT_S = 60.0
NEVER_S = 3600.0


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 4, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


CLOCK = FixedClock()


def test_sync_says_done_only_when_the_outbox_is_empty() -> None:
    store, server = FakeStore(Chain().issue_many(450)), FakeHospitalServer()
    report = sync_until_done(store, server, CLOCK)
    assert report == SyncReport(pushed=450, pulled=0, parked=(), acked_seq=450)
    assert store.unsynced() == 0
    assert server.exchanges == 3
    assert store.synced_at == CLOCK.now()


def test_sync_pulls_until_nothing_is_left() -> None:
    server = FakeHospitalServer()
    sync_until_done(FakeStore(Chain("A").issue_many(700)), server, CLOCK)
    store = FakeStore(Chain("B").issue_many(1))
    report = sync_until_done(store, server, CLOCK)
    assert (report.pushed, report.pulled) == (1, 700)
    assert [event.seq for event in store.pulled] == list(range(1, 701))


def test_retry_after_timeout_creates_no_duplicate() -> None:
    store, server = FakeStore(Chain().issue_many(3)), FakeHospitalServer()
    server.answers_lost = 1
    with pytest.raises(ServerError):
        sync_until_done(store, server, CLOCK)
    assert store.unsynced() == 3, "what was not answered is not acknowledged"
    assert sync_until_done(store, server, CLOCK).acked_seq == 3
    assert server.log == store.chain.events


def test_a_parked_event_is_reported_and_does_not_come_again() -> None:
    chain = Chain()
    chain.write(Kind.TOKEN_CALLED, chain.store_id)
    chain.issue(1)
    store, server = FakeStore(chain), FakeHospitalServer()
    assert sync_until_done(store, server, CLOCK).parked == (Parked(1, "TOKEN_UNKNOWN"),)
    assert sync_until_done(store, server, CLOCK).parked == ()


def test_an_event_written_while_nothing_was_pushed_goes_along() -> None:
    class Busy(FakeHospitalServer):
        def exchange(self, push: Push) -> Pull:
            if self.exchanges == 0:
                store.chain.issue(1)
            return super().exchange(push)

    store = FakeStore(Chain())
    assert sync_until_done(store, Busy(), CLOCK).pushed == 1


def test_a_restored_store_that_the_server_knows_better_is_a_fork() -> None:
    server = FakeHospitalServer()
    chain = Chain().issue_many(5)
    sync_until_done(FakeStore(chain), server, CLOCK)
    restored = Chain(store_id=chain.store_id)
    restored.events = chain.events[:2]
    store = FakeStore(restored)
    with pytest.raises(StoreForkError):
        sync_until_done(store, server, CLOCK)
    assert store.forked_at == CLOCK.now()


def test_a_server_restored_from_a_backup_gets_what_it_lost() -> None:
    server, store = FakeHospitalServer(), FakeStore(Chain().issue_many(300))
    sync_until_done(store, server, CLOCK)
    del server.log[100:]
    for token in store.chain.events[100:]:
        del server.tokens[token.token_id]
    store.chain.issue(301)
    assert sync_until_done(store, server, CLOCK).acked_seq == 301
    assert server.log == store.chain.events


class Stuck(FakeHospitalServer):
    """Answers, and takes nothing; or says for ever that there is more."""

    def __init__(self, *, more: bool) -> None:
        super().__init__()
        self._more = more

    def exchange(self, push: Push) -> Pull:
        self.exchanges += 1
        return Pull(0, (), (), (), push.cursor, self._more, CLOCK.now())


@pytest.mark.parametrize(("events", "more"), [(1, False), (0, True), (1, True)])
def test_a_server_that_never_gets_on_is_given_up(events: int, more: bool) -> None:
    server = Stuck(more=more)
    with pytest.raises(ServerError) as caught:
        sync_until_done(FakeStore(Chain().issue_many(events)), server, CLOCK)
    assert caught.value.code == "SERVER_STUCK"
    assert server.exchanges == 1


def test_backoff_doubles_up_to_five_minutes_and_is_spread() -> None:
    assert [backoff_s(failures, 15, 1.0) for failures in (1, 2, 3, 4, 5, 6, 99_999)] == [15, 30, 60, 120, 240, 300, 300]
    assert backoff_s(99, 15, 0.0) == LONGEST_BACKOFF_S / 2
    assert backoff_s(1, 15, 0.5) == 11.25


class Watched:
    """A SyncThread whose news go into queues."""

    def __init__(self, store: FakeStore, server: FakeHospitalServer, interval_s: float) -> None:
        self.synced: queue.Queue[SyncReport] = queue.Queue()
        self.failed: queue.Queue[str] = queue.Queue()
        self.thread = SyncThread(
            store,
            server,
            CLOCK,
            interval_s,
            on_synced=self.synced.put,
            on_failed=self.failed.put,
            chance=lambda: 0.0,
        )


@pytest.fixture
def stopped() -> Iterator[list[SyncThread]]:
    """Threads to stop at the end."""
    threads: list[SyncThread] = []
    yield threads
    ended = [thread.stop(WAIT_S) for thread in threads]
    assert all(ended)


def test_the_thread_syncs_at_once_and_when_nudged(stopped: list[SyncThread]) -> None:
    store = FakeStore(Chain().issue_many(2))
    watched = Watched(store, FakeHospitalServer(), NEVER_S)
    stopped.append(watched.thread)
    watched.thread.start()
    assert watched.synced.get(timeout=WAIT_S).pushed == 2
    store.chain.issue(3)
    watched.thread.nudge()
    assert watched.synced.get(timeout=WAIT_S).pushed == 1


def test_the_thread_syncs_by_the_timer(stopped: list[SyncThread]) -> None:
    watched = Watched(FakeStore(Chain()), FakeHospitalServer(), 0.001)
    stopped.append(watched.thread)
    watched.thread.start()
    for _ in range(3):
        watched.synced.get(timeout=WAIT_S)


def test_stopped_sync_is_reported_and_goes_on_later(stopped: list[SyncThread]) -> None:
    server = FakeHospitalServer()
    server.faults = [ServerError("down", code="SERVER_TIMEOUT"), ValueError("a bug"), ServerError("down")]
    watched = Watched(FakeStore(Chain().issue_many(1)), server, 0.001)
    stopped.append(watched.thread)
    watched.thread.start()
    codes = [watched.failed.get(timeout=WAIT_S) for _ in range(3)]
    assert codes == ["SERVER_TIMEOUT", "SYNC_BUG", "SERVER_UNREACHABLE"]
    assert watched.synced.get(timeout=WAIT_S).pushed == 1


def test_a_fork_is_reported_and_ends_the_pushing(stopped: list[SyncThread]) -> None:
    server = FakeHospitalServer()
    store = FakeStore(Chain().issue_many(1))
    server.forked.add(store.chain.store_id)
    watched = Watched(store, server, 0.001)
    stopped.append(watched.thread)
    watched.thread.start()
    assert watched.failed.get(timeout=WAIT_S) == "STORE_FORK"
    watched.thread.nudge()
    assert watched.thread.stop(WAIT_S)
    assert server.exchanges == 1


def test_a_listeners_bug_does_not_end_the_sync(stopped: list[SyncThread]) -> None:
    seen: queue.Queue[SyncReport] = queue.Queue()

    def listen(report: SyncReport) -> None:
        seen.put(report)
        raise ValueError("a bug of the listener")

    thread = SyncThread(FakeStore(Chain()), FakeHospitalServer(), CLOCK, 0.001, on_synced=listen)
    stopped.append(thread)
    thread.start()
    for _ in range(3):
        seen.get(timeout=WAIT_S)


def test_close_with_a_full_outbox_loses_nothing() -> None:
    """Stopping ends after the exchange under way; what is left stays in the outbox."""
    entered, leave = threading.Event(), threading.Event()

    class Slow(FakeHospitalServer):
        def exchange(self, push: Push) -> Pull:
            entered.set()
            leave.wait(WAIT_S)
            return super().exchange(push)

    store, server = FakeStore(Chain().issue_many(450)), Slow()
    thread = SyncThread(store, server, CLOCK, NEVER_S)
    thread.start()
    assert entered.wait(WAIT_S)
    assert thread.stop(0.01) is False
    leave.set()
    assert thread.stop(WAIT_S) is True
    assert (store.acked_seq, server.exchanges) == (200, 1)
    assert sync_until_done(store, server, CLOCK).acked_seq == 450


def test_stop_during_a_backoff_does_not_wait_for_it() -> None:
    server = FakeHospitalServer()
    server.faults = [ServerError("down")]
    watched = Watched(FakeStore(Chain()), server, NEVER_S)
    watched.thread.start()
    assert watched.failed.get(timeout=WAIT_S) == "SERVER_UNREACHABLE"
    watched.thread.nudge()
    assert watched.thread.stop(WAIT_S)
    assert server.exchanges == 1, "a nudge does not shorten a back-off"


def test_once_the_server_answers_again_nobody_waits_for_a_backoff(stopped: list[SyncThread]) -> None:
    server = FakeHospitalServer()
    server.faults = [ServerError("down"), ServerError("down")]
    watched = Watched(FakeStore(Chain().issue_many(1)), server, NEVER_S)
    stopped.append(watched.thread)
    watched.thread.start()
    for _ in range(2):
        assert watched.failed.get(timeout=WAIT_S) == "SERVER_UNREACHABLE"
        watched.thread.hurry()
    assert watched.synced.get(timeout=WAIT_S).pushed == 1


def test_a_pause_that_the_server_asked_for_is_not_cut_short() -> None:
    server = FakeHospitalServer()
    server.faults = [ServerError("busy", code="SERVER_BUSY", retry_after_s=NEVER_S)]
    watched = Watched(FakeStore(Chain()), server, 0.001)
    watched.thread.start()
    assert watched.failed.get(timeout=WAIT_S) == "SERVER_BUSY"
    watched.thread.hurry()
    assert watched.thread.stop(WAIT_S)
    assert server.exchanges == 1


def test_each_round_trip_has_its_turn() -> None:
    held: list[bool] = []
    lock = threading.Lock()

    class Looking(FakeHospitalServer):
        def exchange(self, push: Push) -> Pull:
            held.append(lock.locked())
            return super().exchange(push)

    for _ in rounds(FakeStore(Chain().issue_many(300)), Looking(), CLOCK, turn=lock):
        assert not lock.locked()
    assert held == [True, True]
