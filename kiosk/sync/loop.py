"""When stations talk to the server: until all is said, now and then in the background, more rarely while it fails."""

import random
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

import structlog

from kiosk.errors import KioskError, ServerError, StoreForkError
from kiosk.model.exchange import Enrolment, Parked, Pull, Push, StoreClaim, StoreGrant
from kiosk.ports import Clock
from kiosk.sync.configuring import Configuring, Shelf
from kiosk.sync.hospital_server import HospitalServer

BATCH = 200
"""Events in one push."""
LONGEST_BACKOFF_S = 300.0
NEEDS_PAIRING = frozenset({"STATION_CLONED", "KEY_UNKNOWN", "STORE_UNKNOWN", "STORE_FOREIGN"})
"""The server does not take this station or its store for what they say: only a new pairing code helps, once the store
has claimed in vain."""
SERIES_TAKEN = "SERIES_TAKEN"
"""The reserve series of a new store is another store's: the same as a fork."""
STORE_UNKNOWN = "STORE_UNKNOWN"
"""The server was restored from a backup of before this store; if it knows a former one, it can be told again."""
_log = structlog.get_logger()
_T = TypeVar("_T")


class Outbox(Shelf, Protocol):
    """What sync needs of the store; every ``ports.TokenStore`` is one."""

    def next_push(self, limit: int) -> Push: ...

    def synced(self, pull: Pull, now: datetime) -> None: ...

    def note_fork(self, now: datetime) -> None: ...

    def begin_anew(self, now: datetime, reserve: str | None = None) -> None: ...

    def claim(self) -> StoreClaim | None: ...

    def claim_again(self) -> None: ...

    def granted(self, grant: StoreGrant, now: datetime) -> None: ...

    def enrolment(self) -> Enrolment | None: ...

    def unsynced(self) -> int: ...


@dataclass(frozen=True)
class SyncReport:
    """What one synchronisation did: events the server newly took and gave, and what it could not apply."""

    pushed: int = 0
    pulled: int = 0
    parked: tuple[Parked, ...] = ()
    acked_seq: int = 0


def sync_until_done(
    store: Outbox, server: HospitalServer, clock: Clock, configuring: Configuring | None = None
) -> SyncReport:
    """Exchange until the outbox is empty and nothing more is to be pulled; only then does this return.

    Raises:
        ServerError: also with code SERVER_STUCK, where the server answers but neither side gets on.
        StoreForkError, StoreError
    """
    (report,) = deque(rounds(store, server, clock, configuring), maxlen=1)
    return report


_ALWAYS_FREE: AbstractContextManager[object] = nullcontext()


def rounds(
    store: Outbox,
    server: HospitalServer,
    clock: Clock,
    configuring: Configuring | None = None,
    turn: AbstractContextManager[object] = _ALWAYS_FREE,
) -> Iterator[SyncReport]:
    """One report of all so far after each round trip; ends when all is done. Raises like ``sync_until_done``.

    ``turn`` is held during each: see ``turn.Turn``.
    A store that turns out to be a copy goes on as a new one, once, if its station is enrolled; one that the server has
    forgotten says once more whom it follows.
    """
    report, may_renew, may_claim = SyncReport(), store.enrolment() is not None, True
    while True:
        try:
            _settle(store, server, clock)
            with turn:
                push = store.next_push(BATCH)
                pull = server.exchange(push)
                store.synced(pull, clock.now())
        except StoreForkError:
            store.note_fork(clock.now())
            if not may_renew:
                raise
            may_renew = False
            store.begin_anew(clock.now())
            _log.warning("store_began_anew")
            continue
        except ServerError as error:
            if error.code != STORE_UNKNOWN or not may_claim:
                raise
            may_claim = False
            store.claim_again()
            _log.warning("store_claimed_again")
            continue
        if configuring is not None:
            configuring.follow(pull.config_revision, store, server, clock)
        report = _grown(report, push, pull)
        yield report
        if not pull.more and store.unsynced() == 0:
            return
        if not _got_on(push, pull):
            raise ServerError("the server answers, but takes nothing and gives nothing new", code="SERVER_STUCK")


def _settle(store: Outbox, server: HospitalServer, clock: Clock) -> None:
    """A new store is made known before it pushes anything; its former one's orphans may be more than one claim's."""
    while (claim := store.claim()) is not None:
        try:
            grant = server.register(claim)
        except ServerError as error:
            if error.code == SERIES_TAKEN:
                raise StoreForkError("another store issues in this one's series") from error
            raise
        store.granted(grant, clock.now())
        _log.info("store_granted", orphans=len(claim.orphans))


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


