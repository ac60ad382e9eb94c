"""A whole desk, touched at real places of its window."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from kiosk.model.token import State, Token
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.digit_pad import PinEntry
from kiosk.ui.desk.place import Place
from kiosk.ui.labels import PlainLabel
from tests.ui.desk.desk import Desk
from tests.ui.desk.long_day import ROOM, LongDay
from tests.ui.desk.rig import PIN

PLACE = Place(ROOM, ("MED",))
PATIENTS = 5


class DeskRig(Desk):
    """What somebody at the desk does and sees. ``tokens`` wait for medicine, in the order of their numbers."""

    tokens: list[Token]

    def touch(self, widget: QWidget) -> None:
        """As a finger does: at a place of the window, whatever lies on top there."""
        QApplication.processEvents()
        assert widget.isVisible(), "nobody can touch what is not there"
        place = widget.mapTo(self.window, widget.rect().center())
        handle = self.window.windowHandle()
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    def touch_named(self, name: str) -> None:
        """The button that says so."""
        buttons = [each for each in self.window.findChildren(DeskButton) if each.isVisible() and each.isEnabled()]
        self.touch(next(each for each in buttons if each.accessibleName() == name))
        self.settle()

    def type_pin(self, pin: str = PIN) -> None:
        entry = next(each for each in self.window.findChildren(PinEntry) if each.isVisible())
        for digit in pin:
            self.touch(entry.pad.keys[digit])
        self.settle()

    def sign_in(self, name: str = "Ravi Kumar, calling", place: Place | None = PLACE) -> None:
        if place is not None:
            self.places.keep(place)
        self.touch_named(name)
        self.type_pin()

    def texts(self) -> list[str]:
        """All that can be read."""
        labels = self.window.findChildren(PlainLabel)
        return [label.text() for label in labels if label.isVisible() and label.text()]

    def everything(self) -> str:
        """All texts in the window, of hidden pages and for screen readers too."""
        widgets = self.window.findChildren(QWidget)
        labels = [label.text() for label in self.window.findChildren(PlainLabel)]
        values = [field.value.toolTip() for field in self.queue.calling.patient.fields.values()]
        names = [text for each in widgets for text in (each.accessibleName(), each.toolTip())]
        return "\n".join([*labels, *values, *names])

    def state(self, token: Token) -> State:
        known = self.day.store.token(token.token_id)
        assert known is not None
        return known.state

    @property
    def at_hand(self) -> str:
        return self.queue.calling.card.label.text()


Maker = Callable[..., DeskRig]


def called(desk: DeskRig) -> None:
    """Somebody has signed in and called the first patient."""
    desk.sign_in()
    desk.touch(desk.queue.calling.call_next)
    desk.settle()


def last_event(desk: DeskRig) -> dict[str, object]:
    event = desk.day.store.events[-1]
    return {"kind": event.kind, **event.body}


@pytest.fixture
def make_desk(qapp: QApplication) -> Iterator[Callable[..., DeskRig]]:
    """Desks of their own; all are taken down at the end."""
    with ExitStack() as stack:

        def make(day: LongDay | None = None, **options: object) -> DeskRig:
            if day is None:
                day = LongDay()
            rig = DeskRig(qapp, day, **options)  # type: ignore[arg-type]
            stack.callback(rig.close)
            rig.tokens = [day.issue(number, "MED") for number in range(PATIENTS)]
            rig.session.refresh()
            rig.settle()
            return rig

        yield make


@pytest.fixture
def desk(make_desk: Callable[..., DeskRig]) -> DeskRig:
    return make_desk()
