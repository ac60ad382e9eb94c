"""What one server process tells the others over PostgreSQL: which facility has come how far."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import psycopg
import structlog
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from kiosk.server.database import Database
from kiosk.server.hub import Standing
from kiosk.server.postgresql import CONNECT_S

CHANNEL = "kiosk_changed"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 15.0
_PAYLOAD = re.compile(r"([A-Za-z0-9._-]{1,40}) ([0-9]{1,16}) ([0-9]{1,16})")
_log = structlog.get_logger()


def announce(database: Database, standings: Mapping[str, Standing]) -> None:
    """Tell every server process over a PostgreSQL; with SQLite there is only one, which knows. To be called AFTER the
    commit of what is told, never within its transaction: a commit that notifies holds a lock on the whole cluster's
    queue, so pushes of all facilities would wait for each other's write to the disk. A transaction that only notifies
    writes nothing and waits for no disk.

    If it fails that is logged: the others find out when they next ask the database.
    """
    if database.writer.dialect.name != "postgresql" or not standings:
        return
    rows = [
        {"channel": CHANNEL, "payload": f"{facility_id} {standing.revision} {standing.config_revision}"}
        for facility_id, standing in standings.items()
    ]
    try:
        with database.writer.begin() as connection:
            connection.execute(text("SELECT pg_notify(:channel, :payload)"), rows)
    except SQLAlchemyError as error:
        _log.warning("announcement_failed", cause=type(error).__name__)


async def keep_listening(
    engine: Engine, heard: Callable[[str, Standing], None], catch_up: Callable[[], Awaitable[None]]
) -> None:
    """For ever, on a connection of its own. ``catch_up`` is called whenever listening has begun (again)."""
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**_connect_args(engine), autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}".encode())
                await catch_up()
                pause_s = FIRST_PAUSE_S
                async for notice in connection.notifies():
                    _hear(notice.payload, heard)
        except psycopg.Error as error:
            _log.warning("listening_lost", cause=type(error).__name__, retry_s=pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _connect_args(engine: Engine) -> dict[str, Any]:
    """As the engine connects, but for the limits of statements: this one waits for ever."""
    _, found = engine.dialect.create_connect_args(engine.url)
    own = {"connect_timeout": CONNECT_S, "keepalives_idle": 30, "application_name": "kiosk server, listening"}
    return {**found, **own}


def _hear(untrusted_payload: str, heard: Callable[[str, Standing], None]) -> None:
    """Whoever may use the database may notify; only what looks like ours is taken."""
    match = _PAYLOAD.fullmatch(untrusted_payload)
    if match is not None:
        heard(match[1], Standing(int(match[2]), int(match[3])))
