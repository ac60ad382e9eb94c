"""The hospital server as a web application over an open database."""

from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from fastapi import FastAPI, Request

from kiosk.server.configuration_routes import add_configuration_routes
from kiosk.server.database import Database
from kiosk.server.problems import add_handlers
from kiosk.server.queries import check_database
from kiosk.server.service import DATABASE_THREADS, Service, off_loop, service_of
from kiosk.server.sync_routes import add_sync_routes


def utc_now() -> datetime:
    return datetime.now(UTC)


def build_app(
    database: Database,
    now: Callable[[], datetime] = utc_now,
    *,
    public_url: str = "http://127.0.0.1:8765",
    is_open: bool = True,
) -> FastAPI:
    """The web application over an open database, which it does not close; see ``Service`` for what the words mean."""

    @asynccontextmanager
    async def with_threads(app: FastAPI) -> AsyncIterator[None]:
        """Waited for at the end."""
        with ThreadPoolExecutor(DATABASE_THREADS, "database") as threads:
            app.state.service = Service(database, now, threads, public_url, is_open)
            yield

    app = FastAPI(title="OPD token kiosk: hospital server", version="0.1.0", lifespan=with_threads)
    add_handlers(app)
    add_sync_routes(app)
    add_configuration_routes(app)
    app.add_api_route("/healthz", _healthz, methods=["GET"], response_model=None)
    return app


async def _healthz(request: Request) -> dict[str, str]:
    """Well means: the database answers."""
    await off_loop(request, partial(check_database, service_of(request).database.reader))
    return {"status": "ok"}
