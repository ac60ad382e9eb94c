"""A new configuration is shown once nobody is in front, in place of the old one and without losing anything."""

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QApplication

from kiosk import window as kiosk_window
from kiosk.app import Station, new_id, open_station, ownership
from kiosk.enrol import enrol
from kiosk.model import flow
from kiosk.model.token import SlipState
from kiosk.settings import Settings
from kiosk.store.store import open_store
from kiosk.ui.patient.closed import ClosedWindow
from kiosk.ui.patient.window import PatientWindow
from kiosk.upkeep import Chore
from kiosk.window import RELOAD, run_kiosk
from tests.campus import Campus, campus_of, document
from tests.escpos_printer import TcpPrinter
from tests.ui.fakes import card

LOOK_MS, PATIENCE_MS, HUNG = 50, 40_000, 9
FLICKER_MS = 5_000
"""On a machine that is busy with other tests; alone it takes about one second."""


@pytest.fixture
def campus(tmp_path: Path) -> Iterator[Campus]:
    with campus_of(tmp_path) as campus:
        yield campus


@pytest.fixture
def calm_application(qapp: QApplication) -> Iterator[QApplication]:
    """Signals and timers are as before when the kiosk has ended."""
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    timers = set(qapp.findChildren(QTimer))
    yield qapp
    for number, handler in signals.items():
        signal.signal(number, handler)
    for timer in set(qapp.findChildren(QTimer)) - timers:
        timer.stop()


class Onlooker:
    """Looks at the screen now and then, and does one step of the story after the other."""

    def __init__(self, application: QApplication, steps: list[Callable[[PatientWindow], bool]]) -> None:
        self._application, self._steps = application, steps
        self.dark_ms = 0
        self._dark = QElapsedTimer()
        self._timer = QTimer(application, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._hang = QTimer(application, interval=PATIENCE_MS, singleShot=True)
        self._hang.timeout.connect(lambda: application.exit(HUNG))
        self._hang.start()

    def stop(self) -> None:
        self._timer.stop()
        self._hang.stop()

    def _look(self) -> None:
        shown = [each for each in self._application.topLevelWidgets() if isinstance(each, PatientWindow)]
        window = next((each for each in shown if each.isVisible()), None)
        if window is None:
            return
        if self._dark.isValid():
            self.dark_ms = max(self.dark_ms, self._dark.elapsed())
        self._dark.start()
        if self._steps and self._steps[0](window):
            self._steps.pop(0)
        if not self._steps:
            self._application.exit(0)


def settings_of(campus: Campus) -> Settings:
    card = Path(__file__).parent.parent / "resources" / "cards" / "no-such-card.png"
    return replace(campus.settings(), camera=f"file:{card}", language="en")


def test_a_new_configuration_is_shown_between_two_patients(campus: Campus, calm_application: QApplication) -> None:
    settings = settings_of(campus)
    enrol(settings, {}, campus.url, campus.code())
    seen: list[str] = []

    def change(window: PatientWindow) -> bool:
        seen.append(window._facility.names["en"])
        window._journey.feed(flow.TypeRequested())
        campus.configure(names={"en": "Renamed Hospital"}, departments=document()["departments"])
        return True

    def still_typing(window: PatientWindow) -> bool:
        """The configuration has come, and somebody stands there."""
        if open_revision(settings) < 2:
            return False
        seen.append(window._facility.names["en"])
        window._journey.feed(flow.Cancelled())
        return True

    def renewed(window: PatientWindow) -> bool:
        return window._facility.names["en"] == "Renamed Hospital" and window._journey.state == flow.START

    onlooker = Onlooker(calm_application, [change, still_typing, renewed])
    try:
        assert run_kiosk(settings, {}, windowed=True) == 0
    finally:
        onlooker.stop()
    assert seen == ["District Hospital, Testpur"] * 2
    assert onlooker.dark_ms < FLICKER_MS


def open_revision(settings: Settings) -> int:
    store = open_store(settings.data_dir, None, new_id, {})
    try:
        return store.config_revision()
    finally:
        store.close()


def test_a_command_between_two_configurations_does_not_end_the_kiosk(
    tmp_path: Path, calm_application: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=tmp_path / "data", printer="none", camera="file:/nowhere", language="en")
    opened: list[Settings] = []

    @contextmanager
    def opening(settings: Settings, environ: Mapping[str, str]) -> Iterator[Station]:
        """The second time somebody was faster."""
        opened.append(settings)
        with ExitStack() as stack:
            if len(opened) == 2:
                assert stack.enter_context(ownership(settings.data_dir))
            yield stack.enter_context(open_station(settings, environ))

    def step() -> None:
        shown = {type(each) for each in calm_application.topLevelWidgets() if each.isVisible()}
        if ClosedWindow in shown:
            calm_application.exit(0)
        elif PatientWindow in shown:
            calm_application.exit(RELOAD)

    monkeypatch.setattr(kiosk_window, "open_station", opening)
    timer = QTimer(calm_application, interval=LOOK_MS)
    timer.timeout.connect(step)
    timer.start()
    try:
        assert run_kiosk(settings, {}, windowed=True) == 1, "closed by a person, not by the other one's lock"
    finally:
        timer.stop()
    assert len(opened) == 2


class SlowCopy:
    """A copy of the store that is under way, and takes as long as the test wants."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()

    def chores(self, _station: Station) -> list[Chore]:
        return [Chore("backup", 3600.0, 0.0, self._copy)]

    def _copy(self) -> None:
        self.begun.set()
        assert self.may_end.wait(PATIENCE_MS / 1000)


def is_ended(thread: str) -> bool:
    return all(each.name != thread for each in threading.enumerate())


def test_the_screen_lives_and_serves_while_threads_end(
    campus: Campus, calm_application: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A patient who steps up in that time gets token and slip from the kiosk as it was; then it is renewed."""
    copy, labels = SlowCopy(), []
    monkeypatch.setattr(kiosk_window, "chores", copy.chores)

    def change(window: PatientWindow) -> bool:
        if copy.begun.is_set():
            campus.configure(names={"en": "Renamed Hospital"})
        return copy.begun.is_set()

    def step_up(window: PatientWindow) -> bool:
        """All threads but one have ended."""
        if not (is_ended("spool") and is_ended("sync")):
            return False
        window._journey.feed(flow.CodeScanned(card(), window._clock.now().date()))
        window._journey.feed(flow.DepartmentChosen("EYE"))
        return True

    def hear_label(window: PatientWindow) -> bool:
        state = window._journey.state
        if not isinstance(state, flow.Issued):
            return False
        labels.append((state.token.label, window._facility.names["en"], is_ended("spool")))
        copy.may_end.set()
        return True

    def take_slip(window: PatientWindow) -> bool:
        state = window._journey.state
        assert isinstance(state, flow.Issued)
        if state.slip is not SlipState.PRINTED:
            return False
        window._journey.feed(flow.Cancelled())
        return True

    def renewed(window: PatientWindow) -> bool:
        return window._facility.names["en"] == "Renamed Hospital" and window._journey.state == flow.START

    with TcpPrinter() as printer:
        settings = replace(settings_of(campus), printer=printer.setting)
        enrol(settings, {}, campus.url, campus.code())
        onlooker = Onlooker(calm_application, [change, step_up, hear_label, take_slip, renewed])
        try:
            assert run_kiosk(settings, {}, windowed=True) == 0
        finally:
            onlooker.stop()
            copy.may_end.set()
        assert len(printer.wait_for(1, 0)) == 1
    assert labels == [("E-001", "District Hospital, Testpur", True)]
