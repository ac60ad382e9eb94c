"""The kiosk's one window: a header, and the screen that fits the journey's state."""

from datetime import datetime

from PySide6.QtCore import QElapsedTimer, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLayout, QStackedWidget, QVBoxLayout, QWidget

from kiosk.model import flow
from kiosk.model.aiming import Guidance
from kiosk.model.counter import NO_OFFER, PhoneOffer
from kiosk.model.opd import Facility
from kiosk.ports import CameraStateChanged, Clock, DeviceState, GunStateChanged, PreviewFrame
from kiosk.ui.patient.choosing import ChoosingScreen
from kiosk.ui.patient.claiming import ClaimingScreen
from kiosk.ui.patient.header import Header
from kiosk.ui.patient.issued import IssuedScreen
from kiosk.ui.patient.journey import PatientJourney
from kiosk.ui.patient.no_slips import NoSlipsScreen
from kiosk.ui.patient.out_of_service import OutOfServiceScreen
from kiosk.ui.patient.reports import ScannerReports
from kiosk.ui.patient.scanning import ScanningScreen
from kiosk.ui.patient.screen import Screen
from kiosk.ui.patient.see_desk import SeeDeskScreen
from kiosk.ui.patient.time_bar import TimeBar
from kiosk.ui.patient.typed_number import TypingScreen
from kiosk.ui.patient.waiting import WaitingScreen
from kiosk.ui.theme import Metrics, style_sheet
from kiosk.ui.translation import Translation

CALM_MS = 300
"""A wait shorter than this is not shown; one that is shown stays at least as long, so that nothing flickers."""
FAILING_CALMS = 5
"""So many times as long a camera may be out before the patient is told: most are back by then."""
SYNC_LOOK_MS = 30_000
_WAITS = (flow.Checking, flow.Issuing, flow.Arriving)


