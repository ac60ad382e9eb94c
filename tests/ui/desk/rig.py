"""One page of the desk over a real store, touched at real places; the fakes are the door and the shelf of places."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLayout, QVBoxLayout, QWidget

from kiosk.errors import NotAllowedError, PinError
from kiosk.model.configuration import StaffMember
from kiosk.model.staff import Right, SignedIn
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.metrics import desk_metrics
from kiosk.ui.desk.page import Page
from kiosk.ui.desk.place import Place
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.sitting import DeskParts, Timing, Workers
from kiosk.ui.desk.today import DeskToday
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics, style_sheet
from kiosk.ui.translation import Translation
from tests.desk_counter import Counter, counter
from tests.model.samples import NINE
from tests.ui.ending import end

PIN = "246810"
STAFF = (
    StaffMember("R1", "Anita Verma", "registrar"),
    StaffMember("N1", "Ravi Kumar", "caller"),
    StaffMember("S1", "Dr Meera Nair", "supervisor"),
)
PageT = TypeVar("PageT", bound=Page)
Maker = Callable[[Metrics, DeskSession, DeskToday], PageT]


@dataclass
class FakeDoor:
    """One PIN for all."""

    staff: tuple[StaffMember, ...] = STAFF

    def sign_in(self, staff_id: str, untrusted_pin: str) -> SignedIn:
        if untrusted_pin != PIN:
            raise PinError("wrong")
        member = next(each for each in self.staff if each.staff_id == staff_id)
        return SignedIn(staff_id, member.name, member.role, member.departments, NINE)

    def approve(self, staff_id: str, untrusted_pin: str, right: Right) -> SignedIn:
        who = self.sign_in(staff_id, untrusted_pin)
        if not who.may(right):
            raise NotAllowedError("no")
        return who


@dataclass
class FakePlaces:
    kept: list[Place] = field(default_factory=list)

    def load(self) -> Place | None:
        return self.kept[-1] if self.kept else None

    def keep(self, place: Place) -> None:
        self.kept.append(place)


class DeskWindow(QWidget):
    """Named as the real one, for the style sheet."""


@dataclass
class PageRig(Generic[PageT]):
    desk: Counter
    session: DeskSession
    today: DeskToday
    page: PageT
    window: QWidget
    told: list[str] = field(default_factory=list)

    def touch(self, widget: QWidget) -> None:
        """As a finger does: at a place of the window, whatever lies on top there."""
        QApplication.processEvents()
        assert widget.isVisible(), "nobody can touch what is not there"
        place = widget.mapTo(self.window, widget.rect().center())
        handle = self.window.windowHandle()
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    def touch_named(self, name: str) -> None:
        buttons = [each for each in self.page.findChildren(DeskButton) if each.isVisible()]
        self.touch(next(each for each in buttons if each.accessibleName() == name))

    def type(self, widget: QWidget, text: str) -> None:
        """With a real keyboard."""
        widget.setFocus()
        QTest.keyClicks(widget, text)

    def texts(self) -> str:
        """All that can be read."""
        labels = self.page.findChildren(PlainLabel)
        return "\n".join(label.text() for label in labels if label.isVisible() and label.text())


@contextmanager
def page_rig(
    folder: Path,
    application: QApplication,
    make: "Maker[PageT]",
    *,
    who: str = "R1",
    place: Place | None = None,
    desk: Counter | None = None,
    languages: tuple[str, ...] = ("en", "hi"),
    size: tuple[int, int] = (1366, 600),
) -> "Iterator[PageRig[PageT]]":
    """Somebody is signed in and has a place; the page is up."""
    place = place or Place("12", ("MED",))
    with ExitStack() as stack:
        if desk is None:
            desk = stack.enter_context(counter(folder))
        workers = Workers(*(stack.enter_context(ThreadPoolExecutor(1)) for _ in range(3)))
        door, places = FakeDoor(), FakePlaces()
        parts = DeskParts(
            desk.calling, desk.work, desk.acts, door, desk.store, places, desk.facility, desk.clock, STAFF
        )
        session = DeskSession(parts, workers, languages=languages, timing=Timing(refresh_s=60, idle_s=600))
        stack.callback(session.close)
        translation = Translation(application)
        translation.use(languages[0])
        session.resume(door.sign_in(who, PIN), place)
        today = DeskToday(session, desk.store)
        metrics = desk_metrics(size[0], max(768, size[1]))
        window = DeskWindow()
        window.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        window.setStyleSheet(style_sheet(metrics, "desk"))
        page = make(metrics, session, today)
        layout = QVBoxLayout(window)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        layout.addWidget(page)
        window.resize(*size)
        stack.callback(window.close)
        rig = PageRig(desk, session, today, page, window)
        session.told.connect(lambda code, _details: rig.told.append(code))
        window.show()
        page.redraw()
        yield rig
    end(window)
    translation.use("en")
