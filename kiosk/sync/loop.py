"""When stations talk to the server: until all is said, now and then in the background, more rarely while it fails."""

import random
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

import structlog

from kiosk.errors import KioskError, ServerError, StoreForkError
from kiosk.ports import Clock, HospitalServer, Parked, Pull, Push

BATCH = 200
"""Events in one push."""
LONGEST_BACKOFF_S = 300.0
_log = structlog.get_logger()
_T = TypeVar("_T")


class Outbox(Protocol):
    """What sync needs of the store; every ``ports.TokenStore`` is one."""

    def next_push(self, limit: int) -> Push: ...

    def synced(self, pull: Pull, now: datetime) -> None: ...

    def note_fork(self, now: datetime) -> None: ...

    def unsynced(self) -> int: ...


@dataclass(frozen=True)
class SyncReport:
    """What one synchronisation did: events the server newly took and gave, and what it could not apply."""

    pushed: int = 0
    pulled: int = 0
    parked: tuple[Parked, ...] = ()
    acked_seq: int = 0


def sync_until_done(store: Outbox, server: HospitalServer, clock: Clock) -> SyncReport:
    """Exchange until the outbox is empty and nothing more is to be pulled; only then does this return.

    Raises:
        ServerError: also with code SERVER_STUCK, where the server answers but neither side gets on.
        StoreForkError, StoreError
    """
    (report,) = deque(rounds(store, server, clock), maxlen=1)
    return report


def rounds(store: Outbox, server: HospitalServer, clock: Clock) -> Iterator[SyncReport]:
    """One report of all so far after each round trip; ends when all is done. Raises like ``sync_until_done``."""
    report = SyncReport()
    while True:
        push = store.next_push(BATCH)
        try:
            pull = server.exchange(push)
            store.synced(pull, clock.now())
        except StoreForkError:
            store.note_fork(clock.now())
            raise
        report = _grown(report, push, pull)
        yield report
        if not pull.more and store.unsynced() == 0:
            return
        if not _got_on(push, pull):
            raise ServerError("the server answers, but takes nothing and gives nothing new", code="SERVER_STUCK")


def _grown(report: SyncReport, push: Push, pull: Pull) -> SyncReport:
    return replace(
        report,
        pushed=report.pushed + sum(event.seq <= pull.acked_seq for event in push.events),
        pulled=report.pulled + len(pull.events),
        parked=report.parked + pull.parked,
        acked_seq=pull.acked_seq,
    )


def _got_on(push: Push, pull: Pull) -> bool:
    """Whether going on makes sense.

    It does where an event was written during an exchange that had nothing to push, and where the server holds less than
    before: it was restored from a backup, and the store goes back to what is missing there.
    """
    nothing_asked = not push.events and not pull.more
    acked_moved = bool(push.events) and pull.acked_seq != push.events[0].seq - 1
    return nothing_asked or acked_moved or pull.cursor > push.cursor


def backoff_s(failures: int, first_s: float, chance: float) -> float:
    """How long to wait after so many failures in a row: doubling, capped, spread over its upper half.

    ``chance`` is from 0 to 1; without it all stations would come back in the same second after an outage.
    """
    longest = min(LONGEST_BACKOFF_S, first_s * 2.0 ** min(failures - 1, 30))
    return longest * (0.5 + chance / 2)


class SyncThread:
    """Synchronises every ``interval_s``, sooner when nudged, more rarely while it fails (nudges then do not count).

    ``on_synced`` is called when all is exchanged, ``on_failed`` with a code when it is not; both on this thread.
    After STORE_FORK the thread ends: nothing may be pushed under this store's name again.
    """

    def __init__(
        self,
        store: Outbox,
        server: HospitalServer,
        clock: Clock,
        interval_s: float = 15.0,
        *,
        on_synced: Callable[[SyncReport], None] = lambda report: None,
        on_failed: Callable[[str], None] = lambda code: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._server, self._clock, self._interval_s = store, server, clock, interval_s
        self._on_synced, self._on_failed, self._chance = on_synced, on_failed, chance
        self._nudged, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def nudge(self) -> None:
        """Something new is in the store: do not wait for the timer. Safe on any thread; returns at once."""
        self._nudged.set()

    def stop(self, deadline_s: float) -> bool:
        """End after the exchange under way. Returns whether it has ended within ``deadline_s``."""
        self._stopping.set()
        self._nudged.set()
        self._thread.join(deadline_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            code = self._attempt()
            if code == StoreForkError.code:
                return
            failures = failures + 1 if code else 0
            self._wait(failures)

    def _wait(self, failures: int) -> None:
        if failures:
            self._stopping.wait(backoff_s(failures, self._interval_s, self._chance()))
        else:
            self._nudged.wait(self._interval_s)
            self._nudged.clear()

    def _attempt(self) -> str:
        """One synchronisation, cut short between round trips by ``stop``. Returns the code of its failure, or none."""
        report = SyncReport()
        try:
            for report in rounds(self._store, self._server, self._clock):  # noqa: B007
                if self._stopping.is_set():
                    return ""
        except KioskError as error:
            _log.warning("sync_failed", code=error.code)
            return self._failed(error.code)
        except Exception:  # a bug of ours must show, but tokens of the next hours must still get through
            _log.exception("sync_bug")
            return self._failed("SYNC_BUG")
        _log.info("synced", pushed=report.pushed, pulled=report.pulled, parked=len(report.parked))
        _tell(self._on_synced, report)
        return ""

    def _failed(self, code: str) -> str:
        _tell(self._on_failed, code)
        return code


def _tell(listener: Callable[[_T], None], news: _T) -> None:
    """A listener's bug is logged and does not end the sync."""
    try:
        listener(news)
    except Exception:
        _log.exception("sync_listener_bug")
