"""``kiosk doctor``: what the IT person of a hospital asks first, one line each, with what to do."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from kiosk.app import Station, SystemClock, load_facility, open_station
from kiosk.doctor_gun import gun_finding
from kiosk.doctor_printer import print_test, printer_finding
from kiosk.doctor_server import server_findings
from kiosk.doctor_slips import TEMPLATE_ADVICE, fonts_finding, template_told
from kiosk.doctor_staff import staff_findings
from kiosk.errors import KioskError, SettingError, StoreKeyError
from kiosk.finding import Finding
from kiosk.model.clock import ClockFault, believable_time
from kiosk.model.events import Json, Kind
from kiosk.ports import CameraStateChanged, DeviceState, ScannerReport
from kiosk.settings import Settings
from kiosk.store.backup import newest_copy
from kiosk.store.key import read_key

LOW_DISK_MB = 500
CAMERA_WAIT_S = 12.0
_REPAIR = "look at the folder's disk and owner; nothing is issued until then"
_REPAIRS = {
    "STORE_DAMAGED": "keep a copy of the folder and call support; to go on now, set a new data_dir and a new series",
    "STORE_LOST": "bring store.db back; to go on without it, set a new data_dir and a new series",
    "STORE_KEY_WRONG": "put the right store.key back; without it nobody can read this store",
    "STORE_NEWER": "install the newer program",
    "STORE_FULL": "free some space",
    "STORE_BUSY": "another command holds the store: end it, or try again",
}
"""What to do about a store that cannot be opened."""
_RESTORABLE = frozenset({"STORE_DAMAGED", "STORE_LOST"})


@dataclass(frozen=True)
class Orders:
    """What is to be done besides looking.

    Attributes:
        accepts_clock: somebody says that date and time are right.
        prints: a test picture.
    """

    accepts_clock: bool = False
    prints: bool = False


def examine(settings: Settings, environ: Mapping[str, str], orders: Orders = Orders()) -> list[Finding]:
    """All findings. Looks, and changes nothing but what ``orders`` ask for; what a printer can tell is kept, too."""
    return list(_examine(settings, environ, orders))


def _examine(settings: Settings, environ: Mapping[str, str], orders: Orders) -> Iterator[Finding]:
    own = _checked("facility", "mend the facility file", lambda: _facility(settings))
    template = _checked("slips", TEMPLATE_ADVICE, lambda: template_told(settings))
    yield _disk(settings.data_dir)
    if own.ok and template.ok:
        yield from _examine_station(settings, environ, own, orders)
    else:
        yield own
    yield template
    yield fonts_finding(environ)
    yield _zbar()
    yield _checked("camera", "check its cable, or set camera to another one", lambda: _camera(settings.camera))
    yield gun_finding(settings.scanner_gun)


def _examine_station(
    settings: Settings, environ: Mapping[str, str], own_facility: Finding, orders: Orders
) -> Iterator[Finding]:
    try:
        with open_station(settings, environ, claims_devices=False) as station:
            if station.enrolment is None:  # else the server's configuration counts, and has a line of its own
                yield own_facility
            store = _store(station)
            yield store
            yield printer_finding(station)
            if orders.prints:
                yield print_test(station)
            if not store.ok:
                return  # what a damaged store says of clock and server is worth nothing
            if orders.accepts_clock:
                said: dict[str, Json] = {"by": "kiosk doctor"}
                station.store.declare(Kind.CLOCK_ACCEPTED, station.facility, station.clock.now(), said)
            yield _clock(station)
            yield from server_findings(station)
            yield from staff_findings(station)
    except SettingError as error:
        yield Finding("settings", False, f"{error.code}: {error}", "mend the setting; nothing is issued until then")
    except KioskError as error:
        yield Finding("store", False, f"{error.code}: {error}", _repair(error.code, settings, environ))


def _repair(code: str, settings: Settings, environ: Mapping[str, str]) -> str:
    """What to do about a store with the fault ``code``; a sound copy of it is the best way out."""
    copy = _newest_copy(settings, environ) if code in _RESTORABLE else None
    if copy is None:
        return _REPAIRS.get(code, _REPAIR)
    first = "bring store.db back, or" if code == "STORE_LOST" else "end the kiosk, keep a copy of the folder, and"
    return f"{first} go on from the newest copy: kiosk restore {quote(str(copy))}"


def _newest_copy(settings: Settings, environ: Mapping[str, str]) -> Path | None:
    with suppress(StoreKeyError):
        key = read_key(settings.data_dir, environ)
        return newest_copy(settings.backup_folder, key, SystemClock().now())
    return None


def _checked(name: str, advice: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, look())
    except KioskError as error:
        return Finding(name, False, f"{error.code}: {error}", advice)


def _facility(settings: Settings) -> str:
    facility = load_facility(settings)
    source = f"from {settings.facility}" if settings.facility else "the built-in sample; set facility for your own"
    return f"{facility.facility_id}, {len(facility.departments)} departments, {source}"


def _disk(data_dir: Path) -> Finding:
    place = next(folder for folder in (data_dir, *data_dir.parents) if folder.exists())
    free_mb = shutil.disk_usage(place).free // 1_000_000
    text = f"{free_mb} MB free at {place}"
    return Finding("disk", True, text) if free_mb >= LOW_DISK_MB else Finding("disk", False, text, "free some space")


def _store(station: Station) -> Finding:
    damage = station.store.damage()
    series = station.store.series
    told = "no series yet" if series is None else f"series {series or '(no letters)'}"
    where = f"{station.settings.data_dir}, {told}"
    if damage:
        advice = _repair("STORE_DAMAGED", station.settings, station.environ)
        return Finding("store", False, f"STORE_DAMAGED: {damage}", advice)
    running = "" if station.owns_devices else "; a kiosk is running on it"
    return Finding("store", True, f"{where}, encrypted, sound{running}")


def _clock(station: Station) -> Finding:
    now = station.clock.now()
    verdict = believable_time(now, *station.store.known_times())
    local = f"{station.facility.local(now):%Y-%m-%d %H:%M} {station.facility.timezone}"
    if isinstance(verdict, ClockFault):
        advice = "set date and time; if they are right, run kiosk doctor --accept-clock"
        return Finding("clock", False, f"{verdict.value}: {local}", advice)
    return Finding("clock", True, local)


def _zbar() -> Finding:
    if find_library("zbar") is None:
        return Finding("zbar", False, "the second reader is missing", "install the package libzbar0")
    return Finding("zbar", True, "the second reader is there")


def _camera(setting: str) -> str:
    """Opens the camera as the kiosk does and waits for its first word."""
    from queue import Empty, SimpleQueue

    from kiosk.errors import CameraError
    from kiosk.scanner.address import CameraKind, parse_camera
    from kiosk.scanner.camera_scanner import CameraScanner

    if parse_camera(setting).kind is CameraKind.NONE:
        return "none is set: patients use the scanner gun"
    reports: SimpleQueue[ScannerReport] = SimpleQueue()
    scanner = CameraScanner(setting)
    scanner.start(reports.put)
    try:
        while True:
            report = reports.get(timeout=CAMERA_WAIT_S)
            if isinstance(report, CameraStateChanged) and report.state is DeviceState.RUNNING:
                return f"{setting} gives pictures"
            if isinstance(report, CameraStateChanged) and report.state is DeviceState.FAILED:
                raise CameraError(f"{setting} gives no picture", code=report.code)
    except Empty:
        raise CameraError(f"{setting} did not answer within {CAMERA_WAIT_S:.0f} s") from None
    finally:
        scanner.stop()
