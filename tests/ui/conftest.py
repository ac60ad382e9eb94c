"""A real window with a real journey on a fake store, driven by touches at real places of the screen."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kiosk.checkin import Registration
from kiosk.model import flow
from kiosk.model.counter import NO_OFFER, PhoneOffer
from kiosk.model.opd import Facility
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.ports import CodeRead
from kiosk.ui.labels import PlainLabel
from kiosk.ui.patient.choosing import ChoosingScreen
from kiosk.ui.patient.issued import IssuedScreen
from kiosk.ui.patient.journey import PatientJourney
from kiosk.ui.patient.reports import ScannerReports
from kiosk.ui.patient.screen import Screen
from kiosk.ui.patient.typed_number import TypingScreen
from kiosk.ui.patient.window import PatientWindow
from kiosk.ui.translation import Translation
from tests.ui.fakes import FakeClock, FakeScanner, FakeStore, card

ScreenT = TypeVar("ScreenT", bound=Screen)


@dataclass
class Rig:
    """The kiosk as a patient meets it."""

    qtbot: QtBot
    window: PatientWindow
    journey: PatientJourney
    reports: ScannerReports
    store: FakeStore
    clock: FakeClock
    scanner: FakeScanner

    def scan(self, untrusted_text: str) -> None:
        """Hold a card up anew, after nothing was in view for long."""
        self.see(untrusted_text, after_s=60)

    def see(self, untrusted_text: str, after_s: float) -> None:
        """The scanner tells of a code, ``after_s`` after what it told last; returns when the journey has heard it."""
        self.clock.at += timedelta(seconds=after_s)
        self.scanner.tell(CodeRead(untrusted_text))
        QApplication.processEvents()

    def scan_patient(self, text: str = "") -> ChoosingScreen:
        """Hold a good card up and wait for what the store knows of it."""
        calls = self.store.calls
        self.scan(text or card())
        screen = self.wait_for(flow.Choosing, ChoosingScreen)
        self.qtbot.waitUntil(lambda: self.store.calls > calls)
        return screen

    def touch(self, widget: QWidget) -> None:
        """As a finger does: at a place of the window, whatever lies on top there."""
        QApplication.processEvents()  # What has just come up gets its place first.
        handle = self.window.windowHandle()
        place = widget.mapTo(self.window, widget.rect().center())
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    def touch_named(self, name: str) -> None:
        buttons = [each for each in self.window.screen_shown.findChildren(QPushButton) if each.isVisible()]
        self.touch(next(each for each in buttons if each.accessibleName() == name))

    def type_number(self, digits: str) -> None:
        self.touch_named("Type the ABHA number")
        screen = self.wait_for(flow.Typing, TypingScreen)
        for digit in digits:
            self.touch(screen.pad.keys[digit])
        self.touch(screen.confirm)

    def wait_for(self, state: type[flow.State], screen: type[ScreenT]) -> ScreenT:
        """Until the journey is in ``state`` and its screen is up."""
        self.qtbot.waitUntil(
            lambda: isinstance(self.journey.state, state) and isinstance(self.window.screen_shown, screen)
        )
        shown = self.window.screen_shown
        assert isinstance(shown, screen)
        return shown

    def issue(self, department: str = "MED", text: str = "") -> IssuedScreen:
        choosing = self.scan_patient(text)
        self.touch(choosing.tiles[department])
        return self.wait_for(flow.Issued, IssuedScreen)

    def record_states(self) -> list[flow.State]:
        """Grows with each state from now on, however short it lasts."""
        states: list[flow.State] = []
        self.journey.state_changed.connect(states.append)
        return states

    def texts(self) -> list[str]:
        """All that can be read on the screen shown."""
        labels = self.window.screen_shown.findChildren(PlainLabel)
        return [label.text() for label in labels if label.isVisible() and label.text()]

    def all_texts(self) -> str:
        """All texts in the window, of hidden screens and for screen readers too."""
        widgets = self.window.findChildren(QWidget)
        labels = [label.text() for label in self.window.findChildren(PlainLabel)]
        return "\n".join([*labels, *(each.accessibleName() for each in widgets), *(each.toolTip() for each in widgets)])


@pytest.fixture
def make_rig(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[..., Rig]]:
    """Rigs with their own facility, delays, languages or store; all are taken down at the end."""
    with ExitStack() as stack:

        def make(
            facility: Facility = SAMPLE_FACILITY,
            *,
            store: FakeStore | None = None,
            delays: flow.Delays | None = None,
            languages: Sequence[str] = ("en", "hi"),
            wants_slips: bool = True,
            retry_s: float = 0.02,
            calm_ms: int = 0,
            size: tuple[int, int] = (1366, 768),
            phones: PhoneOffer = NO_OFFER,
        ) -> Rig:
            clock, store, scanner = FakeClock(), store or FakeStore(), FakeScanner()
            worker = stack.enter_context(ThreadPoolExecutor(max_workers=1))
            registration = Registration(store, facility, clock, wants_slips=wants_slips)
            journey = PatientJourney(
                registration, worker, store.last_synced_at, languages=languages, delays=delays, retry_s=retry_s
            )
            stack.callback(journey.close)
            reports = ScannerReports()
            journey.listen(reports)
            translation = Translation(qapp)
            stack.callback(translation.use, "en")
            window = PatientWindow(journey, reports, facility, clock, translation, phones=phones, calm_ms=calm_ms)
            qtbot.addWidget(window)
            window.resize(*size)
            scanner.start(reports.report)
            stack.callback(scanner.stop)
            with qtbot.waitExposed(window):
                window.show()
            return Rig(qtbot, window, journey, reports, store, clock, scanner)

        yield make


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig()
