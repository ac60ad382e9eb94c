"""The composition root of a front desk: the desk's window and the threads behind it, around an open station."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

import structlog
from PySide6.QtWidgets import QApplication, QWidget

from kiosk.aadhaar_proof import signature_check
from kiosk.acts import Acts
from kiosk.app import (
    Station,
    configuring_of,
    new_id,
    open_server,
    open_station,
    paper_roll,
    require_kind,
    spool_of,
)
from kiosk.background import Background
from kiosk.calling import Calling
from kiosk.checkin import NOTICE_VERSION
from kiosk.desk_health import DeskHealth
from kiosk.desk_place import PlaceFile
from kiosk.desk_reloading import DeskReloading
from kiosk.desk_work import DeskWork
from kiosk.device_key import DeviceKeyError
from kiosk.door import signing_in_of
from kiosk.errors import StoreError
from kiosk.model.configuration import DESK
from kiosk.model.exchange import Parked
from kiosk.model.opd import ENGLISH, Facility, with_openings
from kiosk.model.staff import SignedIn
from kiosk.model.token import SlipState
from kiosk.ports import ScannerReport, SlipJob
from kiosk.printing.spool_thread import SpoolThread
from kiosk.rolls import RollNotes
from kiosk.scans import desk_scans
from kiosk.settings import Settings
from kiosk.sync.line import CONNECT_S, DEADLINE_S, Line
from kiosk.sync.live import LiveThread
from kiosk.sync.loop import SyncReport, SyncThread
from kiosk.sync.turn import Turn
from kiosk.ui.desk.aadhaar import AadhaarCards
from kiosk.ui.desk.closed import DeskClosedWindow
from kiosk.ui.desk.health import HealthWatch
from kiosk.ui.desk.pages import desk_pages
from kiosk.ui.desk.place import Place
from kiosk.ui.desk.scans import DeskScans
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.sitting import DeskParts, Timing, Workers
from kiosk.ui.desk.today import DeskToday
from kiosk.ui.desk.window import DeskWindow, PageKind
from kiosk.ui.patient.reports import ScannerReports
from kiosk.ui.translation import Translation
from kiosk.upkeep import UpkeepThread, chores
from kiosk.window import BUSY, RELOAD, keep_open, kiosk_application, languages_from

log = structlog.get_logger()


@dataclass(frozen=True)
class Desk:
    """The running desk."""

    station: Station
    session: DeskSession
    window: DeskWindow


@dataclass(frozen=True)
class Resumed:
    """Who worked where before a new configuration was taken up."""

    who: SignedIn
    place: Place | None


def run_desk(settings: Settings, environ: Mapping[str, str], *, windowed: bool) -> int:
    """``kiosk desk``: until the window is closed or the process is asked to end. Returns the exit code.

    Raises:
        SettingError
        StoreError: STATION_BUSY, a kiosk or a desk runs on this data folder already.
        KioskError: STATION_KIND
    """
    application = kiosk_application(environ)
    resumed: Resumed | None = None

    @contextmanager
    def opened() -> Iterator[QWidget]:
        nonlocal resumed
        with (
            open_station(settings, environ) as station,
            running_desk(station, application, resumed=resumed) as desk,
        ):
            yield desk.window
            resumed = Resumed(desk.session.who, desk.session.place) if desk.session.who is not None else None

    return keep_open(application, opened, DeskClosedWindow, settings.language, windowed=windowed)


@contextmanager
def running_desk(station: Station, application: QApplication, *, resumed: Resumed | None = None) -> Iterator[Desk]:
    """Screens, calls, spool and sync, all ended when the block is left, the store last.

    Raises:
        StoreError: STATION_BUSY
        SettingError
        KioskError: STATION_KIND, it was enrolled as something else.
    """
    require_kind(station, DESK)
    if not station.owns_devices:
        folder = station.settings.data_dir
        raise StoreError(f"another kiosk or desk runs on {folder}: close it, or set KIOSK_DATA_DIR", code=BUSY)
    with ExitStack() as stack:
        workers = Workers(*(stack.enter_context(ThreadPoolExecutor(1, name)) for name in ("acts", "looks", "pins")))
        background = Background(station.clock.monotonic)
        link = _opened_link(station, stack)
        session = _session(station, workers, background, link)
        stack.callback(session.close)
        reloading = DeskReloading(station, session, workers.looks, background, lambda: application.exit(RELOAD))
        stack.callback(reloading.close)
        translation = Translation(application)
        stack.callback(translation.use, ENGLISH)
        today = DeskToday(session, station.store)
        window = DeskWindow(session, translation, page_kinds(station, today), today)
        stack.callback(window.close)
        stack.callback(background.stop)
        health = _health(station, has_server=link is not None)
        HealthWatch(session, health.look)
        if link is not None:
            link.begin(background, session, reloading.look, health)
        spool = spool_of(station, _slip_news(session, health), health.printer_moved)
        background.begin(lambda: SpoolThread(spool))
        background.begin(lambda: UpkeepThread(chores(station), station.clock.monotonic))
        scanner = desk_scans(station.settings)
        if scanner is not None:
            scanner.start(_scans(station, session, window, health))
            stack.callback(scanner.stop)
        _resume(station, session, resumed)
        yield Desk(station, session, window)


def _scans(
    station: Station, session: DeskSession, window: DeskWindow, health: DeskHealth
) -> Callable[[ScannerReport], None]:
    """Whom to report to, on any thread: a scanned slip or card opens its token."""
    reports = ScannerReports()
    scans = DeskScans(session, station.store, reports)
    scans.token_found.connect(window.show_token)
    scans.newcomer_found.connect(window.show_newcomer)
    cards = AadhaarCards(window, session, signature_check(station.settings.aadhaar_certificate))
    cards.agreed.connect(window.show_newcomer)
    scans.aadhaar_scanned.connect(cards.take)

    def report(report: ScannerReport) -> None:
        health.reader_moved(report)
        reports.report(report)

    return report


def page_kinds(station: Station, today: DeskToday) -> tuple[PageKind, ...]:
    """The pages of the desk, in the order of their tabs."""
    settings = station.settings
    return desk_pages(today, RollNotes(settings.data_dir), settings.export_folder)


def _session(station: Station, workers: Workers, background: Background, link: "_Link | None") -> DeskSession:
    store, settings = station.store, station.settings
    acts = Acts(
        store,
        lambda: facility_now(station),
        station.clock,
        NOTICE_VERSION,
        has_printer=station.registration.has_printer,
        has_server=link is not None,
    )
    parts = DeskParts(
        calls=link.calling(acts) if link is not None else Calling(acts, new_id),
        work=DeskWork(acts),
        undoing=acts,
        door=signing_in_of(station),
        store=store,
        places=PlaceFile(settings.data_dir),
        facility=station.facility,
        clock=station.clock,
        staff=station.staff,
        nudge=background.nudge,
        has_server=link is not None,
        demonstration_pin=station.shown_pin,
    )
    timing = Timing(idle_s=settings.desk_idle_min * 60.0)
    return DeskSession(parts, workers, languages=languages_from(settings.language), timing=timing)


def _health(station: Station, *, has_server: bool) -> DeskHealth:
    return DeskHealth(
        station.store,
        station.clock,
        has_server=has_server,
        prints=station.registration.prints,
        staff_valid=timedelta(days=station.settings.staff_valid_days),
        paper_left_mm=paper_roll(station).left_mm,
    )


def _slip_news(session: DeskSession, health: DeskHealth) -> Callable[[SlipJob, SlipState, str], None]:
    """What the spool does is seen at once, in the list and in the line below it."""

    def moved(job: SlipJob, state: SlipState, cause: str) -> None:
        health.slip_moved(job, state, cause)
        session.wake()

    return moved


def facility_now(station: Station) -> Facility:
    """With what supervisors have said for today. Reads the store; raises StoreError."""
    facility = station.facility
    day = facility.service_day(station.clock.now())
    return with_openings(facility, station.store.openings(facility.facility_id, day))


def _resume(station: Station, session: DeskSession, resumed: Resumed | None) -> None:
    """Whoever was at the desk goes on, if the new configuration still knows them in the same role."""
    if resumed is not None and any(
        (each.staff_id, each.role) == (resumed.who.staff_id, resumed.who.role) for each in station.staff
    ):
        session.resume(resumed.who, resumed.place)


def _opened_link(station: Station, stack: ExitStack) -> "_Link | None":
    """None for a desk that stands alone; one that has lost its key calls alone too, and says so in its log."""
    if not station.server_url:
        return None
    try:
        return _Link(station, stack)
    except DeviceKeyError as error:
        log.error("sync_not_started", code=error.code)
        return None


class _Link:
    """A desk's three ways to its server: calls that somebody waits for, sync in the background, and news."""

    def __init__(self, station: Station, stack: ExitStack) -> None:
        self._station, self._lock = station, Lock()
        self._server = open_server(station)
        stack.callback(self._server.close)
        quick = open_server(station, connect_s=CONNECT_S, deadline_s=DEADLINE_S)
        stack.callback(quick.close)
        self._line = Line(station.store, quick, station.clock, self._tell_parked)
        self._on_parked: Callable[[Sequence[Parked]], None] = lambda parked: None
        self._sync: SyncThread | None = None

    def _tell_parked(self, parked: Sequence[Parked]) -> None:
        self._on_parked(parked)

    def calling(self, acts: Acts) -> Calling:
        return Calling(acts, new_id, self._line, self._line.push, Turn(self._lock))

    def begin(
        self, background: Background, session: DeskSession, on_configured: Callable[[], None], health: DeskHealth
    ) -> None:
        """Start sync and news."""
        station, line = self._station, self._line
        self._on_parked = session.on_parked

        def synced(report: SyncReport) -> None:
            line.reached()
            health.synced()
            session.on_parked(report.parked)
            session.wake()

        def failed(code: str) -> None:
            line.lost(code)
            health.sync_failed(code)

        def sync() -> SyncThread:
            self._sync = SyncThread(
                station.store,
                self._server,
                station.clock,
                station.settings.sync_interval_s,
                configuring=configuring_of(station, on_configured),
                turn=self._lock,
                on_synced=synced,
                on_failed=failed,
            )
            return self._sync

        background.begin(sync)
        background.begin(lambda: LiveThread(open_server(station), background.nudge, on_connected=self._hurry))

    def _hurry(self) -> None:
        """The server answers again: after a long cut the next try would be minutes away, and calls alone until then."""
        if self._sync is not None:
            self._sync.hurry()
