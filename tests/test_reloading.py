"""A new configuration is shown once nobody is in front, in place of the old one and without losing anything."""

import signal
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
from kiosk.settings import Settings
from kiosk.store.store import open_store
from kiosk.ui.patient.closed import ClosedWindow
from kiosk.ui.patient.window import PatientWindow
from kiosk.window import RELOAD, run_kiosk
from tests.campus import Campus, campus_of, document

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
