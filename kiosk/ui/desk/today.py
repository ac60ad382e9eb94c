"""The hospital as it is today: what supervisors have opened and closed, and who was here in the days before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from kiosk.model.desk import DeskRow, DeskRows, OpeningChange
from kiosk.model.opd import Facility, with_openings
from kiosk.ui.desk.sitting import Sitting

DAYS_BEFORE = 7
"""A desk that stands alone keeps details for so long; others have less to read."""


class DayShelf(Protocol):
    """What this reads of the store; every ``desk_ports.DeskStore`` is one."""

    def openings(self, facility_id: str, service_day: date) -> Sequence[OpeningChange]: ...

    def desk_rows(self, facility_id: str, service_day: date, since: int) -> DeskRows: ...


@dataclass(frozen=True)
class _Day:
    day: date
    facility: Facility
    earlier: tuple[DeskRow, ...] | None


class DeskToday(QObject):
    """Lives on the GUI thread; the store is read elsewhere.

    Signals:
        changed: something is open or closed that was not before.
    """

    changed = Signal()

    def __init__(self, session: Sitting, store: DayShelf) -> None:
        super().__init__(session)
        self._session, self._store = session, store
        self._read_day: date | None = None
        self.facility = session.facility
        self.earlier: tuple[DeskRow, ...] = ()
        session.signed_out.connect(self.forget)

    @property
    def day(self) -> date:
        return self.facility.service_day(self._session.clock.now())

    def look(self) -> None:
        self._session.send(partial(self._read, self.day, self._read_day), self._take)

    def forget(self) -> None:
        """Nobody is signed in: nobody's details are kept here."""
        self.earlier, self._read_day = (), None

    def _read(self, day: date, known: date | None) -> _Day:
        """On the reading thread."""
        plan = self._session.facility
        facility = with_openings(plan, self._store.openings(plan.facility_id, day))
        return _Day(day, facility, self._earlier(day) if day != known else None)

    def _earlier(self, day: date) -> tuple[DeskRow, ...]:
        days = (day - timedelta(days=before) for before in range(1, DAYS_BEFORE + 1))
        rows = (row for each in days for row in self._store.desk_rows(self.facility.facility_id, each, 0).rows)
        known = {row.token.token_id: row for row in rows if row.patient is not None}
        return tuple(known.values())

    def _take(self, read: _Day) -> None:
        if read.earlier is not None and self._session.who is not None:
            self.earlier, self._read_day = read.earlier, read.day
        if read.facility != self.facility:
            self.facility = read.facility
            self.changed.emit()
