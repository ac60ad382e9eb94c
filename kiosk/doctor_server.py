"""The lines of ``kiosk doctor`` on the hospital server: pairing, configuration, connection, copies of the store."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

from kiosk.app import Station, open_server
from kiosk.configured import parser_for
from kiosk.device_key import DeviceKeyError, device_key
from kiosk.errors import KioskError, StoreForkError
from kiosk.finding import Finding
from kiosk.sync.client import HttpServer
from kiosk.sync.loop import NEEDS_PAIRING
from kiosk.sync.signing import fingerprint

OLD_BACKUP = timedelta(hours=1)
CLOCK_TOLERANCE_S = 60.0
_PAIR_AGAIN = "ask for a new pairing code (kiosk admin pair) and run kiosk enrol again"
_UNTRUSTED = (
    "enrol again with the right --ca; if nothing was changed on the server, call the IT people: it may be another"
)


def server_findings(station: Station) -> Iterator[Finding]:
    """Looks, and changes nothing."""
    if station.enrolment is not None:
        yield _enrolment(station)
        yield _configuration(station)
    yield _backup(station)
    yield _server(station)


def _enrolment(station: Station) -> Finding:
    enrolment = station.enrolment
    assert enrolment is not None
    who = f"station {enrolment.station_id} ({enrolment.kind}) of {enrolment.facility_id}"
    try:
        key = device_key(station.settings.data_dir, station.environ, enrolment.key_id)
    except DeviceKeyError as error:
        return Finding("enrolment", False, f"{error.code}: {who}: {error}", _PAIR_AGAIN)
    text = f"{who} at {station.server_url}, fingerprint {fingerprint(key.public_bytes)}"
    if station.store.claim() is not None:
        advice = "nothing is issued without a series: let it reach the server (kiosk sync)"
        return Finding("enrolment", False, f"{text}; its new store is not known to the server yet", advice)
    return Finding("enrolment", True, text)


def _configuration(station: Station) -> Finding:
    departments = len(station.facility.departments)
    if not station.document:
        return Finding("config", False, "none yet: there are no departments", "let it reach the server (kiosk sync)")
    return Finding("config", True, f"revision {station.store.config_revision()}, {departments} departments here")


def _backup(station: Station) -> Finding:
    """A kiosk makes a copy every quarter of an hour while it runs."""
    folder = station.settings.backup_folder
    try:
        newest = max((path.stat().st_mtime for path in folder.iterdir()), default=None) if folder.is_dir() else None
    except OSError as error:
        return Finding(
            "backup", False, f"cannot read {folder}: {error.strerror}", "look at the folder's disk and owner"
        )
    if newest is None:
        return Finding("backup", True, f"none yet in {folder}: a running kiosk makes one every 15 minutes")
    age = station.clock.now() - datetime.fromtimestamp(newest, UTC)
    text = f"the newest in {folder} is {age.total_seconds() / 60:.0f} minutes old"
    if age > OLD_BACKUP and not station.owns_devices:  # a kiosk runs, and makes none
        return Finding("backup", False, text, "look at the folder's disk and owner")
    return Finding("backup", True, text)


def _server(station: Station) -> Finding:
    """Unsent events are no fault of their own; an unreachable server with many of them is worth a look."""
    waiting = f"{station.store.unsynced()} events not yet sent"
    if not station.server_url:
        return Finding("server", True, "none is set: this kiosk stands alone")
    try:
        server = open_server(station)
    except KioskError as error:
        return Finding("server", False, f"{error.code}: {error}", "mend server_url, or enrol again")
    with closing(server):
        try:
            return _spoken(station, server, waiting)
        except StoreForkError as error:
            return Finding("server", False, f"{error.code}: {error}", _fork_advice(station))
        except KioskError as error:
            return Finding("server", False, f"{error.code}: {error}; {waiting}", _advice(error.code))


def _spoken(station: Station, server: HttpServer, waiting: str) -> Finding:
    """Asks as a sync does, and keeps nothing of the answer."""
    revision = 0
    if station.store.claim() is None:
        revision = server.exchange(station.store.next_push(0)).config_revision
    text = f"{station.server_url} answers; {waiting}"
    if station.enrolment is not None and revision != station.store.config_revision():
        pulled = server.configuration()
        try:
            for each in pulled.documents:
                parser_for(station.enrolment.facility_id)(each.untrusted_document)
        except ValueError as error:
            problem = f"{text}; its configuration {pulled.revision} makes no sense here: {str(error)[:300]}"
            return Finding("server", False, problem, "mend it with kiosk admin import, or install the newer program")
    if abs(server.clock_offset_s) > CLOCK_TOLERANCE_S:
        minutes = abs(server.clock_offset_s) / 60
        side = "behind" if server.clock_offset_s > 0 else "ahead of"
        return Finding("server", False, f"{text}; this clock is {minutes:.0f} minutes {side} its", "set date and time")
    return Finding("server", True, text)


def _fork_advice(station: Station) -> str:
    if station.enrolment is not None:
        return "a copy of this store is in use: end it; with the next sync this station goes on in a new series"
    return "a copy of this store is in use: end one of the two, and give this kiosk a new data_dir and series"


def _advice(code: str) -> str:
    if code in NEEDS_PAIRING:
        return _PAIR_AGAIN
    if code == "SERVER_UNTRUSTED":
        return _UNTRUSTED
    return "nothing is lost; check the network"
