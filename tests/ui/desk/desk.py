"""A whole desk: its window, its session, and real stories over a store in memory."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from time import monotonic
from typing import Any, TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kiosk.model.configuration import StaffMember
from kiosk.ui.desk.place import Place
from kiosk.ui.desk.queue_page import QueuePage
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.sitting import DeskParts, Timing, Workers
from kiosk.ui.desk.window import QUEUE_KIND, DeskWindow, PageKind
from kiosk.ui.translation import Translation
from tests.patience import PATIENCE_S
from tests.ui.desk.long_day import LongDay
from tests.ui.desk.rig import STAFF, FakeDoor, FakePlaces
from tests.ui.ending import end

T = TypeVar("T")
SOON_MS = 500
"""Whatever the desk puts off, for things that come together to be done together, comes by then."""


class Thread(ThreadPoolExecutor):
    """One thread, and how much was asked of it."""

    def __init__(self) -> None:
        super().__init__(1)
        self.asked = 0

    def submit(self, work: Callable[..., T], /, *args: Any, **more: Any) -> "Future[T]":
        self.asked += 1
        return super().submit(work, *args, **more)

    def drain(self) -> None:
        """Until all that was asked so far is done, and told."""
        super().submit(int).result(PATIENCE_S)


class Desk:
    """One desk over ``day``. ``close`` ends it; whoever paints or tests touches ``window``."""

    def __init__(
        self,
        application: QApplication,
        day: LongDay,
        *,
        staff: Sequence[StaffMember] = STAFF,
        languages: tuple[str, ...] = ("en", "hi"),
        timing: Timing | None = None,
        demonstration_pin: str = "",
        kinds: Callable[[DeskSession], Sequence[PageKind]] = lambda session: (QUEUE_KIND,),
        size: tuple[int, int] = (1366, 768),
    ) -> None:
        self.day = day
        self.door, self.places = FakeDoor(tuple(staff)), FakePlaces()
        self._stack = ExitStack()
        self._threads = [self._stack.enter_context(Thread()) for _ in range(3)]
        workers = Workers(*self._threads)
        parts = DeskParts(
            day.calling,
            day.work,
            day.acts,
            self.door,
            day.store,
            self.places,
            day.facility,
            day.clock,
            tuple(staff),
            demonstration_pin=demonstration_pin,
        )
        self.session = DeskSession(
            parts, workers, languages=languages, timing=timing or Timing(refresh_s=60.0, idle_s=3600.0)
        )
        self._stack.callback(self.session.close)
        self.translation = Translation(application)
        self.window = DeskWindow(self.session, self.translation, kinds(self.session))
        self._stack.callback(self.window.close)
        self.window.resize(*size)
        self.window.show()

    def close(self) -> None:
        self._stack.close()
        end(self.window)
        self.translation.use("en")

    def settle(self) -> None:
        """Until all that is under way has come to the screen."""
        asked = -1
        while asked != self._asked or self._has_put_off():
            asked = self._asked
            for thread in self._threads:
                thread.drain()
            QTest.qWait(1)

    def wait_until(self, has_come: Callable[[], bool]) -> None:
        """For what a timer brings."""
        until_s = monotonic() + PATIENCE_S
        while not has_come():
            assert monotonic() < until_s, "it never comes"
            QTest.qWait(10)
        self.settle()

    @property
    def _asked(self) -> int:
        return sum(thread.asked for thread in self._threads)

    def _has_put_off(self) -> bool:
        timers = (*self.window.findChildren(QTimer), *self.session.findChildren(QTimer))
        return any(each.isActive() and each.isSingleShot() and each.interval() <= SOON_MS for each in timers)

    @property
    def queue(self) -> QueuePage:
        page = self.window.pages["queue"]
        assert isinstance(page, QueuePage)
        return page

    def enter(self, staff_id: str, pin: str, place: Place | None) -> None:
        """Somebody works here, without the sign-in screen."""
        self.session.resume(self.door.sign_in(staff_id, pin), place)
