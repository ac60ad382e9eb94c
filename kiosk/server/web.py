"""The hospital server as a web application over an open database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI

from kiosk.server.audit import last_restored
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
from kiosk.server.scan_and_share import AbdmAccount, running_scan_and_share
from kiosk.server.service import DATABASE_THREADS, Service
from kiosk.server.share_routes import PATHS as SHARE_PATHS
from kiosk.server.share_routes import CallbackDoor, add_share_routes
from kiosk.server.share_status_routes import add_share_status_routes
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
    abdm: AbdmAccount | None = None,
) -> FastAPI:
    """The web application over an open database, which it does not close; see ``Service`` for what the words mean.

    Shares of ABDM are taken where there is an account.
    """

    @asynccontextmanager
    async def with_threads(app: FastAPI) -> AsyncIterator[None]:
        """Waited for at the end."""
        async with AsyncExitStack() as parts:
            threads = parts.enter_context(ThreadPoolExecutor(DATABASE_THREADS, "database"))
            hub = await parts.enter_async_context(running_hub(database, threads, now))
            restored_at = await asyncio.get_running_loop().run_in_executor(threads, last_restored, database.reader)
            limited = limits or usual_limits()
            service = Service(database, now, threads, public_url, is_open, hub, limited, pepper, restored_at)
            app.state.service = service
            if abdm is not None:
                running = running_scan_and_share(service, abdm.settings)
                app.state.scan_and_share = await parts.enter_async_context(running)
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
    add_share_status_routes(app)
    app.add_middleware(Crowd, apart={STREAM_PATH, *HEALTH_PATHS, *SHARE_PATHS})
    if abdm is not None:
        add_share_routes(app, accepts_v1=abdm.settings.accepts_v1)
        if abdm.port:
            app.add_middleware(CallbackDoor, port=abdm.port)
    return app
