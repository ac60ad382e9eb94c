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
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TextIO, cast

import structlog
import uuid_utils
from filelock import FileLock, Timeout

from kiosk.checkin import Registration
from kiosk.errors import SettingError, StoreError
from kiosk.model.configuration import parse_configuration
from kiosk.model.facility_file import FacilityError
from kiosk.model.opd import Facility
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.token import SlipState
from kiosk.model.toml_lines import located
from kiosk.ports import Clock, SlipJob, SlipPrinter
from kiosk.printing.printer import open_printer, resolved, wants_slips
from kiosk.printing.spool import Spool
from kiosk.settings import Settings
from kiosk.store.store import SqliteStore, open_store

if TYPE_CHECKING:
    from PySide6.QtGui import QGuiApplication

    from kiosk.sync.client import HttpServer

OWNER_LOCK = "owner.lock"


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
    """

    settings: Settings
    facility: Facility
    clock: Clock
    store: SqliteStore
    registration: Registration
    printer: SlipPrinter
    owns_devices: bool


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
    facility = load_facility(settings)
    # Looked for once: a printer plugged in between two looks would be half there.
    device = resolved(settings.printer)
    wants = wants_slips(device)
    _painting = gui_application(environ) if wants else None
    printer = open_printer(device, settings.printer_dots, lambda: facility.local(clock.now()))
    with ExitStack() as stack:
        store = open_store(settings.data_dir, settings.series, new_id, environ)
        stack.callback(store.close)
        registration = Registration(
            store,
            facility,
            clock,
            wants_slips=wants,
            has_server=bool(settings.server_url),
            reprint_limit=settings.reprint_limit,
        )
        claim = ownership(settings.data_dir)
        if claims_devices:
            owns = stack.enter_context(claim)
        else:
            with claim as owns:
                pass
        yield Station(settings, facility, clock, store, registration, printer, owns)


def load_facility(settings: Settings) -> Facility:
    """The hospital that the settings name, or the sample one.

    Raises:
        SettingError: with every mistake in the file.
    """
    if settings.facility is None:
        return SAMPLE_FACILITY
    try:
        text = settings.facility.read_text("utf-8-sig")
        return parse_configuration(tomllib.loads(text)).facility
    except OSError as error:
        raise SettingError(f"cannot read the facility file {settings.facility}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{settings.facility} is not TOML: {error}") from error
    except FacilityError as error:
        told = located(settings.facility.name, text, error.mistakes)
        raise SettingError("\n".join([f"{settings.facility} has mistakes:", *told])) from error


def open_server(settings: Settings, facility: Facility) -> "HttpServer":
    """The far end of sync; opening it sends nothing.

    Raises:
        SettingError: no server is configured.
    """
    # Imported here, as a command that does not sync need not load an HTTP client.
    from kiosk.sync.client import HttpServer

    if not settings.server_url:
        raise SettingError("no hospital server is set; set server_url or KIOSK_SERVER_URL")
    return HttpServer(settings.server_url, facility.facility_id)


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
    station: Station, on_moved: Callable[[SlipJob, SlipState, str], None] = lambda job, state, cause: None
) -> Spool:
    """The station's print spool; whoever owns the devices calls ``recover`` on it first."""
    return Spool(station.store, station.printer, station.facility, station.clock, on_moved)


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
