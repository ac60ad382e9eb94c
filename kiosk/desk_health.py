"""Gathers how a desk is, from the threads that know, for the line below its pages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from kiosk.model.clock import ClockFault, believable_time
from kiosk.model.health import Item, Signs, health
from kiosk.model.printer import PrinterStatus
from kiosk.model.token import SlipState
from kiosk.ports import CameraStateChanged, Clock, DeviceState, GunStateChanged, ScannerReport, SlipJob


class HealthShelf(Protocol):
    """What this reads of the store; ``store.SqliteStore`` is one. All raise StoreError."""

    def unsynced(self) -> int: ...

    def last_synced_at(self) -> datetime | None: ...

    def known_times(self) -> tuple[datetime | None, datetime | None]: ...


class DeskHealth:
    """Any thread may tell it news; ``look`` reads the store, so it is not for the GUI thread.

    Args:
        prints: whether this desk has a printer at the start.
        paper_left_mm: how much paper it should have left, None where nobody knows. Raises StoreError.
        staff_valid: how long after the last sync members of the staff may sign in; nothing where there is no server.
    """

    def __init__(
        self,
        store: HealthShelf,
        clock: Clock,
        *,
        has_server: bool,
        prints: bool,
        staff_valid: timedelta | None = None,
        paper_left_mm: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._store, self._clock, self._paper_left_mm = store, clock, paper_left_mm
        self._lock = Lock()
        slip = SlipState.NONE if prints else None
        self._signs = Signs(has_server, slip=slip, staff_valid=staff_valid if has_server else None)

    def slip_moved(self, _job: SlipJob, state: SlipState, cause: str) -> None:
        """A slip that went back to the queue for a cause is one that the printer did not take."""
        told = SlipState.FAILED if state is SlipState.QUEUED and cause else state
        if told in (SlipState.PRINTED, SlipState.FAILED, SlipState.IN_DOUBT):
            self._note(lambda signs: replace(signs, slip=told, slip_cause=cause))

    def printer_moved(self, status: PrinterStatus) -> None:
        """A printer may be plugged in for the first time while the desk runs."""
        is_there = status.problems != ("PRINTER_NONE",)

        def change(signs: Signs) -> Signs:
            slip = SlipState.NONE if is_there and signs.slip is None else signs.slip
            return replace(signs, printer=status, slip=slip)

        self._note(change)

    def synced(self) -> None:
        self._note(lambda signs: replace(signs, server=""))

    def sync_failed(self, code: str) -> None:
        self._note(lambda signs: replace(signs, server=code))

    def reader_moved(self, report: ScannerReport) -> None:
        """The camera or the gun; before its first word it is not there."""
        if isinstance(report, CameraStateChanged | GunStateChanged):
            code = report.code or ("CAMERA_FAILED" if report.state is DeviceState.FAILED else "")
            self._note(lambda signs: replace(signs, reader=code))

    def look(self) -> tuple[Item, ...]:
        """Read what the store knows. Raises StoreError."""
        now = self._clock.now()
        synced_at, unsent = self._store.last_synced_at(), self._store.unsynced()
        time = believable_time(now, *self._store.known_times())
        clock = time.value if isinstance(time, ClockFault) else ""
        left = self._paper_left_mm()
        self._note(lambda signs: replace(signs, clock=clock, synced_at=synced_at, unsent=unsent, paper_left_mm=left))
        with self._lock:
            return health(self._signs, now)

    def _note(self, change: Callable[[Signs], Signs]) -> None:
        with self._lock:
            self._signs = change(self._signs)
