"""A whole desk: its window, its session, and real stories over a store in memory."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kiosk.model.configuration import StaffMember
from kiosk.ui.desk.place import Place
from kiosk.ui.desk.queue_list import COUNT_MS
from kiosk.ui.desk.queue_page import QueuePage
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.sitting import DeskParts, Timing, Workers
from kiosk.ui.desk.window import QUEUE_KIND, DeskWindow, PageKind
from kiosk.ui.translation import Translation
from tests.ui.desk.long_day import LongDay
from tests.ui.desk.rig import STAFF, FakeDoor, FakePlaces
from tests.ui.ending import end


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
        self._threads = [self._stack.enter_context(ThreadPoolExecutor(1)) for _ in range(3)]
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
        for _ in range(4):
            for thread in self._threads:
                thread.submit(int).result(10)
            QTest.qWait(1)
        for _ in range(2):
            QTest.qWait(COUNT_MS + 20)
            for thread in self._threads:
                thread.submit(int).result(10)
        QApplication.processEvents()

    @property
    def queue(self) -> QueuePage:
        page = self.window.pages["queue"]
        assert isinstance(page, QueuePage)
        return page

    def enter(self, staff_id: str, pin: str, place: Place | None) -> None:
        """Somebody works here, without the sign-in screen."""
        self.session.resume(self.door.sign_in(staff_id, pin), place)
