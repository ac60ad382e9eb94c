"""Looks at the store again and again: which tokens have changed, which are at this desk, which slips are open."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from kiosk.model.desk import DeskRow, DeskRows, OpenSlip
from kiosk.model.opd import Facility
from kiosk.model.token import AT_DESK, State, Token
from kiosk.ports import Clock
from kiosk.ui.desk.errands import Errands
from kiosk.ui.desk.staff_work import DeskShelf


@dataclass(frozen=True)
class _Look:
    """What one look at the store found."""

    day: date
    rows: DeskRows
    slips: tuple[OpenSlip, ...]


class StoreWatch(QObject):
    """Lives on the GUI thread; the store is read where ``looks`` leads. At most one look at a time.

    Signals:
        day_began: a date; all rows known so far are gone.
        rows_changed: DeskRows that differ from what was known.
        current_changed: the rows called to, served and held in ``room``, the latest first, held ones last.
        slips_changed: all OpenSlips.
    """

    day_began = Signal(object)
    rows_changed = Signal(object)
    current_changed = Signal(object)
    slips_changed = Signal(object)

    def __init__(
        self,
        store: DeskShelf,
        facility: Facility,
        clock: Clock,
        looks: Errands,
        failed: Callable[[BaseException], None],
        *,
        every_s: float,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.rows: dict[str, DeskRow] = {}
        self.current: tuple[DeskRow, ...] = ()
        self.slips: tuple[OpenSlip, ...] = ()
        self.day: date | None = None
        self._room: str | None = None
        self._store, self._facility, self._clock = store, facility, clock
        self._looks, self._failed = looks, failed
        self._mark = 0
        self._fault = ""
        self._is_looking, self._looks_again, self._is_overtaken = False, False, False
        self._again = QTimer(self, interval=round(every_s * 1000))
        self._again.timeout.connect(self.look)
        self._again.start()

    def look(self) -> None:
        """Read what was written since the last look."""
        if self._is_looking:
            self._looks_again = True
            return
        self._is_looking, self._looks_again, self._is_overtaken = True, False, False
        self._looks.send(partial(self._read, self.day, self._mark), self._take, self._fail)

    def take(self, row: DeskRow) -> None:
        """An act has given this: it is shown before the next look finds it; one under way may have missed it."""
        self._is_overtaken = self._is_looking
        self._merge([row])

    def watch_room(self, room: str | None) -> None:
        self._room = room
        self._tell_current()

    def stop(self) -> None:
        self._again.stop()

    def _read(self, known_day: date | None, mark: int) -> _Look:
        """On the reading thread."""
        day = self._facility.service_day(self._clock.now())
        rows = self._store.desk_rows(self._facility.facility_id, day, mark if day == known_day else 0)
        return _Look(day, rows, tuple(self._store.open_slips(day)))

    def _take(self, look: _Look) -> None:
        self._is_looking = False
        if self._is_overtaken:
            self.look()
        else:
            self._show(look)

    def _show(self, look: _Look) -> None:
        self._fault = ""
        if look.day != self.day:
            self.day = look.day
            self.rows = {}
            self.day_began.emit(look.day)
        self._mark = look.rows.mark
        self._merge(look.rows.rows)
        if look.slips != self.slips:
            self.slips = look.slips
            self.slips_changed.emit(look.slips)
        if self._looks_again:
            self.look()

    def _fail(self, error: BaseException) -> None:
        """Told once, not at each of many looks that fail alike."""
        self._is_looking = False
        if str(error) != self._fault:
            self._fault = str(error)
            self._failed(error)

    def _merge(self, rows: Iterable[DeskRow]) -> None:
        news = [row for row in rows if self.rows.get(row.token.token_id) != row and self._concerns(row.token)]
        if news:
            self.rows.update((row.token.token_id, row) for row in news)
            self.rows_changed.emit(DeskRows(news, self._mark))
        self._tell_current()

    def _concerns(self, token: Token) -> bool:
        """Of the days before, those who are at a desk still, to their end."""
        return token.service_day == self.day or token.state in AT_DESK or token.token_id in self.rows

    def _tell_current(self) -> None:
        here = [row for row in self.rows.values() if row.token.room == self._room and row.token.state in AT_DESK]
        current = tuple(sorted(here, key=_at_hand))
        if current != self.current:
            self.current = current
            self.current_changed.emit(current)


def _at_hand(row: DeskRow) -> tuple[bool, float]:
    token = row.token
    return token.state is State.HELD, -(token.called_at or token.moved_at).timestamp()
