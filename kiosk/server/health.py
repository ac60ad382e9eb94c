"""``GET /healthz`` and ``GET /readyz``: for whoever watches the server or sends it requests."""

from functools import partial

from fastapi import FastAPI, Request
from sqlalchemy import Engine, text

from kiosk.server.problems import ProblemError, described
from kiosk.server.queries import check_database
from kiosk.server.schema import HEAD
from kiosk.server.service import off_loop, service_of

PATHS = ("/healthz", "/readyz")


def add_health_routes(app: FastAPI) -> None:
    responses = described({503: "DATABASE_UNAVAILABLE"})
    healthz, readyz = PATHS
    app.add_api_route(healthz, _healthz, methods=["GET"], responses=responses)
    responses = described({503: "DATABASE_UNAVAILABLE or SCHEMA_OTHER"})
    app.add_api_route(readyz, _readyz, methods=["GET"], responses=responses)


async def _healthz(request: Request) -> dict[str, str]:
    """Well means: the database answers."""
    await off_loop(request, partial(check_database, service_of(request).database.reader))
    return {"status": "ok"}


async def _readyz(request: Request) -> dict[str, str]:
    """Ready means: the database answers, and has the schema that this program knows."""
    found = await off_loop(request, partial(_schema, service_of(request).database.reader))
    if found != HEAD:
        title = f"the database has schema {found}, this program knows {HEAD}: restart the server with the newer program"
        raise ProblemError(503, "SCHEMA_OTHER", title)
    return {"status": "ok"}


def _schema(engine: Engine) -> str | None:
    with engine.begin() as connection:
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found
