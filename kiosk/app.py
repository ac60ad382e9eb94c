"""The composition root of a station: settings -> store -> devices -> window; owns threads and their end.

``open_station`` gives the parts that every command needs; ``window.running_kiosk`` puts the patient's screens and the
background threads on top. Both are context managers: what was opened last is closed first, whatever happens between.
"""

import logging
import os
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TextIO, cast

import structlog
import uuid_utils
from filelock import FileLock, Timeout

from kiosk.checkin import Registration
from kiosk.configured import DEMONSTRATION, Configured, configured, parser_for
from kiosk.errors import KioskError, SettingError, StoreError
from kiosk.model.configuration import DESK, KIOSK, StaffMember, parse_configuration
from kiosk.model.counter import NO_OFFER, PhoneOffer
from kiosk.model.exchange import Enrolment
from kiosk.model.facility_file import FacilityError
from kiosk.model.opd import ENGLISH, Facility
from kiosk.model.printer import PrinterStatus
from kiosk.model.token import SlipState
from kiosk.model.toml_lines import located
from kiosk.ports import Clock, SlipJob, SlipPrinter
from kiosk.printing.printer import Places, has_printer, open_printer, wants_slips
from kiosk.printing.printer_watch import PrinterWatch
from kiosk.printing.spool import Spool
from kiosk.printing.template import load_template
from kiosk.rolls import PaperRoll
from kiosk.settings import Settings
from kiosk.store.store import SqliteStore, open_store
from kiosk.sync.configuring import Configuring

if TYPE_CHECKING:
    from PySide6.QtGui import QGuiApplication

    from kiosk.sync.client import HttpServer

OWNER_LOCK = "owner.lock"
_COMMANDS = {KIOSK: "run", DESK: "desk"}


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return monotonic()


def new_id() -> str:
    """A UUIDv7: unique, and later ones sort after earlier ones."""
    return str(uuid_utils.uuid7())


