"""A whole desk: its window, its session, and real stories over a store in memory."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from PySide6.QtWidgets import QApplication

from kiosk.model.configuration import StaffMember
from kiosk.ui.desk.place import Place
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.sitting import DeskParts, Timing, Workers
from kiosk.ui.desk.window import DeskWindow
from kiosk.ui.translation import Translation
from tests.ui.desk.long_day import LongDay
from tests.ui.desk.rig import STAFF, FakeDoor, FakePlaces


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
        size: tuple[int, int] = (1366, 768),
    ) -> None:
        self.day = day
        self.door, self.places = FakeDoor(tuple(staff)), FakePlaces()
        self._stack = ExitStack()
        workers = Workers(*(self._stack.enter_context(ThreadPoolExecutor(1)) for _ in range(3)))
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
        self._stack.callback(self.translation.use, "en")
        self.window = DeskWindow(self.session, self.translation)
        self._stack.callback(self.window.close)
        self.window.resize(*size)
        self.window.show()

    def close(self) -> None:
        self._stack.close()

    def enter(self, staff_id: str, pin: str, place: Place | None) -> None:
        """Somebody works here, without the sign-in screen."""
        self.session.resume(self.door.sign_in(staff_id, pin), place)
