"""Who sends a request: a station by its signature, a program by its API key, or this machine while it is alone."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from urllib.parse import urlsplit

from fastapi import Request
from sqlalchemy import Row, and_, or_, select

from kiosk.model.events import instant_text
from kiosk.server.api_keys import known_program
from kiosk.server.bodies import ARRIVAL_S, arrived, packed_body, unpacked
from kiosk.server.database import Database
from kiosk.server.limits import too_many
from kiosk.server.nonces import use_nonce
from kiosk.server.problems import RefusedError, described
from kiosk.server.service import Service, off_loop, service_of
from kiosk.server.tables import facility, station, station_key
from kiosk.sync.signing import WINDOW_S, SignatureError, Signed, claimed_key, signed_url, verify

NOT_LET_IN = described(
    {
        400: "BODY_CUT, or BODY_GARBAGE where a body is asked for",
        401: "SIGNATURE_MISSING, SIGNATURE_INVALID, KEY_UNKNOWN, REPLAYED, or CLOCK_SKEW with ``server_time``",
        403: "FORBIDDEN or HOST_FOREIGN",
        408: "BODY_LATE",
        413: "BODY_TOO_LONG",
        429: "RATE_LIMITED: come back as Retry-After says",
        503: "DATABASE_UNAVAILABLE or SERVER_BUSY",
    }
)
"""What any route with a caller may answer."""
BAD_BODY = described(
    {
        400: "BODY_GARBAGE or BODY_CUT",
        408: "BODY_LATE",
        413: "BODY_TOO_LONG",
        415: "CONTENT_TYPE_UNKNOWN or CONTENT_ENCODING_UNKNOWN",
        422: "REQUEST_INVALID",
        503: "DATABASE_UNAVAILABLE or SERVER_BUSY",
    }
)
"""What any route with a body may answer."""
_OF_PROXIES = ("forwarded", "via", "x-forwarded-for", "x-real-ip")


class Role(StrEnum):
    """What somebody may do. A station's role is its kind; the others are API keys' but for LOCAL.

    LOCAL is anybody on the server's own machine, for facilities that nobody has imported.
    """

    KIOSK = "kiosk"
    DESK = "desk"
    BOARD = "board"
    READER = "reader"
    STATISTICS = "statistics"
    LOCAL = "local"


@dataclass(frozen=True)
class Caller:
    """Who sends a request, as far as that is proven. LOCAL and server-wide keys have an empty ``facility_id``."""

    role: Role
    facility_id: str = ""
    station_id: str = ""
    key_id: str = ""


@dataclass(frozen=True)
class Call:
    """A request's sender and its body, unpacked."""

    caller: Caller
    body: bytes


async def posted(request: Request) -> Call:
    """The dependency of every POST of a station.

    Raises:
        ProblemError: 401, 403 or 429, or what ``packed_body`` and ``unpacked`` raise.
    """
    packed = await packed_body(request)
    sent = _sent(request, packed)
    return await off_loop(request, lambda: Call(_caller(service_of(request), sent), unpacked(request, packed)))


async def asking(request: Request) -> Caller:
    """The dependency of every GET. None has a body: of streams nobody counts how many are asked for at a time.

    Raises:
        ProblemError: 401, 403, 408, 413 or 429.
    """
    sent = _sent(request, await arrived(request, ARRIVAL_S, most=0))
    return await off_loop(request, partial(_caller, service_of(request), sent))


def require(database: Database, caller: Caller, facility_id: str, *roles: Role) -> None:
    """Refuse a caller who may not do this in that facility. It may ask the database, so it is not for the event loop.

    Raises:
        ProblemError: 403 FORBIDDEN.
    """
    if caller.role in roles and _is_at_home(database, caller, facility_id):
        return
    title = "this caller may not do that here"
    raise RefusedError(403, "FORBIDDEN", title, facility_id=caller.facility_id, key_id=caller.key_id)


def _is_at_home(database: Database, caller: Caller, facility_id: str) -> bool:
    if caller.role is Role.LOCAL:
        return not _is_imported(database, facility_id)
    return caller.facility_id == facility_id or (caller.role is Role.STATISTICS and not caller.facility_id)


def _is_imported(database: Database, facility_id: str) -> bool:
    """From its first import on, a facility has stations that sign."""
    with database.reader.begin() as connection:
        mine = select(facility.c.config_revision, facility.c.facility_key).filter_by(facility_id=facility_id)
        row = connection.execute(mine).first()
    return row is not None and (row.config_revision > 0 or row.facility_key is not None)


@dataclass(frozen=True)
class _Sent:
    """What of a request says who sends it. ``path`` is as it was sent, with the query."""

    http_version: str
    method: str
    path: str
    headers: Mapping[str, str]
    packed: bytes


def _sent(request: Request, packed: bytes) -> _Sent:
    path, query = request.scope["raw_path"], request.scope["query_string"]
    path += b"?" + query if query else b""
    return _Sent(request.scope["http_version"], request.method, path.decode("latin-1"), request.headers, packed)