class PatientWindow(QWidget):
    """Draws the journey's states and turns touches into its inputs.

    ``shows_sync`` is for a station of a server: ``on_synced`` tells when it last spoke to it. ``phones`` is what the
    first screen has for phones.
    """

    _sync_told = Signal(object)
    _paper_told = Signal(bool)

    def __init__(
        self,
        journey: PatientJourney,
        reports: ScannerReports,
        facility: Facility,
        clock: Clock,
        translation: Translation,
        *,
        shows_sync: bool = False,
        phones: PhoneOffer = NO_OFFER,
        calm_ms: int = CALM_MS,
    ) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._journey = journey
        self._facility = facility
        self._clock = clock
        self._translation = translation
        self._shows_sync = shows_sync
        self._phones = phones
        self._calm_ms = calm_ms
        self._synced_at: datetime | None = None
        self._paper_low = False
        self._camera, self._gun = reports.camera, reports.gun
        self._guidance = Guidance.NO_CODE
        self._state: flow.State = journey.state
        self._metrics = Metrics(0, 0)
        self._drawn_at = QElapsedTimer()
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(lambda: self.draw(self._state))
        self._failing = QTimer(self, singleShot=True, interval=FAILING_CALMS * calm_ms)
        self._failing.timeout.connect(self._tell_readers)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._root = QWidget()
        translation.use(journey.language)
        self._connect(reports)
        self.resize(QSize(1366, 768))

    def on_synced(self, at: datetime | None) -> None:
        """When the server last answered; safe on any thread."""
        self._sync_told.emit(at)

    def on_paper(self, *, low: bool) -> None:
        """Whether the roll is nearly used up; safe on any thread."""
        self._paper_told.emit(low)

    def draw(self, state: flow.State) -> None:
        """Show ``state`` now."""
        self._later.stop()
        self._state = state
        screen = self._screens[type(state)]
        before = self.pages.currentWidget()
        self.pages.setCurrentWidget(screen)
        if isinstance(before, Screen) and before is not screen:
            before.forget()
        screen.show_state(state, self._journey.language)
        self.header.redraw(self._journey.language)
        self._drawn_at.start()

    @property
    def screen_shown(self) -> Screen:
        screen = self.pages.currentWidget()
        assert isinstance(screen, Screen)
        return screen

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        metrics = Metrics(self.width(), self.height())
        if metrics != self._metrics:
            self._metrics = metrics
            self._build(metrics)

    # --- inputs ------------------------------------------------------------------------------------------------------

    def _connect(self, reports: ScannerReports) -> None:
        self._journey.state_changed.connect(self._follow)
        self._journey.language_changed.connect(self._speak)
        self._journey.time_given.connect(self._show_time)
        self._journey.facility_changed.connect(self._show_facility)
        reports.frame_seen.connect(self._show_frame)
        reports.guidance_changed.connect(self._show_guidance)
        reports.camera_moved.connect(self._show_camera)
        reports.gun_moved.connect(self._show_gun)
        self._sync_told.connect(self._take_sync, Qt.ConnectionType.QueuedConnection)
        self._paper_told.connect(self._take_paper, Qt.ConnectionType.QueuedConnection)
        look = QTimer(self, interval=SYNC_LOOK_MS)
        look.timeout.connect(self._show_signs)
        look.start()

    def _follow(self, state: flow.State) -> None:
        """Draw at once, but a wait only when it lasts, and what follows a shown wait not too soon."""
        shown_wait = isinstance(self.screen_shown, WaitingScreen)
        self._state = state
        if isinstance(state, _WAITS):
            self._later.start(0 if shown_wait else self._calm_ms)
        elif shown_wait and not self._drawn_at.hasExpired(self._calm_ms):
            self._later.start(max(0, self._calm_ms - self._drawn_at.elapsed()))
        else:
            self.draw(state)

    def _speak(self, language: str) -> None:
        self._translation.use(language)
        self.draw(self._state)
        self._show_signs()

    def _show_time(self, seconds: float) -> None:
        """The start and the waits have nothing to hurry for."""
        calm = isinstance(self._journey.state, flow.Beginning | flow.Checking | flow.Issuing | flow.Arriving)
        self.time_bar.give(0.0 if calm else seconds)

    def _show_facility(self, facility: Facility) -> None:
        self.choosing.show_facility(facility)

    def _show_frame(self, frame: PreviewFrame) -> None:
        if self.screen_shown is self.scanning:
            self.scanning.show_frame(frame)

    def _show_camera(self, report: CameraStateChanged) -> None:
        """A camera that works again in a moment has not failed for the patient."""
        self._camera = report
        if report.state is not DeviceState.FAILED:
            self._failing.stop()
            self._tell_readers()
        elif not self._failing.isActive():
            self._failing.start()

    def _show_guidance(self, guidance: Guidance) -> None:
        self._guidance = guidance
        self.scanning.show_guidance(guidance)
        if isinstance(self._state, flow.Scanning):
            self.draw(self._state)

    def _show_gun(self, report: GunStateChanged) -> None:
        self._gun = report
        self._tell_readers()

    def _tell_readers(self) -> None:
        self.scanning.show_readers(self._camera.state, self._gun.state, self._camera.code)
        if isinstance(self._state, flow.Scanning):
            self.draw(self._state)

    def _take_sync(self, at: datetime | None) -> None:
        self._synced_at = at
        self._show_signs()

    def _take_paper(self, low: bool) -> None:
        self._paper_low = low
        self._show_signs()

    def _show_signs(self) -> None:
        """What the bar above tells staff."""
        age = self._clock.now() - self._synced_at if self._synced_at else None
        self.header.show_sync(age, known=self._shows_sync)
        self.header.show_paper(low=self._paper_low)

    # --- building ----------------------------------------------------------------------------------------------------

    def _build(self, metrics: Metrics) -> None:
        """All screens anew at this size; the state is drawn again."""
        self._root.hide()
        self._root.deleteLater()
        self.setStyleSheet(style_sheet(metrics))
        self._root = QWidget()
        self.header = Header(metrics, self._facility, self._journey.languages)
        self.header.language_wished.connect(self._journey.choose_language)
        self._screens = self._make_screens(metrics)
        self.pages = QStackedWidget()
        self.time_bar = TimeBar(metrics)
        for screen in dict.fromkeys(self._screens.values()):
            screen.wished.connect(self._journey.feed)
            self.pages.addWidget(screen)
        inner = QVBoxLayout(self._root)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.header)
        inner.addWidget(self.pages, 1)
        inner.addWidget(self.time_bar)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._root)
        self._prepare()
        self.scanning.show_readers(self._camera.state, self._gun.state, self._camera.code)
        self.scanning.show_guidance(self._guidance)
        self.draw(self._state)
        self._show_signs()

    def _prepare(self) -> None:
        """Draw each screen once where nobody sees it: styles, pictures and places are found at the first drawing."""
        for place in range(self.pages.count()):
            self.pages.setCurrentIndex(place)
            self.screen_shown.prepare(self._journey.language)
            self.grab()

    def _make_screens(self, metrics: Metrics) -> dict[type[flow.State], Screen]:
        self.scanning = ScanningScreen(metrics, self._phones)
        self.choosing = ChoosingScreen(metrics, self._journey.facility, self._clock)
        waiting = WaitingScreen(metrics)
        return {
            flow.NoSlips: NoSlipsScreen(metrics, self._journey.languages, self._translation.said),
            flow.Scanning: self.scanning,
            flow.Typing: TypingScreen(metrics),
            flow.Claiming: ClaimingScreen(metrics, self._phones.prefixes),
            flow.Checking: waiting,
            flow.Arriving: waiting,
            flow.Choosing: self.choosing,
            flow.Issuing: waiting,
            flow.Issued: IssuedScreen(metrics, self._facility),
            flow.SeeDesk: SeeDeskScreen(metrics),
            flow.OutOfService: OutOfServiceScreen(metrics),
        }
