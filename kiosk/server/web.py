"""The hospital server as a web application over an open database."""

from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI

from kiosk.server.calls_routes import add_calls_routes
from kiosk.server.configuration_routes import add_configuration_routes
from kiosk.server.counts_routes import add_counts_routes
from kiosk.server.crowd import Crowd
from kiosk.server.database import Database
from kiosk.server.enrolment_routes import add_enrolment_routes
from kiosk.server.health import PATHS as HEALTH_PATHS
from kiosk.server.health import add_health_routes
from kiosk.server.limits import Limits, usual_limits
from kiosk.server.live import running_hub
from kiosk.server.problems import add_handlers
from kiosk.server.service import DATABASE_THREADS, Service
from kiosk.server.stream import PATH as STREAM_PATH
from kiosk.server.stream import add_stream_routes
from kiosk.server.sync_routes import add_sync_routes


def utc_now() -> datetime:
    return datetime.now(UTC)


def build_app(
    database: Database,
    now: Callable[[], datetime] = utc_now,
    *,
    public_url: str = "http://127.0.0.1:8765",
    is_open: bool = True,
    limits: Limits | None = None,
    pepper: Callable[[], bytes] | None = None,
) -> FastAPI:
    """The web application over an open database, which it does not close; see ``Service`` for what the words mean."""

    @asynccontextmanager
    async def with_threads(app: FastAPI) -> AsyncIterator[None]:
        """Waited for at the end."""
        with ThreadPoolExecutor(DATABASE_THREADS, "database") as threads:
            async with running_hub(database, threads, now) as hub:
                own_limits = limits or usual_limits()
                app.state.service = Service(database, now, threads, public_url, is_open, hub, own_limits, pepper)
                yield

    app = FastAPI(title="OPD token kiosk: hospital server", version="0.1.0", lifespan=with_threads)
    add_handlers(app)
    add_sync_routes(app)
    add_calls_routes(app)
    add_configuration_routes(app)
    add_counts_routes(app)
    add_enrolment_routes(app)
    add_stream_routes(app)
    add_health_routes(app)
    app.add_middleware(Crowd, apart={STREAM_PATH, *HEALTH_PATHS})
    return app