def _caller(service: Service, sent: _Sent) -> Caller:
    if "authorization" in sent.headers:
        return _program(service, sent.headers["authorization"])
    if "signature-input" in sent.headers or "signature" in sent.headers:
        return _station(service, sent)
    return _neighbour(service, sent)


def _program(service: Service, untrusted_authorization: str) -> Caller:
    scheme, _, untrusted_key = untrusted_authorization.partition(" ")
    program = known_program(service.database, untrusted_key.strip()) if scheme.lower() == "bearer" else None
    if program is None:
        raise RefusedError(401, "KEY_UNKNOWN", "the key is not known here, or not any more")
    caller = Caller(Role(program.role), program.facility_id, "", program.key_id)
    _refuse_too_many(service, caller)
    return caller


def _station(service: Service, sent: _Sent) -> Caller:
    """In this order: the signature, its time, how often the station asks, and last what writes: the nonce."""
    facility_id = key_id = ""
    try:
        facility_id, key_id = claimed_key(sent.headers)
        key = _known_key(service, facility_id, key_id)
        url = signed_url(service.public_url, sent.path)
        signed = verify(sent.method, url, sent.headers, sent.packed, bytes.fromhex(key.public_key))
    except SignatureError as error:
        raise RefusedError(401, error.code, str(error), facility_id=facility_id, key_id=key_id) from None
    caller = Caller(Role(key.kind), facility_id, key.station_id, key_id)
    _refuse_wrong_time(service, caller, signed)
    _refuse_too_many(service, caller)
    _refuse_replay(service, caller, signed)
    return caller


def _known_key(service: Service, facility_id: str, key_id: str) -> Row[str, str, str]:
    """One answer for unknown, expired and revoked ones, so that nobody learns which keys there are."""
    same = and_(station.c.facility_id == station_key.c.facility_id, station.c.station_id == station_key.c.station_id)
    mine = (
        select(station_key.c.public_key, station.c.station_id, station.c.kind)
        .join(station, same)
        .where(station_key.c.facility_id == facility_id, station_key.c.key_id == key_id)
        .where(station_key.c.revoked_at.is_(None), station.c.revoked_at.is_(None))
        .where(or_(station_key.c.expires_at.is_(None), station_key.c.expires_at > service.now()))
    )
    with service.database.reader.begin() as connection:
        row = connection.execute(mine).first()
    if row is None:
        title = "the key is not known here, or not any more"
        raise RefusedError(401, "KEY_UNKNOWN", title, facility_id=facility_id, key_id=key_id)
    return row


def _refuse_wrong_time(service: Service, caller: Caller, signed: Signed) -> None:
    """Old is also what was signed before a restore: nonces and acknowledgements of that time are forgotten."""
    now = service.now()
    is_old = service.restored_at is not None and signed.created < service.restored_at.replace(microsecond=0)
    if is_old or abs(now - signed.created) > timedelta(seconds=WINDOW_S):
        raise RefusedError(
            401,
            "CLOCK_SKEW",
            "the request is too old, or one of the clocks is wrong",
            facility_id=caller.facility_id,
            key_id=caller.key_id,
            server_time=instant_text(now),
        )


def _refuse_too_many(service: Service, caller: Caller) -> None:
    wait_s = service.limits.callers.take(f"{caller.facility_id}/{caller.station_id or caller.key_id}")
    if wait_s > 0:
        raise too_many(wait_s, facility_id=caller.facility_id, key_id=caller.key_id)


def _refuse_replay(service: Service, caller: Caller, signed: Signed) -> None:
    use = partial(use_nonce, facility_id=caller.facility_id, key_id=caller.key_id, signed=signed, now=service.now())
    if not service.database.write(use):
        title = "this very request was here before; sign each one anew"
        raise RefusedError(401, "REPLAYED", title, facility_id=caller.facility_id, key_id=caller.key_id)


def _neighbour(service: Service, sent: _Sent) -> Caller:
    """Somebody on this machine, for a server that no other can reach.

    A web page that makes a browser here take its own name for this machine still names itself as the host. A proxy may
    name this machine as the host for anybody in the world: one that says it is a proxy is refused, and so is HTTP/1.0,
    which nginx speaks to the server behind it unless told otherwise. Stations, browsers and curl all speak 1.1.
    """
    if not service.is_open:
        raise RefusedError(401, "SIGNATURE_MISSING", "the request is not signed")
    if sent.http_version == "1.0" or any(name in sent.headers for name in _OF_PROXIES):
        raise RefusedError(403, "HOST_FOREIGN", "a proxy passes on signed requests only: set public_url")
    if not _is_loopback(sent.headers.get("host", "")):
        raise RefusedError(403, "HOST_FOREIGN", "unsigned requests are for this machine's own address only")
    return Caller(Role.LOCAL)


def _is_loopback(untrusted_host: str) -> bool:
    try:
        name = urlsplit(f"//{untrusted_host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