def backoff_s(failures: int, first_s: float, chance: float, longest_s: float = LONGEST_BACKOFF_S) -> float:
    """How long to wait after so many failures in a row: doubling, capped, spread over its upper half.

    ``chance`` is from 0 to 1; without it all stations would come back in the same second after an outage.
    """
    longest = min(longest_s, first_s * 2.0 ** min(failures - 1, 30))
    return longest * (0.5 + chance / 2)


def pause_s(
    error: KioskError, failures: int, first_s: float, chance: float, longest_s: float = LONGEST_BACKOFF_S
) -> float:
    """How long to wait after ``error``, the last of so many ``failures``: as ``backoff_s``, or longer if it says so."""
    return max(wished_pause_s(error), backoff_s(failures, first_s, chance, longest_s))


def wished_pause_s(error: KioskError) -> float:
    """What the server asks for, 0 where it does not. A station that must be enrolled anew is not helped by haste."""
    if error.code in NEEDS_PAIRING:
        return LONGEST_BACKOFF_S
    return (error.retry_after_s if isinstance(error, ServerError) else None) or 0.0


class SyncThread:
    """Synchronises every ``interval_s``, sooner when nudged, more rarely while it fails (nudges then do not count).

    ``on_synced`` is called when all is exchanged, ``on_failed`` with a code when it is not; both on this thread, as are
    those of ``configuring``. After STORE_FORK the thread of a station that is not enrolled ends: nothing may be pushed
    under this store's name again. After STATION_CLONED it goes on rarely, until somebody has enrolled it anew.
    ``turn`` is held during each round trip.
    """

    def __init__(
        self,
        store: Outbox,
        server: HospitalServer,
        clock: Clock,
        interval_s: float = 15.0,
        *,
        configuring: Configuring | None = None,
        turn: AbstractContextManager[object] = _ALWAYS_FREE,
        on_synced: Callable[[SyncReport], None] = lambda report: None,
        on_failed: Callable[[str], None] = lambda code: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._server, self._clock, self._interval_s = store, server, clock, interval_s
        self._configuring, self._turn = configuring, turn
        self._on_synced, self._on_failed, self._chance = on_synced, on_failed, chance
        self._nudged, self._hurried, self._stopping = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def nudge(self) -> None:
        """Something new is in the store: do not wait for the timer. Safe on any thread; returns at once."""
        self._nudged.set()

    def hurry(self) -> None:
        """The server answers again: no pause after failures either, but for one that it has asked for."""
        self._hurried.set()
        self._nudged.set()

    def ask_to_stop(self) -> None:
        """End after the exchange under way. Returns at once."""
        self._stopping.set()
        self.hurry()

    def stop(self, deadline_s: float) -> bool:
        """End after the exchange under way. Returns whether it has ended within ``deadline_s``."""
        self.ask_to_stop()
        self._thread.join(deadline_s)
        return not self.is_alive()

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            error = self._attempt()
            if error is None:
                failures = 0
                self._nudged.wait(self._interval_s)
                self._nudged.clear()
                continue
            if error.code == StoreForkError.code and self._is_alone():
                return
            failures += 1
            self._pause(error, failures)

    def _pause(self, error: KioskError, failures: int) -> None:
        pause = pause_s(error, failures, self._interval_s, self._chance())
        if wished_pause_s(error):
            self._stopping.wait(pause)
            return
        self._hurried.wait(pause)
        self._hurried.clear()

    def _is_alone(self) -> bool:
        """Whether nobody can give this station a new series."""
        try:
            return self._store.enrolment() is None
        except KioskError as error:
            _log.warning("sync_failed", code=error.code)
            return False

    def _attempt(self) -> KioskError | None:
        """One synchronisation, cut short between round trips by ``stop``. Returns why it did not end well."""
        report = SyncReport()
        try:
            for report in rounds(self._store, self._server, self._clock, self._configuring, self._turn):  # noqa: B007
                if self._stopping.is_set():
                    return None
        except KioskError as error:
            _log.warning("sync_failed", code=error.code)
            return self._failed(error)
        except Exception:  # a bug of ours must show, but tokens of the next hours must still get through
            _log.exception("sync_bug")
            return self._failed(KioskError("a bug", code="SYNC_BUG"))
        _log.info("synced", pushed=report.pushed, pulled=report.pulled, parked=len(report.parked))
        _tell(self._on_synced, report)
        return None

    def _failed(self, error: KioskError) -> KioskError:
        _tell(self._on_failed, error.code)
        return error


def _tell(listener: Callable[[_T], None], news: _T) -> None:
    """A listener's bug is logged and does not end the sync."""
    try:
        listener(news)
    except Exception:
        _log.exception("sync_listener_bug")
