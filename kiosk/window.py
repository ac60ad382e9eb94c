"""The second half of the composition root: the patient's window and the threads behind it, around an open station."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

import structlog
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QInputDevice
from PySide6.QtWidgets import QApplication, QWidget

from kiosk.app import (
    StandardError,
    Station,
    choose_platform,
    configuring_of,
    open_server,
    open_station,
    require_kind,
    spool_of,
)
from kiosk.background import Background
from kiosk.device_key import DeviceKeyError
from kiosk.errors import StoreError, StoreForkError
from kiosk.model import flow
from kiosk.model.configuration import KIOSK
from kiosk.model.opd import ENGLISH
from kiosk.model.printer import PrinterStatus
from kiosk.model.token import SlipState
from kiosk.ports import SlipJob
from kiosk.printing.spool_thread import SpoolThread
from kiosk.reloading import Reloading
from kiosk.scans import patient_scanner
from kiosk.settings import LANGUAGES, Settings
from kiosk.sync.hospital_server import HospitalServer
from kiosk.sync.loop import SyncReport, SyncThread
from kiosk.ui.closed import Closed
from kiosk.ui.patient.closed import ClosedWindow
from kiosk.ui.patient.journey import PatientJourney
from kiosk.ui.patient.reports import ScannerReports
from kiosk.ui.patient.window import PatientWindow
from kiosk.ui.translation import Translation
from kiosk.upkeep import UpkeepThread, chores

SIGNAL_LOOK_MS = 200
BUSY = "STATION_BUSY"
RELOAD = 75
"""What ends the event loop when everything is to be opened again, with a new configuration."""
CLOSES = frozenset({StoreForkError.code, "STATION_CLONED"})
"""With these the server says that somebody else may give out our numbers."""
log = structlog.get_logger()


@dataclass(frozen=True)
class Kiosk:
    """The running patient kiosk."""

    station: Station
    journey: PatientJourney
    window: PatientWindow


def run_kiosk(settings: Settings, environ: Mapping[str, str], *, windowed: bool) -> int:
    """``kiosk run``: until the window is closed or the process is asked to end. Returns the exit code.

    A store that cannot be opened closes the kiosk for the patient, with a code for staff, until it can.

    Raises:
        SettingError
    """
    application = kiosk_application(environ)

    @contextmanager
    def opened() -> Iterator[QWidget]:
        with open_station(settings, environ) as station, running_kiosk(station, application) as kiosk:
            yield kiosk.window

    def closed(code: str) -> Closed:
        return ClosedWindow(code, settings.language)

    return keep_open(application, opened, closed, settings.language, windowed=windowed)


def keep_open(
    application: QApplication,
    opened: Callable[[], AbstractContextManager[QWidget]],
    closed: Callable[[str], Closed],
    language: str,
    *,
    windowed: bool,
) -> int:
    """Show the window that ``opened`` gives, and anew for each new configuration; where the store cannot be opened,
    ``closed`` with its code, until it can. Returns the exit code.

    Raises:
        StoreError: STATION_BUSY at the first start.
    """
    was_first = False
    while True:
        try:
            with opened() as window:
                was_first = True
                show_window(window, windowed=windowed)
                code = application.exec()
            if code != RELOAD:
                return code
        except StoreError as error:
            if error.code == BUSY and not was_first:
                # Started twice by mistake: the first one must not be covered. But between two configurations it may be
                # a command that holds the place for a moment.
                raise
            print(f"{error.code}: {error}", file=StandardError())
            log.error("not_started", code=error.code)
            if not _stay_closed(application, partial(closed, error.code), language, windowed=windowed):
                return 1


def _stay_closed(application: QApplication, closed: Callable[[], Closed], language: str, *, windowed: bool) -> bool:
    """Out of service for a while. Returns whether to try again; False where somebody closed the window."""
    translation = Translation(application)
    translation.use(language)
    window = closed()
    show_window(window, windowed=windowed)
    application.exec()
    window.close()
    translation.use(ENGLISH)
    return window.timed_out


def show_window(window: QWidget, *, windowed: bool) -> None:
    """Full screen, and without a pointer where fingers touch it; ``windowed`` for trying out."""
    if windowed:
        window.show()
    else:
        if any(device.type() is QInputDevice.DeviceType.TouchScreen for device in QInputDevice.devices()):
            window.setCursor(Qt.CursorShape.BlankCursor)
        window.showFullScreen()


def kiosk_application(environ: Mapping[str, str], *, offscreen: bool = False) -> QApplication:
    """The one application object of a process with windows; it ends calmly at Ctrl+C and SIGTERM."""
    if offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    choose_platform(environ)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    for number in (signal.SIGINT, signal.SIGTERM):
        # By a timer, as quit() says nothing to a loop that does not run yet.
        signal.signal(number, lambda *_: QTimer.singleShot(0, application.quit))
    # Python runs its signal handlers only between its own instructions; Qt's loop has none of these while it idles.
    awake = QTimer(application, interval=SIGNAL_LOOK_MS)
    awake.timeout.connect(lambda: None)
    awake.start()
    return application


@contextmanager
def running_kiosk(station: Station, application: QApplication) -> Iterator[Kiosk]:
    """Screens, scanner, spool and sync, all ended when the block is left, the scanner first and the store last.

    Raises:
        StoreError: another kiosk runs on this data folder.
        SettingError
        KioskError: STATION_KIND, it was enrolled as something else.
    """
    require_kind(station, KIOSK)
    _require_ownership(station)
    with ExitStack() as stack:
        worker = stack.enter_context(ThreadPoolExecutor(1, "store"))
        journey, reports, window = _screens(station, application, worker, stack)
        background = Background(station.clock.monotonic)
        reloading = Reloading(station, journey, worker, background, lambda: application.exit(RELOAD))
        stack.callback(reloading.close)
        if station.server_url:
            window.on_synced(station.store.last_synced_at())
        server = _opened_server(station, stack)
        stack.callback(background.stop)
        _begin_spool(background, station, journey, window)
        if server is not None:
            _begin_sync(background, station, server, journey, window, reloading)
        background.begin(lambda: UpkeepThread(chores(station), station.clock.monotonic))
        _Nudges(journey, background)
        scanner = patient_scanner(station.settings)
        scanner.start(reports.report)
        stack.callback(scanner.stop)
        yield Kiosk(station, journey, window)


def _screens(
    station: Station, application: QApplication, worker: ThreadPoolExecutor, stack: ExitStack
) -> tuple[PatientJourney, ScannerReports, PatientWindow]:
    """The journey, what it hears of the scanner, and the window that shows it; ``stack`` closes them."""
    journey = PatientJourney(
        station.registration,
        worker,
        probe=lambda: station.store.prove_usable(station.clock.now()),
        languages=languages_from(station.settings.language),
    )
    stack.callback(journey.close)
    reports = ScannerReports()
    journey.listen(reports)
    translation = Translation(application)
    stack.callback(translation.use, ENGLISH)
    window = PatientWindow(
        journey,
        reports,
        station.facility,
        station.clock,
        translation,
        shows_sync=bool(station.server_url),
        phones=station.phones,
    )
    stack.callback(window.close)
    return journey, reports, window


class _Nudges(QObject):
    """With each token on the screen, spool and sync look at the store at once."""

    def __init__(self, journey: PatientJourney, background: Background) -> None:
        super().__init__(journey)
        self._background = background
        journey.state_changed.connect(self._pass_on)

    def _pass_on(self, state: flow.State) -> None:
        if isinstance(state, flow.Issued):
            self._background.nudge()


def _begin_spool(background: Background, station: Station, journey: PatientJourney, window: PatientWindow) -> None:
    """Where slips are wanted, what the printer tells before a scan matters, and whether somebody waits for a slip."""

    def tell(job: SlipJob, state: SlipState, cause: str) -> None:
        journey.on_slip_moved(job.token_id, state, cause)

    def tell_printer(status: PrinterStatus) -> None:
        if station.registration.prints:
            journey.on_printer(status)
            window.on_paper(low=status.paper_low)

    spool = spool_of(station, tell, tell_printer)
    journey.patient_left.connect(spool.patient_left)
    background.begin(lambda: SpoolThread(spool))


def _opened_server(station: Station, stack: ExitStack) -> HospitalServer | None:
    """None where the station stands alone, or cannot speak to its server, which holds up no patient."""
    if not station.server_url:
        return None
    try:
        server = open_server(station)
    except DeviceKeyError as error:
        log.error("sync_not_started", code=error.code)
        return None
    stack.callback(server.close)
    return server


def _begin_sync(
    background: Background,
    station: Station,
    server: HospitalServer,
    journey: PatientJourney,
    window: PatientWindow,
    reloading: Reloading,
) -> None:
    lost: list[str] = []

    def failed(code: str) -> None:
        if code in CLOSES:
            lost.append(code)
            journey.lose_service("sync", code)

    def synced(_report: SyncReport) -> None:
        if lost:
            lost.clear()
            journey.restore_service("sync")
        window.on_synced(station.clock.now())

    background.begin(
        lambda: SyncThread(
            station.store,
            server,
            station.clock,
            station.settings.sync_interval_s,
            configuring=configuring_of(station, reloading.look),
            on_synced=synced,
            on_failed=failed,
        )
    )


def languages_from(first: str) -> tuple[str, ...]:
    """All languages of the screens, ``first`` in front."""
    return (first, *(language for language in LANGUAGES if language != first))


def _require_ownership(station: Station) -> None:
    """A second window on the same store would print and sync everything twice."""
    if not station.owns_devices:
        folder = station.settings.data_dir
        raise StoreError(f"another kiosk runs on {folder}: close it, or set KIOSK_DATA_DIR", code=BUSY)
