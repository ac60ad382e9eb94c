"""Who sends a request: a station by its signature, a program by its API key, or this machine while it is alone."""

from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request

from kiosk.server.bodies import json_body


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
        ProblemError: 401 or 403, or what ``json_body`` raises.
    """
    return Call(Caller(Role.LOCAL), await json_body(request))


async def asking(request: Request) -> Caller:
    """The dependency of every GET.

    Raises:
        ProblemError: 401 or 403.
    """
    return Caller(Role.LOCAL)
