"""A hub over a database: what it reads there, and the tasks that keep it true while the application runs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime

import structlog
from sqlalchemy import Connection, and_, or_, select, tuple_

from kiosk.server.database import Database
from kiosk.server.hub import Hub, Key, Standing
from kiosk.server.notices import announce, keep_listening
from kiosk.server.tables import api_key, facility, station, station_key

REFRESH_S = 15.0
"""What was not announced, such as a key that was revoked, is known after so long."""
_log = structlog.get_logger()


@asynccontextmanager
async def running_hub(
    database: Database, threads: ThreadPoolExecutor, now: Callable[[], datetime], refresh_s: float = REFRESH_S
) -> AsyncIterator[Hub]:
    """A hub that hears of other processes over one PostgreSQL; all its streams have ended after the block."""
    loop = asyncio.get_running_loop()

    async def read(
        facility_ids: Collection[str], keys: Collection[Key]
    ) -> tuple[Mapping[str, Standing], Collection[Key]]:
        return await loop.run_in_executor(threads, read_standings, database, list(facility_ids), list(keys), now())

    async def tell_others(news: Mapping[str, Standing]) -> None:
        await loop.run_in_executor(threads, announce, database, news)

    is_shared = database.writer.dialect.name == "postgresql"
    hub = Hub(read, tell_others if is_shared else None)
    work = [hub.keep_fresh(refresh_s)]
    if is_shared:
        work += [hub.keep_announcing(), keep_listening(database.writer, hub.heard, hub.calm_refresh)]
    async with _meanwhile(work):
        try:
            yield hub
        finally:
            hub.end()


@asynccontextmanager
async def _meanwhile(work: Collection[Coroutine[None, None, None]]) -> AsyncIterator[None]:
    """Tasks that run as long as the block. One that fails is a bug: it is logged at once and costs only itself."""
    tasks = [asyncio.create_task(each) for each in work]
    for task in tasks:
        task.add_done_callback(_report)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _report(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("hub_failed", exc_info=error)


def read_standings(
    database: Database, facility_ids: Collection[str], keys: Collection[Key], now: datetime
) -> tuple[Mapping[str, Standing], Collection[Key]]:
    """How far the facilities have come, as far as they are known; and which of the keys may be used."""
    mine = select(facility.c.facility_id, facility.c.revision, facility.c.config_revision)
    with database.reader.begin() as connection:
        rows = connection.execute(mine.where(facility.c.facility_id.in_(facility_ids))).all()
        return {row[0]: Standing(row[1], row[2]) for row in rows}, _good_keys(connection, keys, now)


def _good_keys(connection: Connection, keys: Collection[Key], now: datetime) -> set[Key]:
    if not keys:
        return set()
    asked = [(key.facility_id, key.key_id) for key in keys]
    owner = and_(
        station.c.facility_id == station_key.c.facility_id,
        station.c.station_id == station_key.c.station_id,
        station.c.revoked_at.is_(None),
    )
    of_stations = (
        select(station_key.c.facility_id, station_key.c.key_id)
        .join(station, owner)
        .where(tuple_(station_key.c.facility_id, station_key.c.key_id).in_(asked), station_key.c.revoked_at.is_(None))
        .where(or_(station_key.c.expires_at.is_(None), station_key.c.expires_at > now))
    )
    of_programs = select(api_key.c.facility_id, api_key.c.key_id).where(
        tuple_(api_key.c.facility_id, api_key.c.key_id).in_(asked), api_key.c.revoked_at.is_(None)
    )
    return {Key(*row) for query in (of_stations, of_programs) for row in connection.execute(query)}