@dataclass(frozen=True)
class Station:
    """The parts of a station that need no screen.

    Attributes:
        owns_devices: no other process has the data folder's lock, so printing and sync are this one's. A process
            that does not own them may issue all the same and leaves these to the owner.
        enrolment: None for a station that no server has enrolled.
        document: the server's configuration that ``facility`` is made of, empty where it is not made of one.
        second_language: what slips say beside the patient's own language, empty for nothing.
        staff: who may sign in here, if this is a desk; ``shown_pin`` is everybody's, for the demonstration alone.
    """

    settings: Settings
    facility: Facility
    clock: Clock
    store: SqliteStore
    registration: Registration
    printer: SlipPrinter
    owns_devices: bool
    enrolment: Enrolment | None = None
    document: str = field(default="", repr=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    staff: tuple[StaffMember, ...] = ()
    shown_pin: str = ""
    phones: PhoneOffer = NO_OFFER
    second_language: str = ENGLISH

    @property
    def server_url(self) -> str:
        """Where its server is reached, empty for a station that stands alone."""
        return server_url_of(self.settings, self.enrolment)


@contextmanager
def open_station(
    settings: Settings, environ: Mapping[str, str], clock: Clock | None = None, *, claims_devices: bool = True
) -> Iterator[Station]:
    """Open the store and the printer of the configured station.

    Who only looks does not claim the devices: a check-in beside it would leave its slips to a process that prints none.

    Raises:
        SettingError, StoreError
    """
    clock = clock or SystemClock()
    wants = wants_slips(settings.printer, Places(settings.data_dir))
    _painting = gui_application(environ) if wants else None
    # A printer that is plugged in later is found only by a program with screens: others cannot paint by then.
    device = settings.printer if wants or _can_paint() else "none"
    # Before the store: a mistake in the file is told though there is no store yet.
    told = load_own(settings)
    template = load_template(settings.slip_template)
    with ExitStack() as stack:
        store = open_store(settings.data_dir, settings.series, new_id, environ)
        stack.callback(store.close)
        enrolment = store.enrolment()
        if enrolment is not None:
            told = configured(store, enrolment, clock.now())
        facility = told.facility
        places = Places(settings.data_dir)
        printer = open_printer(device, settings.printer_dots, lambda: facility.local(clock.now()), places, template)
        registration = Registration(
            store,
            facility,
            clock,
            has_printer=lambda: has_printer(printer),
            has_server=bool(server_url_of(settings, enrolment)),
            reprint_limit=settings.reprint_limit,
        )
        claim = ownership(settings.data_dir)
        if claims_devices:
            owns = stack.enter_context(claim)
        else:
            with claim as owns:
                pass
        yield Station(
            settings,
            facility,
            clock,
            store,
            registration,
            printer,
            owns,
            enrolment,
            document=told.document,
            environ=environ,
            staff=told.staff,
            shown_pin=told.shown_pin,
            phones=told.phones,
            second_language=template.second_language,
        )


def require_kind(station: Station, kind: str) -> None:
    """What a station may say at its server hangs on what it was enrolled as; one that stands alone may be either.

    Raises:
        KioskError: STATION_KIND
    """
    enrolment = station.enrolment
    if enrolment is not None and enrolment.kind != kind:
        told = (
            f"this machine is enrolled as {enrolment.station_id}, a {enrolment.kind}: start kiosk {_COMMANDS[kind]} on"
        )
        advice = f"another one, or enrol it with the pairing code of a {kind} (see kiosk enrol)"
        raise KioskError(f"{told} {advice}", code="STATION_KIND")


def load_facility(settings: Settings) -> Facility:
    """As ``load_own``, without the staff."""
    return load_own(settings).facility


def load_own(settings: Settings) -> Configured:
    """The hospital that the settings name, with its staff, or the demonstration.

    Raises:
        SettingError: with every mistake in the file.
    """
    if settings.facility is None:
        return DEMONSTRATION
    try:
        text = settings.facility.read_text("utf-8-sig")
        configuration = parse_configuration(tomllib.loads(text))
        return Configured("", configuration.facility, configuration.staff)
    except OSError as error:
        raise SettingError(f"cannot read the facility file {settings.facility}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{settings.facility} is not TOML: {error}") from error
    except FacilityError as error:
        told = located(settings.facility.name, text, error.mistakes)
        raise SettingError("\n".join([f"{settings.facility} has mistakes:", *told])) from error


def server_url_of(settings: Settings, enrolment: Enrolment | None) -> str:
    """The setting stands above what enrolment said: a server may move."""
    return settings.server_url or (enrolment.server_url if enrolment else "")


def open_server(station: Station, *, connect_s: float = 3.0, deadline_s: float = 10.0) -> "HttpServer":
    """The far end of sync; opening it sends nothing. It waits for a connection and for an answer for so long.

    Raises:
        SettingError: no server is configured.
        DeviceKeyError: the station is enrolled, and its key is gone.
    """
    if not station.server_url:
        raise SettingError("no hospital server is set: see kiosk enrol, or set server_url (KIOSK_SERVER_URL)")
    if station.enrolment is not None:
        return enrolled_server(
            station.settings,
            station.enrolment,
            station.environ,
            station.clock,
            connect_s=connect_s,
            deadline_s=deadline_s,
        )
    # Imported here, as a command that does not sync need not load an HTTP client.
    from kiosk.sync.client import HttpServer

    return HttpServer(
        station.server_url,
        station.facility.facility_id,
        now=station.clock.now,
        connect_s=connect_s,
        deadline_s=deadline_s,
    )


def enrolled_server(
    settings: Settings,
    enrolment: Enrolment,
    environ: Mapping[str, str],
    clock: Clock,
    *,
    connect_s: float = 3.0,
    deadline_s: float = 10.0,
) -> "HttpServer":
    """The server that this station was enrolled with; it signs what it says.

    Raises:
        SettingError
        DeviceKeyError: the station's key is gone.
    """
    from kiosk.device_key import device_key
    from kiosk.sync.client import HttpServer
    from kiosk.sync.signing import Signer

    key = device_key(settings.data_dir, environ, enrolment.key_id)
    return HttpServer(
        server_url_of(settings, enrolment),
        enrolment.facility_id,
        signer=Signer(key.private_key, enrolment.facility_id, key.key_id, enrolment.public_url),
        ca_pem=enrolment.ca_pem,
        now=clock.now,
        connect_s=connect_s,
        deadline_s=deadline_s,
    )


def configuring_of(station: Station, on_configured: Callable[[], None] = lambda: None) -> Configuring | None:
    """How the server's configuration reaches this station's store; only an enrolled one takes any."""
    if station.enrolment is None:
        return None
    parse = parser_for(station.enrolment.facility_id)
    return Configuring(parse, keep_pins=station.store.keep_pins, on_configured=on_configured)


def gui_application(environ: Mapping[str, str]) -> "QGuiApplication":
    """The application object that fonts and painting need; the caller keeps it for as long as it paints.

    Without a display it paints off screen.
    """
    from PySide6.QtCore import QCoreApplication
    from PySide6.QtGui import QGuiApplication

    choose_platform(environ)
    application = QCoreApplication.instance() or QGuiApplication(["kiosk"])
    assert isinstance(application, QGuiApplication)
    return application


def _can_paint() -> bool:
    from PySide6.QtCore import QCoreApplication

    return QCoreApplication.instance() is not None


def has_display(environ: Mapping[str, str]) -> bool:
    return sys.platform != "linux" or any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def choose_platform(environ: Mapping[str, str]) -> None:
    """To be called before Qt's application object is made."""
    from PySide6.QtCore import QLoggingCategory

    # Says for each Indian letter that Noto Sans itself lacks it, though its sister font is found and used.
    QLoggingCategory.setFilterRules("qt.text.font.db.warning=false")
    if not has_display(environ) and "QT_QPA_PLATFORM" not in environ:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


@contextmanager
def ownership(data_dir: Path) -> Iterator[bool]:
    """Whether this process prints and synchronises for the store in ``data_dir`` while the block lasts."""
    lock = FileLock(data_dir / OWNER_LOCK, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    except OSError as error:
        raise StoreError(f"cannot write {data_dir / OWNER_LOCK}: {error.strerror}") from error
    try:
        yield True
    finally:
        lock.release()


def spool_of(
    station: Station,
    on_moved: Callable[[SlipJob, SlipState, str], None] = lambda job, state, cause: None,
    on_status: Callable[[PrinterStatus], None] = lambda status: None,
) -> Spool:
    """The station's print spool; whoever owns the devices calls ``recover`` on it first.

    Slips that were asked for before are nobody's: patients are let in once it is there.
    """
    watch = PrinterWatch(station.printer, on_status, paper_roll(station))
    second = station.second_language
    return Spool(station.store, station.printer, station.facility, station.clock, on_moved, watch=watch, second=second)


def paper_roll(station: Station) -> PaperRoll:
    """The roll of paper in the station's printer."""
    return PaperRoll(station.settings.data_dir, station.settings.roll_m, station.clock.now)


def configure_logging(level: int = logging.WARNING) -> None:
    """Structured lines on standard error, so that a command's output stays for programs to read."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", StandardError())),
    )


class StandardError:
    """Standard error as a file for ``print``, where nothing is worth an exception.

    It may be a log on a full disk, or a pipe whose reader has died. That must cost the line, not the thread that says
    it, nor the patients who wait for that thread.
    """

    def write(self, text: str) -> None:
        if sys.stderr is not None:
            with suppress(OSError, ValueError):
                sys.stderr.write(text)

    def flush(self) -> None:
        if sys.stderr is not None:
            with suppress(OSError, ValueError):
                sys.stderr.flush()
