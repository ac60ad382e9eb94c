"""What every route of the server needs, and the threads that its blocking work runs on."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from fastapi import Request

from kiosk.server.database import Database
from kiosk.server.hub import Hub
from kiosk.server.limits import Limits

DATABASE_THREADS = 8
"""Few, as more than the database has connections would only queue up there."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Service:
    """The server's parts, one for each application; routes find it as ``service_of(request)``.

    Attributes:
        public_url: the address under which stations sign what they send, as a proxy in front may change the Host.
        is_open: only this machine can reach the server, so that facilities which nobody imported need no signatures.
        limits: how much each caller may ask of this process.
        hub: knows which streams listen; whoever commits a change calls its ``moved``.
        restored_at: when the database was last brought back from a backup, before this process began. What was signed
            before that may have been taken already by the database that is no more.
        pepper: what PINs are tried with, for desks; None where this server has none to tell. Raises KioskError.
    """

    database: Database
    now: Callable[[], datetime]
    threads: ThreadPoolExecutor
    public_url: str
    is_open: bool
    hub: Hub
    limits: Limits
    pepper: Callable[[], bytes] | None = None
    restored_at: datetime | None = None


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def off_loop(request: Request, work: Callable[[], _T]) -> _T:
    """Run blocking work on one of the application's own threads."""
    return await asyncio.get_running_loop().run_in_executor(service_of(request).threads, work)
